-- The benefit ledger and its vouchers. Postings are functions of the database (migrations 0002, 0005,
-- 0007 and 0009): one round trip each, and refused there when a key returns with other content (SQLSTATE LC001).

-- name: issue_voucher
-- Reserve the estimated benefit and issue the voucher in one statement, hence in one transaction.
SELECT issue_voucher(
    the_key => $1, journey => $2, issued => $3, expires => $4, new_id => $5, new_code => $6,
    reserving => reserve(
        the_key => $7, journey => $8, the_product => $9, policy => $10, starts => $11, insured => $12, wanted => $13
    ),
    drug => $14, prescribed => $15
);

-- name: prescribed_nearby
-- Day of the nearest prescription of a drug ($4) among the policy's other claims that a voucher stands for.
SELECT prescribed_nearby(the_product => $1, policy => $2, journey => $3, drug => $4, prescribed => $5);

-- name: reserve
-- Set money of the limit aside, up to what it holds.
SELECT reserve(
    the_key => $1, journey => $2, the_product => $3, policy => $4, starts => $5, insured => $6, wanted => $7
);

-- name: commit
-- Turn a reservation into a paid benefit of the amount and release the rest; its voucher is redeemed.
SELECT close_reservation(
    the_key => $1, the_kind => 'commit', reservation => $2, amount => $3, handed_over => TRUE
);

-- name: release
-- Give a reservation back to the limit; its voucher is void, or redeemed where the drug was handed over for it ($3).
SELECT close_reservation(the_key => $1, the_kind => 'release', reservation => $2, amount => 0, handed_over => $3);

-- name: recover
-- Take money back from what a commit paid; it returns to the limit.
SELECT recover(the_key => $1, journey => $2, the_commit => $3, amount => $4);

-- name: available
-- What a policy period ($1 to $3) holds as of now under the sum insured ($4), as the next reserve would find it; the
-- whole sum where nobody opened the period yet; and what is set aside in it. Takes no lock and books nothing.
SELECT
    greatest($4::numeric(16, 2) - coalesce(sum(reserved + committed), 0), 0) AS available,
    coalesce(sum(reserved), 0) AS reserved
FROM benefit_period WHERE product = $1 AND policy_number = $2 AND period_from = $3;

-- name: voucher_to_check
-- The voucher's code and standing, locked so that side-by-side guesses are counted one after another.
SELECT code, standing, last_day FROM voucher WHERE voucher_id = $1 FOR UPDATE;

-- name: count_wrong_code
-- Remember the digest of a wrong code ($2) and lock the voucher at the limit of distinct ones ($3).
UPDATE voucher SET
    wrong_codes = wrong_codes || $2::text,
    standing = CASE WHEN cardinality(wrong_codes) + 1 >= $3::int THEN 'locked' ELSE standing END
WHERE voucher_id = $1 AND NOT $2::text = ANY (wrong_codes)
RETURNING standing;

-- name: renew_code
-- Give a voucher that is not closed another code and unlock it.
SELECT renew_code(the_voucher => $1, the_key => $2, new_code => $3);

-- name: voucher_code
-- The code that the message to the insured person shows, and the last day on which it is good.
SELECT code, last_day FROM voucher WHERE voucher_id = $1;

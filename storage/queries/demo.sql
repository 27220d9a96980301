-- What the demonstration counts to show that nothing happened twice.

-- name: booked
-- How many vouchers were issued and benefits committed for the journey $1.
SELECT
    (SELECT count(*) FROM voucher WHERE journey_id = $1) AS vouchers,
    (SELECT count(*) FROM journal WHERE journey_id = $1 AND kind = 'commit') AS commitments;

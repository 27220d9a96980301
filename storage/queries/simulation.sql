-- What a simulation looks at after each step of a journey.

-- name: claim
-- The claim that journey $1 was ordered to start with.
SELECT claim FROM journey_start WHERE journey_id = $1;

-- name: standing
-- The status of journey $1.
SELECT status FROM journey_status WHERE journey_id = $1;

-- name: decisions
-- Decisions of journey $1 numbered above $2.
SELECT number, record FROM decision WHERE journey_id = $1 AND number > $2 ORDER BY number;

-- name: entries
-- History entries of journey $1 numbered above $2.
SELECT seq, entry FROM timeline WHERE journey_id = $1 AND seq > $2 ORDER BY seq;

-- name: notices
-- Every message of journey $1, in the order in which they were written.
SELECT key, payload FROM outbox WHERE journey_id = $1 ORDER BY split_part(key, '/', 3)::integer, key;

-- name: code
-- The code of a voucher.
SELECT code FROM voucher WHERE voucher_id = $1;

-- name: available
-- What the benefit limit of a policy ($1 product, $2 digest of its number) still holds; no row before the first reservation.
SELECT available FROM benefit_period WHERE product = $1 AND policy_number = $2 ORDER BY period_from DESC LIMIT 1;

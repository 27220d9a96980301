-- name: tell
-- Adds one step to the script of a partner's operation.
INSERT INTO behaviour (partner, operation, journey_id, times_left, told) VALUES ($1, $2, $3, $4, $5);

-- name: next_behaviour
-- Takes the next step for a call: steps for this very journey come before those for any.
UPDATE behaviour SET times_left = times_left - 1
WHERE behaviour_id = (
    SELECT behaviour_id FROM behaviour
    WHERE partner = $1 AND operation IN ($2, '*') AND (journey_id IS NULL OR journey_id = $3)
      AND (times_left IS NULL OR times_left > 0)
    ORDER BY journey_id NULLS LAST, behaviour_id
    LIMIT 1
    FOR UPDATE
)
RETURNING told;

-- name: forget_behaviours
-- Every partner accepts again.
DELETE FROM behaviour;

-- name: behaviours
-- What is still to be played, in order.
SELECT behaviour_id, partner, operation, journey_id, times_left, told FROM behaviour
WHERE times_left IS NULL OR times_left > 0
ORDER BY behaviour_id;

-- name: open_key
-- Takes a key for this order; no row when it was taken before. A repeat in flight waits here for the first to end.
INSERT INTO answered (partner, key, digest) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING key;

-- name: known_answer
-- The answer given under a key, with the digest of what was ordered.
SELECT digest, answer FROM answered WHERE partner = $1 AND key = $2;

-- name: keep_answer
-- Keeps the answer for repeats.
UPDATE answered SET answer = $3 WHERE partner = $1 AND key = $2;

-- name: log_exchange
-- Writes down one question or order and what was answered.
INSERT INTO exchange (partner, operation, journey_id, key, request, told, status, answer)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

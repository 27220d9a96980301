-- Actions of people, kept until their journeys have them.

-- name: keep_action
-- Keep an action; one kept before under its key comes back as it is, to be compared by the caller ($3 name, $4 body).
-- For $5 seconds the delivery is left to the caller.
INSERT INTO action (journey_id, key, name, body, next_delivery_at)
VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))
ON CONFLICT (journey_id, key) DO UPDATE SET key = excluded.key
RETURNING action_id, name, body, receipt;

-- name: earlier_actions
-- Actions on the journey ($1) that were kept before this one ($2) and have not arrived yet, in order.
SELECT action_id, key, name, body FROM action
WHERE journey_id = $1 AND action_id < $2 AND delivered_at IS NULL ORDER BY action_id;

-- name: delivered_action
-- The journey has the action in its history; its receipt ($2), where it gave one in time.
UPDATE action SET delivered_at = now(), refusal = NULL, receipt = $2 WHERE action_id = $1;

-- name: refused_action
-- The journey refused the action, and why.
UPDATE action SET delivered_at = now(), refusal = $2 WHERE action_id = $1;

-- name: refused_later
-- The last $2 actions that the journey ($1) refused when nobody was there any more to be told so, in order.
SELECT last.name, last.received_at, last.refusal
FROM (
    SELECT action_id, name, received_at, refusal FROM action
    WHERE journey_id = $1 AND refusal IS NOT NULL AND deliveries > 0
    ORDER BY action_id DESC LIMIT $2
) AS last
ORDER BY last.action_id;

-- name: claim_actions
-- Take up to $1 actions that have not arrived, for $2 seconds at least and longer with each try; the oldest first.
WITH due AS (
    SELECT action_id FROM action WHERE delivered_at IS NULL AND next_delivery_at <= now()
    ORDER BY action_id LIMIT $1 FOR UPDATE SKIP LOCKED
),
taken AS (
    UPDATE action SET
        deliveries = deliveries + 1,
        next_delivery_at = now() + make_interval(secs => $2 * least(power(2, deliveries), 32))
    FROM due WHERE action.action_id = due.action_id
    RETURNING action.action_id, action.journey_id, action.key, action.name, action.body
)
SELECT action_id, journey_id, key, name, body FROM taken ORDER BY action_id;

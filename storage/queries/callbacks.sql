-- name: receive_callback
-- Note one delivery of a call-back and give back what is known of it since the first.
INSERT INTO callback (id, partner, sha256, journey_id, action)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET deliveries = callback.deliveries + 1
RETURNING partner, sha256, result;

-- name: finish_callback
-- Keep the receipt of a call-back that the journey took.
UPDATE callback SET done_at = now(), result = $2, refusal = NULL WHERE id = $1 AND done_at IS NULL;

-- name: refuse_callback
-- Keep why the journey refused a call-back; it may still be taken when it comes again.
UPDATE callback SET refusal = $2 WHERE id = $1 AND done_at IS NULL;

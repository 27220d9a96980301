-- name: plan
-- Plans one call-back, `follows` not before the one it follows has ended.
INSERT INTO callback (callback_id, follows, partner, journey_id, type, subject, data, copies, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9::float * interval '1 second');

-- name: claim
-- Takes call-backs that are due. They are due again after the lease, should this process die meanwhile.
UPDATE callback SET due_at = now() + interval '30 seconds', attempts = attempts + 1, in_hand = true
WHERE callback_id IN (
    SELECT c.callback_id FROM callback AS c
    LEFT JOIN callback AS earlier ON earlier.callback_id = c.follows
    WHERE c.state IN ('planned', 'happened') AND c.due_at <= now()
      AND (c.follows IS NULL OR earlier.state IN ('delivered', 'unsent', 'given_up'))
    ORDER BY c.due_at
    LIMIT $1
    FOR UPDATE OF c SKIP LOCKED
)
RETURNING callback_id, partner, journey_id, type, subject, data, copies, state, attempts;

-- name: take_up
-- What a process that ended had in hand is due at once.
UPDATE callback SET due_at = now(), in_hand = false WHERE in_hand AND state IN ('planned', 'happened');

-- name: next_due
-- Seconds until something is due; null when nothing is planned.
SELECT extract(epoch FROM min(c.due_at) - now())::float FROM callback AS c
LEFT JOIN callback AS earlier ON earlier.callback_id = c.follows
WHERE c.state IN ('planned', 'happened')
  AND (c.follows IS NULL OR earlier.state IN ('delivered', 'unsent', 'given_up'));

-- name: happened
-- The thing itself is in the partner's books, with what is to be told about it.
UPDATE callback SET state = 'happened', data = $2 WHERE callback_id = $1;

-- name: put_off
-- Not yet: due again after a while.
UPDATE callback SET due_at = now() + $2::float * interval '1 second', in_hand = false, last_status = $3,
    last_error = $4
WHERE callback_id = $1;

-- name: end
-- Delivered, given up, or meant to stay unsent.
UPDATE callback SET state = $2, in_hand = false, last_status = $3, last_error = $4,
    delivered_at = CASE WHEN $2 = 'delivered' THEN now() END
WHERE callback_id = $1;

-- name: send_again
-- A person sends an ended call-back once more.
UPDATE callback SET state = 'happened', copies = greatest(copies, 1), attempts = 0, due_at = now()
WHERE callback_id = $1 AND state IN ('delivered', 'unsent', 'given_up')
RETURNING callback_id;

-- name: record_payment
-- The insurer paid or refused.
UPDATE payment SET status = CASE WHEN ($2::jsonb ->> 'paid')::boolean THEN 'paid' ELSE 'rejected' END,
    paid_on = ($2::jsonb ->> 'paid_on')::date, reason = coalesce($2::jsonb ->> 'reason', '')
WHERE payment_id = $1;

-- name: record_aid_outcome
-- The foundation decided.
UPDATE aid_application
SET standing = CASE WHEN ($2::jsonb ->> 'approved')::boolean THEN 'approved' ELSE 'refused' END,
    reason = coalesce($2::jsonb ->> 'reason', '')
WHERE application_id = $1;

-- name: record_aid_collection
-- The donated drug was collected, or was not.
UPDATE aid_application
SET standing = CASE WHEN ($2::jsonb ->> 'collected')::boolean THEN 'collected' ELSE 'not_collected' END
WHERE application_id = $1;

-- name: submit_papers
-- The hospital sent its papers.
UPDATE records_request SET sent = true WHERE request_id = $1;

-- name: in_transit
-- The parcel is on its way.
UPDATE parcel SET status = 'in_transit', at = now() WHERE tracking_number = $1;

-- name: record_hand_over
-- The parcel was handed over.
UPDATE parcel SET status = 'delivered', at = now() WHERE tracking_number = $1;

-- name: record_delivery_problem
-- The parcel could not be handed over as it should.
UPDATE parcel SET status = 'failed', at = now() WHERE tracking_number = $1;

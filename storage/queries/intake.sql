-- The intake door: persons, events, claims, journeys to be started, dead letters (migration 0001).

-- name: event_seen
-- The claim that an event ($1 source, $2 digest of its id) was accepted for.
SELECT claim.journey_id, claim.content, claim.salt
FROM inbox JOIN claim USING (journey_id)
WHERE inbox.source = $1 AND inbox.event_id = $2;

-- name: claim_registered
-- The registered claim of product $1 whose number has the digest $2.
SELECT journey_id, content, salt FROM claim WHERE product = $1 AND claim_number = $2;

-- name: person_known
-- Make sure that a person with the digest $2 of an identity document is there, under reference $1 unless there was one;
-- the row stays locked. `older`: what is known of the person is not from after $3, or there is nothing yet.
INSERT INTO person (ref, document, as_of) VALUES ($1, $2, '-infinity')
ON CONFLICT (document) DO UPDATE SET document = excluded.document
RETURNING ref, as_of <= $3 AS older;

-- name: person_ref
-- Reference of the person with the digest $1 of an identity document.
SELECT ref FROM person WHERE document = $1;

-- name: record_person
-- What is known of person $1: sealed ($2), as of $3.
UPDATE person SET sealed = $2, as_of = $3 WHERE ref = $1;

-- name: person_by_ref
-- The personal record behind a reference, sealed.
SELECT sealed FROM person WHERE ref = $1;

-- name: register_claim
-- Register a claim under its journey; no row when another event registered it first.
INSERT INTO claim (product, claim_number, journey_id, person_ref, content, salt)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (product, claim_number) DO NOTHING
RETURNING journey_id;

-- name: status_of_claim
-- The status of the claim of product $1 with the digest $2 of its number, by person $3, and whether its journey is closed.
SELECT journey_status.journey_id, journey_status.status, journey_status.closed_at IS NOT NULL AS closed
FROM claim JOIN journey_status USING (journey_id)
WHERE claim.product = $1 AND claim.claim_number = $2 AND claim.person_ref = $3;

-- name: accept_event
-- Note an accepted event; no row when the same (source, id) was noted first.
INSERT INTO inbox (source, event_id, journey_id, payload_sha256) VALUES ($1, $2, $3, $4)
ON CONFLICT (source, event_id) DO NOTHING
RETURNING event_id;

-- name: order_start
-- Order the start of a journey.
INSERT INTO journey_start (journey_id, claim) VALUES ($1, $2);

-- name: ring
-- Wake the dispatchers when this transaction commits ($1 is the channel).
SELECT pg_notify($1, '');

-- name: take_starts
-- Lock up to $1 journeys that are due to be started, oldest first, leaving out those another dispatcher holds.
SELECT journey_id, claim, attempts FROM journey_start
WHERE status = 'pending' AND next_attempt_at <= now()
ORDER BY seq LIMIT $1
FOR UPDATE SKIP LOCKED;

-- name: mark_started
-- These journeys ($1) run.
UPDATE journey_start SET status = 'started', started_at = now(), last_error = '' WHERE journey_id = ANY ($1::text[]);

-- name: delay_start
-- The start of journey $1 failed for reason $2; try again after $3 seconds.
UPDATE journey_start
SET attempts = attempts + 1, last_error = $2, next_attempt_at = now() + make_interval(secs => $3::double precision)
WHERE journey_id = $1;

-- name: fail_start
-- Journey $1 cannot be started ($2 says why); a dead letter asks for a person.
UPDATE journey_start SET status = 'failed', attempts = attempts + 1, last_error = $2 WHERE journey_id = $1;

-- name: reopen_start
-- Try to start journey $1 again from the first attempt.
UPDATE journey_start SET status = 'pending', attempts = 0, next_attempt_at = now()
WHERE journey_id = $1 AND status = 'failed';

-- name: keep_dead_letter
-- Keep what was refused; an open letter with the same digest is counted once more and gets the newest reason.
INSERT INTO dead_letter AS letter (
    subject, channel, media_type, headers, raw, raw_size, raw_sha256, whole, digest, source, event_id,
    kind, reason_zh, reason_en, fields, journey_id
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (digest) WHERE status = 'open' DO UPDATE SET
    times_seen = letter.times_seen + 1,
    last_seen_at = now(),
    kind = excluded.kind,
    reason_zh = excluded.reason_zh,
    reason_en = excluded.reason_en,
    fields = excluded.fields
RETURNING id;

-- name: dead_letters
-- Letters after id $2 in id order, those of status $1 only where it is given, at most $3.
SELECT
    id, subject, status, kind, reason_zh, reason_en, fields, source, event_id, channel, media_type, raw_size, whole,
    times_seen, first_seen_at, last_seen_at, attempts, journey_id, resolved_at, resolved_by, resolution
FROM dead_letter
WHERE ($1::text IS NULL OR status = $1) AND id > $2
ORDER BY id LIMIT $3;

-- name: dead_letter
-- One letter, whole.
SELECT
    id, subject, status, kind, reason_zh, reason_en, fields, source, event_id, channel, media_type, raw_size, whole,
    times_seen, first_seen_at, last_seen_at, attempts, journey_id, resolved_at, resolved_by, resolution,
    headers, raw, raw_sha256, corrected
FROM dead_letter
WHERE id = $1;

-- name: dead_letter_refused_again
-- Sending letter $1 again failed: the newest correction ($2) and reason stay with it.
UPDATE dead_letter SET
    attempts = attempts + 1,
    corrected = coalesce($2, corrected),
    kind = $3,
    reason_zh = $4,
    reason_en = $5,
    fields = $6
WHERE id = $1 AND status = 'open';

-- name: resolve_dead_letter
-- Close letter $1 as $2 (resent or dropped); no row when it is closed already.
UPDATE dead_letter SET
    status = $2,
    resolved_at = now(),
    resolved_by = $3,
    resolution = $4,
    journey_id = coalesce($5, journey_id),
    corrected = coalesce($6, corrected),
    attempts = attempts + CASE WHEN $2 = 'resent' THEN 1 ELSE 0 END
WHERE id = $1 AND status = 'open'
RETURNING id;

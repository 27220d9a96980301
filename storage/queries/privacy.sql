-- Data keys and what becomes of them (migration 0012).

-- name: data_key
-- The data key of a subject as it is kept; wrapped is NULL after an erasure.
SELECT subject, key_id, wrapped FROM data_key WHERE subject = $1;

-- name: data_keys
-- Those of many subjects.
SELECT subject, key_id, wrapped FROM data_key WHERE subject = ANY ($1::text []);

-- name: make_data_key
-- Keep a fresh key ($2 wrapped by, $3) of subject $1, unless it has one: that comes back, an erased one as well.
INSERT INTO data_key (subject, key_id, wrapped) VALUES ($1, $2, $3)
ON CONFLICT (subject) DO UPDATE SET subject = excluded.subject
RETURNING subject, key_id, wrapped;

-- name: make_data_keys
-- The same for several subjects at once, in one order for everybody who does so side by side.
INSERT INTO data_key (subject, key_id, wrapped)
SELECT fresh.subject, fresh.key_id, fresh.wrapped
FROM unnest($1::text[], $2::text[], $3::bytea[]) AS fresh (subject, key_id, wrapped)
ORDER BY fresh.subject
ON CONFLICT (subject) DO UPDATE SET subject = excluded.subject
RETURNING subject, key_id, wrapped;

-- name: note_codec_access
-- Engineer $1 looked at $3 payloads of subject $2.
INSERT INTO codec_access (engineer, subject, payloads) VALUES ($1, $2, $3);

-- name: wrapped_otherwise
-- At most $3 data keys behind subject $2 that are not wrapped under key $1.
SELECT subject, key_id, wrapped FROM data_key
WHERE wrapped IS NOT NULL AND key_id <> $1 AND subject > $2
ORDER BY subject LIMIT $3;

-- name: rewrap_data_key
-- The key of subject $1, wrapped as $3 until now, is wrapped by $4 as $5; an erasure meanwhile stands.
UPDATE data_key SET key_id = $4, wrapped = $5 WHERE subject = $1 AND key_id = $2 AND wrapped = $3;

-- name: wrappings
-- How many data keys are wrapped under each key-encryption key.
SELECT key_id, count(*) AS keys FROM data_key WHERE wrapped IS NOT NULL GROUP BY key_id ORDER BY key_id;

-- name: one_of_each_wrapping
-- One data key of each key-encryption key.
SELECT DISTINCT ON (key_id) subject, key_id, wrapped FROM data_key WHERE wrapped IS NOT NULL ORDER BY key_id, subject;

-- name: sealed_tables
-- Tables in which nothing is plain any more.
SELECT name FROM sealed_table;

-- name: note_sealed
-- Nothing of table $1 is plain any more: whoever writes it seals.
INSERT INTO sealed_table (name) VALUES ($1) ON CONFLICT DO NOTHING;

-- name: plain_person
-- Persons written before there was sealing, $1 at most.
SELECT
    ref, id_type, id_number, name, birth_date, sex, citizenship, phone, province, city, address_detail
FROM person WHERE id_number IS NOT NULL LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_person
-- Person $1 is found by digest $2 and sealed as $3 from now on.
UPDATE person SET
    document = $2, sealed = $3, id_type = NULL, id_number = NULL, name = NULL, birth_date = NULL, sex = NULL,
    citizenship = NULL, phone = NULL, province = NULL, city = NULL, address_detail = NULL
WHERE ref = $1;

-- name: plain_claim
-- Claims likewise.
SELECT journey_id, product, claim_number, content FROM claim
WHERE jsonb_typeof(content) <> 'string' LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_claim
-- Claim of journey $1: digest $2 of its number, content $3.
UPDATE claim SET claim_number = $2, content = $3 WHERE journey_id = $1;

-- name: plain_inbox
-- Accepted events likewise.
SELECT source, event_id, payload_sha256 FROM inbox
WHERE length(payload_sha256) = 32 LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_inbox
-- The event $1, $2: digests of its id ($3) and content ($4).
UPDATE inbox SET event_id = $3, payload_sha256 = $4 WHERE source = $1 AND event_id = $2;

-- name: plain_journey_start
-- Ordered starts likewise.
SELECT journey_id, claim FROM journey_start
WHERE jsonb_typeof(claim) <> 'string' LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_journey_start
-- The claim that journey $1 starts with.
UPDATE journey_start SET claim = $2 WHERE journey_id = $1;

-- name: plain_dead_letter
-- Dead letters likewise.
SELECT id, digest, headers, raw, fields, corrected FROM dead_letter
WHERE subject IS NULL LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_dead_letter
-- Letter $1: subject, digest, headers, bytes, fields, correction.
UPDATE dead_letter SET subject = $2, digest = $3, headers = $4, raw = $5, fields = $6, corrected = $7 WHERE id = $1;

-- name: plain_action
-- Kept actions likewise.
SELECT action_id, journey_id, key, body FROM action
WHERE jsonb_typeof(body) <> 'string' LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_action
-- What action $1 says.
UPDATE action SET body = $2 WHERE action_id = $1;

-- name: plain_callback
-- Receipts of call-backs likewise.
SELECT id, journey_id, result FROM callback
WHERE jsonb_typeof(result) <> 'string' LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_callback
-- The receipt of call-back $1.
UPDATE callback SET result = $2 WHERE id = $1;

-- name: plain_journey_status
-- Statuses likewise.
SELECT journey_id, status FROM journey_status
WHERE jsonb_typeof(status) <> 'string' LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_journey_status
-- The status of journey $1.
UPDATE journey_status SET status = $2 WHERE journey_id = $1;

-- name: plain_decision
-- Decisions likewise.
SELECT journey_id, number, record FROM decision
WHERE jsonb_typeof(record) <> 'string' LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_decision
-- Decision $2 of journey $1.
UPDATE decision SET record = $3 WHERE journey_id = $1 AND number = $2;

-- name: plain_timeline
-- Entries of timelines likewise.
SELECT journey_id, seq, entry FROM timeline
WHERE jsonb_typeof(entry) <> 'string' LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_timeline
-- Entry $2 of journey $1.
UPDATE timeline SET entry = $3 WHERE journey_id = $1 AND seq = $2;

-- name: plain_outbox
-- Messages likewise.
SELECT journey_id, key, payload FROM outbox
WHERE jsonb_typeof(payload) <> 'string' LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_outbox
-- Message $2 of journey $1.
UPDATE outbox SET payload = $3 WHERE journey_id = $1 AND key = $2;

-- name: plain_benefit_period
-- Periods that are still known by a policy's number.
SELECT period_id, product, policy_number FROM benefit_period
WHERE policy_number !~ '^[a-z2-7]{40}$' LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_benefit_period
-- Period $1 is known by digest $2 from now on.
UPDATE benefit_period SET policy_number = $2 WHERE period_id = $1;

-- name: plain_journal
-- Postings whose request names a policy by its number.
SELECT journal_id, request ->> 'product' AS product, request ->> 'policy_number' AS policy_number FROM journal
WHERE request ->> 'policy_number' !~ '^[a-z2-7]{40}$' LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: seal_journal
-- Posting $1 names it by digest $2 from now on.
UPDATE journal SET request = jsonb_set(request, '{policy_number}', to_jsonb($2::text)) WHERE journal_id = $1;

-- name: person_known_by
-- The person of reference $1 or of the digest $1 of an identity document.
SELECT ref, sealed FROM person WHERE ref = $1 OR document = $1;

-- name: journeys_of
-- Every journey of person $1, how it stands, and what it was started with.
SELECT
    claim.journey_id, claim.product, journey_status.stage, journey_start.claim AS start,
    coalesce(journey_status.closed_at IS NULL, TRUE) AND journey_status.erased_at IS NULL AS open,
    journey_status.erased_at IS NOT NULL AS erased
FROM claim
LEFT JOIN journey_status USING (journey_id)
LEFT JOIN journey_start USING (journey_id)
WHERE claim.person_ref = $1
ORDER BY claim.registered_at, claim.journey_id;

-- name: letters_after
-- Dead letters behind id $1 that are kept with their content, $2 at most.
SELECT id, subject, journey_id, raw, corrected FROM dead_letter
WHERE id > $1 AND length(raw) > 0 ORDER BY id LIMIT $2;

-- name: drop_keys
-- Take the keys of subjects $1 away, for good; a subject that never had one is marked as well.
INSERT INTO data_key (subject, key_id, wrapped, erased_at)
SELECT subject, '', NULL, now() FROM unnest($1::text []) AS gone (subject)
ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, erased_at = coalesce(data_key.erased_at, now());

-- name: erase_person
-- Nothing but reference and digest of person $1 stays.
UPDATE person SET sealed = NULL WHERE ref = $1;

-- name: erase_status
-- What lists show of journeys $1 tells of nobody any more; those still open wait for nothing.
UPDATE journey_status SET
    claim_number = 'erased', policy_number = 'erased', erased_at = now(), escalated = FALSE, escalations = '[]',
    stage = CASE WHEN closed_at IS NULL THEN 'terminated' ELSE stage END,
    waiting_for = 'nothing', waiting_on = NULL, due_at = NULL, overdue = FALSE, missing = NULL, provisional = FALSE,
    closed_at = coalesce(closed_at, now())
WHERE journey_id = ANY ($1::text []) AND erased_at IS NULL;

-- name: erase_words
-- Nothing finds journeys $1 any more.
DELETE FROM journey_words WHERE journey_id = ANY ($1::text []);

-- name: erase_start
-- A start of journeys $1 that is still ordered is called off.
UPDATE journey_start SET status = 'failed', last_error = 'erased'
WHERE journey_id = ANY ($1::text []) AND status = 'pending';

-- name: erase_left
-- Journeys $1 are not taken up again.
DELETE FROM left_behind WHERE journey_id = ANY ($1::text []);

-- name: erase_custody
-- Events of journeys $1 from before there was sealing; their hashes stay.
UPDATE custody_event SET event = '"erased"'
WHERE journey_id = ANY ($1::text []) AND jsonb_typeof(event) = 'object'
RETURNING seq;

-- name: any_words
-- Whether any journey is found by its words.
SELECT EXISTS (SELECT FROM journey_words);

-- name: drop_statistics_of_words
-- Statistics of a column, and of the index on it, go with a change of its type, also where it is the same.
ALTER TABLE journey_words ALTER COLUMN words TYPE text;

-- name: erase_letters
-- Letters $1 keep their reason alone; $2 erased them.
UPDATE dead_letter SET
    headers = '{}', raw = '', fields = '[]', corrected = NULL, whole = FALSE, raw_sha256 = '', source = NULL,
    event_id = NULL, status = CASE WHEN status = 'open' THEN 'dropped' ELSE status END,
    resolved_at = coalesce(resolved_at, now()), resolved_by = coalesce(resolved_by, $2),
    resolution = 'erased'
WHERE id = ANY ($1::bigint []);

-- name: note_erasure
-- Put on record who ($2) erased person $1, why ($3), with which journeys ($4) and how many dead letters ($5).
INSERT INTO erasure (person_ref, erased_by, reason, journeys, dead_letters) VALUES ($1, $2, $3, $4, $5);

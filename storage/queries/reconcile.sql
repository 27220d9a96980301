-- What PostgreSQL holds of journeys, to be held against their histories, and what a repair writes (decision 0033).

-- name: journeys
-- Every journey that any table tells of; with $1 those of which something began then or later.
SELECT journey_id FROM claim WHERE $1::timestamptz IS NULL OR registered_at >= $1
UNION
SELECT journey_id FROM journey_status WHERE $1::timestamptz IS NULL OR started_at >= $1
UNION
SELECT journey_id FROM archived_run WHERE $1::timestamptz IS NULL OR started_at >= $1
UNION
SELECT journey_id FROM journal WHERE $1::timestamptz IS NULL
UNION
SELECT journey_id FROM voucher WHERE $1::timestamptz IS NULL
UNION
SELECT journey_id FROM decision WHERE $1::timestamptz IS NULL
UNION
SELECT journey_id FROM timeline WHERE $1::timestamptz IS NULL
UNION
SELECT journey_id FROM outbox WHERE $1::timestamptz IS NULL
UNION
SELECT journey_id FROM custody_event WHERE $1::timestamptz IS NULL
ORDER BY journey_id;

-- name: start
-- Whether journey $1 has a claim, of which person, and how its start stands.
SELECT claim.journey_id IS NOT NULL AS claimed, claim.person_ref, journey_start.status
FROM (SELECT $1::text AS journey_id) AS asked
LEFT JOIN claim USING (journey_id)
LEFT JOIN journey_start USING (journey_id);

-- name: status
-- The status of journey $1, which version of the row it is, and whether the search finds it by what its columns say.
SELECT
    journey_status.*, journey_status.xmin::text AS version,
    coalesce(journey_words.words = searched_words(claim_number, policy_number, drug, journey_status.journey_id), FALSE)
        AS found_by_its_words
FROM journey_status
LEFT JOIN journey_words USING (journey_id)
WHERE journey_status.journey_id = $1;

-- name: decisions
-- Decisions of journey $1.
SELECT number, at, record FROM decision WHERE journey_id = $1 ORDER BY number;

-- name: entries
-- The timeline of journey $1.
SELECT seq, at, kind, entry FROM timeline WHERE journey_id = $1 ORDER BY seq;

-- name: messages
-- Messages of journey $1.
SELECT key, payload FROM outbox WHERE journey_id = $1 ORDER BY key;

-- name: postings
-- Postings of journey $1 with the period they are booked on, what they close or recover, and their entries.
SELECT
    journal.key, journal.kind, journal.period_id, journal.request, journal.answer, closed.key AS closes,
    paying.key AS recovers, period.product, period.policy_number, period.period_from,
    (
        SELECT coalesce(jsonb_object_agg(entry.account, entry.amount::text), '{}')
        FROM entry
        WHERE entry.journal_id = journal.journal_id
    ) AS entries
FROM journal
LEFT JOIN benefit_period AS period USING (period_id)
LEFT JOIN journal AS closed ON journal.closes = closed.journal_id
LEFT JOIN journal AS paying ON journal.recovers = paying.journal_id
WHERE journal.journey_id = $1
ORDER BY journal.journal_id;

-- name: vouchers
-- Vouchers of journey $1, without their codes.
SELECT voucher_id, key, reservation, issued_on, last_day, drug_id, prescribed_on, standing, closed_by, code_keys
FROM voucher
WHERE journey_id = $1
ORDER BY voucher_id;

-- name: periods_off
-- Policy periods whose accounts are not the sum of what was booked on them.
SELECT
    period.period_id, period.sum_insured, period.available, period.reserved, period.committed,
    booked.insurer AS booked_insurer, booked.available AS booked_available, booked.reserved AS booked_reserved,
    booked.committed AS booked_committed
FROM
    benefit_period AS period,
    LATERAL (
        SELECT
            coalesce(-sum(entry.amount) FILTER (WHERE entry.account = 'insurer'), 0) AS insurer,
            coalesce(sum(entry.amount) FILTER (WHERE entry.account = 'available'), 0) AS available,
            coalesce(sum(entry.amount) FILTER (WHERE entry.account = 'reserved'), 0) AS reserved,
            coalesce(sum(entry.amount) FILTER (WHERE entry.account = 'committed'), 0) AS committed
        FROM journal INNER JOIN entry USING (journal_id)
        WHERE journal.period_id = period.period_id
    ) AS booked
WHERE
    ($1::text [] IS NULL OR period.period_id IN (SELECT period_id FROM journal WHERE journey_id = ANY ($1)))
    AND (period.sum_insured, period.available, period.reserved, period.committed)
    IS DISTINCT FROM (booked.insurer, booked.available, booked.reserved, booked.committed)
ORDER BY period.period_id;

-- name: orphans
-- Entries whose posting is not there.
SELECT entry.journal_id, entry.account, entry.amount
FROM entry LEFT JOIN journal USING (journal_id)
WHERE journal.journal_id IS NULL
ORDER BY entry.journal_id, entry.account;

-- name: lock_status
-- Which version of the row the status of journey $1 is; nobody else writes it until the transaction ends.
SELECT xmin::text AS version FROM journey_status WHERE journey_id = $1 FOR UPDATE;

-- name: drop_status
-- The status of journey $1 goes, to be written anew.
DELETE FROM journey_status WHERE journey_id = $1;

-- name: drop_decisions
-- Decisions $2 of journey $1 go; those that its histories tell of are written anew.
DELETE FROM decision WHERE journey_id = $1 AND number = ANY ($2::integer []);

-- name: drop_entries
-- Entries $2 of the timeline of journey $1 likewise.
DELETE FROM timeline WHERE journey_id = $1 AND seq = ANY ($2::integer []);

-- name: restore_message
-- Message $2 of journey $1 ($3), which was gone, is there again. It is not sent: nobody knows whether it was.
INSERT INTO outbox (journey_id, key, payload, sent_at, last_error)
VALUES ($1, $2, $3, now(), 'restored from history and not sent: whether it was sent before is not known')
ON CONFLICT DO NOTHING;

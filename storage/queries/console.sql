-- What service agents read. A deadline that has passed counts as overdue even while no worker runs to say so.

-- name: list_by_updated
-- A page of journeys, last changed first: filters $1 to $9 (NULL for any), from cursor $10 and $11 on, $12 rows.
SELECT
    page.journey_id, page.product, page.claim_number, page.drug, page.stage, page.stage_since, page.waiting_for,
    page.waiting_on, page.due_at, page.started_at, page.updated_at, page.closed_at, page.escalated,
    page.overdue OR coalesce(page.due_at <= now() AND page.closed_at IS NULL, FALSE) AS overdue,
    coalesce(inside.wait #>> '{clock_stopped}' IS NOT NULL, FALSE) AS clock_stopped,
    coalesce((inside.wait #>> '{deadline,provisional}')::boolean, FALSE) AS provisional, inside.money
FROM (
    SELECT *
    FROM journey_status
    WHERE
        ($1::text IS NULL OR stage = $1)
        AND ($2::text IS NULL OR product = $2)
        AND ($3::text IS NULL OR waiting_for = $3)
        AND ($4::text IS NULL OR waiting_on = $4)
        AND (
            $5::boolean IS NULL
            OR (overdue OR coalesce(due_at <= now() AND closed_at IS NULL, FALSE)) = $5
        )
        AND ($6::boolean IS NULL OR escalated = $6)
        AND ($7::boolean IS NULL OR (closed_at IS NULL) = $7)
        AND ($8::text IS NULL OR claim_number = $8)
        AND (
            $9::text IS NULL
            OR position(lower($9) IN lower(concat_ws(' ', claim_number, policy_number, drug, journey_id))) > 0
        )
        AND updated_at <= coalesce($10, 'infinity'::timestamptz)
        AND ($10 IS NULL OR updated_at < $10 OR journey_id > $11::text)
    ORDER BY updated_at DESC, journey_id
    LIMIT $12
) AS page, jsonb_to_record(page.status) AS inside (wait jsonb, money jsonb)
ORDER BY page.updated_at DESC, page.journey_id;

-- name: list_by_due
-- A page of journeys whose clock runs, soonest due first: filters $1 to $9, from cursor $10 and $11 on, $12 rows.
SELECT
    page.journey_id, page.product, page.claim_number, page.drug, page.stage, page.stage_since, page.waiting_for,
    page.waiting_on, page.due_at, page.started_at, page.updated_at, page.closed_at, page.escalated,
    page.overdue OR coalesce(page.due_at <= now() AND page.closed_at IS NULL, FALSE) AS overdue,
    coalesce(inside.wait #>> '{clock_stopped}' IS NOT NULL, FALSE) AS clock_stopped,
    coalesce((inside.wait #>> '{deadline,provisional}')::boolean, FALSE) AS provisional, inside.money
FROM (
    SELECT *
    FROM journey_status
    WHERE
        due_at IS NOT NULL
        AND ($1::text IS NULL OR stage = $1)
        AND ($2::text IS NULL OR product = $2)
        AND ($3::text IS NULL OR waiting_for = $3)
        AND ($4::text IS NULL OR waiting_on = $4)
        AND (
            $5::boolean IS NULL
            OR (overdue OR coalesce(due_at <= now() AND closed_at IS NULL, FALSE)) = $5
        )
        AND ($6::boolean IS NULL OR escalated = $6)
        AND ($7::boolean IS NULL OR (closed_at IS NULL) = $7)
        AND ($8::text IS NULL OR claim_number = $8)
        AND (
            $9::text IS NULL
            OR position(lower($9) IN lower(concat_ws(' ', claim_number, policy_number, drug, journey_id))) > 0
        )
        AND due_at >= coalesce($10, '-infinity'::timestamptz)
        AND ($10 IS NULL OR due_at > $10 OR journey_id > $11::text)
    ORDER BY due_at, journey_id
    LIMIT $12
) AS page, jsonb_to_record(page.status) AS inside (wait jsonb, money jsonb)
ORDER BY page.due_at, page.journey_id;

-- name: status
-- The whole status of one journey and the time by which its clock is judged.
SELECT
    journey_status.status || jsonb_build_object('decisions', coalesce(taken.records, '[]'::jsonb)) AS status,
    journey_status.due_at, now() AS asked_at
FROM
    journey_status,
    LATERAL (
        SELECT jsonb_agg(decision.record ORDER BY decision.number) AS records
        FROM decision
        WHERE decision.journey_id = journey_status.journey_id
    ) AS taken
WHERE journey_status.journey_id = $1;

-- name: timeline
-- What happened on journey $1 after entry $2, in order, at most $3 entries.
SELECT entry FROM timeline WHERE journey_id = $1 AND seq > $2 ORDER BY seq LIMIT $3;

-- name: latest
-- The last $2 things that happened on journey $1, in order.
SELECT last.entry
FROM (SELECT seq, entry FROM timeline WHERE journey_id = $1 ORDER BY seq DESC LIMIT $2) AS last
ORDER BY last.seq;

-- name: find
-- Journeys that an agent may mean by $1: a journey id or the beginning of one, or a claim number; at most $2.
SELECT journey_id, product, claim_number FROM journey_status WHERE claim_number = $1
UNION
(
    SELECT journey_id, product, claim_number FROM journey_status
    WHERE journey_id >= $1 AND journey_id < $1 || '~' AND $1 LIKE 'journey-_%'
    LIMIT $2
)
ORDER BY journey_id
LIMIT $2;

-- What service agents read. A deadline that has passed counts as overdue even while no worker runs to say so.

-- name: list
-- A page in the order $16 (updated, due): filters $1 to $13 (NULL for any), from cursor $14 and $15 on, $17 rows. Each
-- branch reads the index of its order; planned with the order at hand, the other one is left out. $11 is a kind of paper
-- that is missing, or `any`.
WITH fitting AS NOT MATERIALIZED (
    SELECT journey_status.*, clock.overdue_now
    FROM
        journey_status,
        LATERAL (
            SELECT overdue OR coalesce(due_at <= now() AND closed_at IS NULL, FALSE) AS overdue_now
        ) AS clock
    WHERE
        ($1::text IS NULL OR stage = $1)
        AND ($2::text IS NULL OR product = $2)
        AND ($3::text IS NULL OR waiting_for = $3)
        AND ($4::text IS NULL OR waiting_on = $4)
        AND ($5::boolean IS NULL OR clock.overdue_now = $5)
        AND ($6::boolean IS NULL OR escalated = $6)
        AND ($7::boolean IS NULL OR (closed_at IS NULL) = $7)
        AND ($8::text IS NULL OR claim_number = $8)
        AND ($9::timestamptz IS NULL OR due_at <= $9)
        AND ($10::boolean IS NULL OR (waiting_for = 'resumption') = $10)
        AND ($11::text IS NULL OR (missing IS NOT NULL AND ($11 = 'any' OR missing @> ARRAY[$11])))
        AND (
            $12::text IS NULL
            OR position(lower($12) IN searched_words(claim_number, policy_number, drug, journey_id)) > 0
        )
        AND ($13::text [] IS NULL OR journey_id = ANY ($13))
),
page AS (
    (
        SELECT * FROM fitting
        WHERE
            $16::text = 'updated'
            AND updated_at <= coalesce($14, 'infinity'::timestamptz)
            AND ($14 IS NULL OR updated_at < $14 OR journey_id > $15::text)
        ORDER BY updated_at DESC, journey_id
        LIMIT $17
    )
    UNION ALL
    (
        SELECT * FROM fitting
        WHERE
            $16::text = 'due' AND due_at IS NOT NULL
            AND due_at >= coalesce($14, '-infinity'::timestamptz)
            AND ($14 IS NULL OR due_at > $14 OR journey_id > $15::text)
        ORDER BY due_at, journey_id
        LIMIT $17
    )
)
SELECT
    page.journey_id, page.product, page.claim_number, page.drug, page.stage, page.stage_since, page.waiting_for,
    page.waiting_on, page.due_at, page.started_at, page.updated_at, page.closed_at, page.escalated,
    page.overdue_now AS overdue, coalesce(page.missing, '{}') AS missing, page.clock_stopped, page.provisional,
    page.money, page.erased_at
FROM page
ORDER BY
    CASE $16::text WHEN 'updated' THEN page.updated_at END DESC,
    CASE $16::text WHEN 'due' THEN page.due_at END,
    page.journey_id;

-- name: search
-- Ids of at most $2 journeys that the text $1 fits. The index knows runs of up to three characters: it gives the
-- journeys that have those of $1, cut end to end, and each is then looked at whole.
SELECT journey_id
FROM journey_words
WHERE
    runs_of(words) @> ARRAY(
        SELECT substr(lower($1), least(at, greatest(length(lower($1)) - 2, 1)), 3)
        FROM generate_series(1, length(lower($1)), 3) AS at
    )
    AND position(lower($1) IN words) > 0
LIMIT $2;

-- name: status
-- The whole status of one journey and the time by which its clock is judged; its decisions in order, with their numbers.
SELECT
    journey_status.status, journey_status.due_at, journey_status.stage, journey_status.erased_at, now() AS asked_at,
    coalesce(taken.numbers, '{}') AS numbers, coalesce(taken.records, '[]'::jsonb) AS records
FROM
    journey_status,
    LATERAL (
        SELECT
            array_agg(decision.number ORDER BY decision.number) AS numbers,
            jsonb_agg(decision.record ORDER BY decision.number) AS records
        FROM decision
        WHERE decision.journey_id = journey_status.journey_id
    ) AS taken
WHERE journey_status.journey_id = $1;

-- name: timeline
-- What happened on journey $1 after entry $2, in order, at most $3 entries.
SELECT seq, entry FROM timeline WHERE journey_id = $1 AND seq > $2 ORDER BY seq LIMIT $3;

-- name: latest
-- The last $2 things that happened on journey $1, in order.
SELECT last.seq, last.entry
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

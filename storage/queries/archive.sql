-- The archive of closed runs (migration 0011): appended to under one lock, read in order.

-- name: lock_archive
-- Whoever appends does so one after another, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('archive', 0));

-- name: try_round
-- Whether this session is the one that looks for closed runs; it is until it unlocks, or ends.
SELECT pg_try_advisory_lock(hashtextextended('archive round', 0));

-- name: end_round
-- Another session may look for closed runs.
SELECT pg_advisory_unlock(hashtextextended('archive round', 0));

-- name: head
-- The newest link of all.
SELECT position, link FROM archived_run ORDER BY position DESC LIMIT 1;

-- name: journey_heads
-- The newest link of each of these journeys ($1) that has one.
SELECT DISTINCT ON (journey_id) journey_id, seq, journey_link
FROM archived_run
WHERE journey_id = ANY ($1::text[])
ORDER BY journey_id, seq DESC;

-- name: archived
-- Those of these runs ($1) that are archived.
SELECT run_id FROM archived_run WHERE run_id = ANY ($1::text[]);

-- name: append
-- One run more.
INSERT INTO archived_run (
    position, journey_id, seq, run_id, original_run_id, namespace, workflow_type, status, started_at, closed_at,
    events, builds, continued_from, continued_as, versions, size, sha256, marks, store, archived_at,
    journey_previous, journey_link, previous, link
)
VALUES (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24
);

-- name: links
-- At most $3 links behind position $1, in order, of journey $2 where it is given; versions as text, for whoever tampers
-- may write what no reader bears.
SELECT
    position, journey_id, seq, run_id, original_run_id, namespace, workflow_type, status, started_at, closed_at,
    events, builds, continued_from, continued_as, versions::text AS versions, size, sha256, marks, store, archived_at,
    journey_previous, journey_link, previous, link
FROM archived_run
WHERE position > $1 AND ($2::text IS NULL OR journey_id = $2)
ORDER BY position
LIMIT $3;

-- name: runs
-- At most $4 runs behind position $1, in order: of journey $2 where it is given, begun at $3 or later where that is.
SELECT position, journey_id, run_id, started_at, sha256, store
FROM archived_run
WHERE
    position > $1 AND ($2::text IS NULL OR journey_id = $2) AND ($3::timestamptz IS NULL OR started_at >= $3)
ORDER BY position
LIMIT $4;

-- name: count_runs
-- How many runs there are of journey $1 where it is given, begun at $2 or later where that is.
SELECT count(*) FROM archived_run
WHERE ($1::text IS NULL OR journey_id = $1) AND ($2::timestamptz IS NULL OR started_at >= $2);

-- name: named
-- Those of these contents ($1) that a row names.
SELECT DISTINCT sha256 FROM archived_run WHERE sha256 = ANY ($1::bytea[]);

-- name: neighbours
-- Runs that an archived one ($1: continued_as, else continued_from) names and that are not archived themselves.
SELECT
    run.journey_id,
    run.run_id AS named_by,
    CASE WHEN $1 THEN run.continued_as ELSE run.continued_from END AS run_id
FROM archived_run AS run
WHERE
    CASE WHEN $1 THEN run.continued_as ELSE run.continued_from END <> ''
    AND NOT EXISTS (
        SELECT FROM archived_run AS other
        WHERE other.run_id = CASE WHEN $1 THEN run.continued_as ELSE run.continued_from END
    );

-- name: journeys_without_runs
-- Journeys that were started, or have a status, and have no archived run.
SELECT journey_id FROM (
    SELECT journey_id FROM journey_start WHERE status = 'started'
    UNION
    SELECT journey_id FROM journey_status
) AS begun
WHERE NOT EXISTS (SELECT FROM archived_run WHERE archived_run.journey_id = begun.journey_id)
ORDER BY journey_id;

-- name: keep_history
-- Keep a history ($2) under its digest ($1), unless it is there.
INSERT INTO archived_history (sha256, content) VALUES ($1, $2) ON CONFLICT (sha256) DO NOTHING;

-- name: history
-- The history of this digest.
SELECT content FROM archived_history WHERE sha256 = $1;

-- name: histories
-- At most $2 digests behind $1, in order, with size and age.
SELECT sha256, length(content) AS size, kept_at FROM archived_history
WHERE sha256 > $1
ORDER BY sha256
LIMIT $2;

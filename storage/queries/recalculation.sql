-- Deadlines that rest on working days nobody had announced.

-- name: provisional
-- At most $3 open journeys behind $2, in order of their ids, whose deadline is provisional and was reckoned on another
-- calendar than $1; the index of provisional deadlines gives them.
SELECT journey_id, revision, status
FROM journey_status
WHERE
    provisional AND closed_at IS NULL AND calendar_version <> $1 AND journey_id > $2
ORDER BY journey_id
LIMIT $3;

-- The supervisor's queue. A deadline that has passed counts as overdue even while no worker runs to say so.

-- name: open
-- Open escalations of product $1 (NULL: of all), oldest first, after number $4 of journey $3 at moment $2, $5 rows. The
-- index of escalated journeys gives them; there are few. The reason is in the status, which is sealed.
SELECT
    journey_id, product, claim_number, stage, waiting_for, waiting_on, due_at, told.place, status,
    (told.escalation ->> 'at')::timestamptz AS since,
    overdue OR coalesce(due_at <= now() AND closed_at IS NULL, FALSE) AS overdue
FROM
    journey_status,
    jsonb_array_elements(escalations) WITH ORDINALITY AS told (escalation, place)
WHERE
    escalated AND (told.escalation -> 'open')::boolean
    AND ($1::text IS NULL OR product = $1)
    AND (
        $2::timestamptz IS NULL
        OR ((told.escalation ->> 'at')::timestamptz, journey_id, told.place) > ($2, $3::text, $4::bigint)
    )
ORDER BY (told.escalation ->> 'at')::timestamptz, journey_id, told.place
LIMIT $5;

-- name: standing
-- How the journeys $1 stand, those of product $2 (NULL: of all); one that has written nothing yet is known by its claim.
SELECT
    asked.journey_id, coalesce(journey_status.product, claim.product) AS product, journey_status.claim_number,
    journey_status.stage,
    journey_status.waiting_for, journey_status.waiting_on, journey_status.due_at,
    coalesce(journey_status.overdue OR journey_status.due_at <= now(), FALSE) AS overdue
FROM
    unnest($1::text[]) AS asked (journey_id)
LEFT JOIN journey_status ON asked.journey_id = journey_status.journey_id
LEFT JOIN claim ON asked.journey_id = claim.journey_id
WHERE $2::text IS NULL OR coalesce(journey_status.product, claim.product) = $2;

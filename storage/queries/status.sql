-- The status read model: written by one statement per transition; and the outbox, read by the relay.

-- name: enter
-- Write one transition ($1, JSON made by activities/status.py): status unless a newer is there, decisions, timeline,
-- outbox; wake the listeners. `status` is what lists show of it, in plain; all else comes sealed and is kept so.
--
-- What counts as newer is the journey's own clock, and the revision within one moment of it. A workflow task that died
-- half-way has written what history does not know; the task that comes after it begins later, counts its revisions,
-- decisions and entries anew, and replaces them. What counts as left over is said by the newest transition alone: of
-- two that are written side by side the older one may arrive last, and does not know what the newer one numbered.
WITH transition AS MATERIALIZED (
    SELECT
        body -> 'status' AS status, body -> 'sealed' AS sealed, body -> 'entries' AS entries,
        body -> 'notices' AS notices, body -> 'decisions' AS decisions,
        body -> 'status' ->> 'journey_id' AS journey_id, (body -> 'status' ->> 'updated_at')::timestamptz AS at,
        (body ->> 'decided')::integer AS decided, (body ->> 'told')::integer AS told
    FROM (SELECT $1::text::jsonb AS body) AS given
),
written AS (
    INSERT INTO journey_status (
        journey_id, revision, kind, product, claim_number, policy_number, drug, stage, stage_since, waiting_for,
        waiting_on, due_at, overdue, escalated, started_at, updated_at, closed_at, clock_stopped, provisional,
        calendar_version, money, escalations, custody, missing, status
    )
    SELECT
        flat.journey_id, flat.revision, flat.kind, flat.product, flat.claim_number, flat.policy_number, flat.drug,
        flat.stage, flat.stage_since, wait.what, wait."on",
        CASE WHEN wait.clock_stopped IS NULL THEN (wait.deadline ->> 'due_at')::timestamptz END, wait.overdue,
        transition.status @> '{"escalations": [{"open": true}]}', flat.started_at, flat.updated_at, flat.closed_at,
        wait.clock_stopped IS NOT NULL, coalesce((wait.deadline ->> 'provisional')::boolean, FALSE),
        wait.deadline ->> 'calendar_version', flat.money, flat.escalations, flat.custody,
        missing_papers(transition.status), transition.sealed
    FROM
        transition,
        jsonb_to_record(transition.status) AS flat (
            journey_id text, revision bigint, kind text, product text, claim_number text, policy_number text,
            drug text, stage text, stage_since timestamptz, started_at timestamptz, updated_at timestamptz,
            closed_at timestamptz, money jsonb, escalations jsonb, custody jsonb
        ),
        jsonb_to_record(transition.status -> 'wait') AS wait (
            what text, "on" text, deadline jsonb, overdue boolean, clock_stopped jsonb
        )
    ON CONFLICT (journey_id) DO UPDATE SET
        revision = excluded.revision, stage = excluded.stage, stage_since = excluded.stage_since,
        waiting_for = excluded.waiting_for, waiting_on = excluded.waiting_on, due_at = excluded.due_at,
        overdue = excluded.overdue, escalated = excluded.escalated, drug = excluded.drug,
        updated_at = excluded.updated_at, closed_at = excluded.closed_at, clock_stopped = excluded.clock_stopped,
        provisional = excluded.provisional, calendar_version = excluded.calendar_version, money = excluded.money,
        escalations = excluded.escalations, custody = excluded.custody, missing = excluded.missing,
        status = excluded.status
    WHERE
        (journey_status.updated_at, journey_status.revision) <= (excluded.updated_at, excluded.revision)
        AND journey_status.erased_at IS NULL
    RETURNING journey_id
),
decided AS (
    INSERT INTO decision (journey_id, number, at, record)
    SELECT
        transition.journey_id, (decision ->> 'number')::integer, (decision ->> 'at')::timestamptz, decision -> 'sealed'
    FROM transition, jsonb_array_elements(transition.decisions) AS decision
    ON CONFLICT (journey_id, number) DO UPDATE SET at = excluded.at, record = excluded.record
    WHERE decision.at < excluded.at
),
undecided AS (
    DELETE FROM decision USING transition, written
    WHERE
        decision.journey_id = written.journey_id AND decision.journey_id = transition.journey_id
        AND decision.number > transition.decided AND decision.at < transition.at
),
told AS (
    INSERT INTO timeline (journey_id, seq, at, kind, entry)
    SELECT
        transition.journey_id, (entry ->> 'seq')::integer, (entry ->> 'at')::timestamptz, entry ->> 'kind',
        entry -> 'sealed'
    FROM transition, jsonb_array_elements(transition.entries) AS entry
    ON CONFLICT (journey_id, seq) DO UPDATE SET at = excluded.at, kind = excluded.kind, entry = excluded.entry
    WHERE timeline.at < excluded.at
),
untold AS (
    DELETE FROM timeline USING transition, written
    WHERE
        timeline.journey_id = written.journey_id AND timeline.journey_id = transition.journey_id
        AND timeline.seq > transition.told AND timeline.at < transition.at
),
queued AS (
    INSERT INTO outbox (journey_id, key, payload)
    SELECT transition.journey_id, notice ->> 'key', notice -> 'sealed'
    FROM transition, jsonb_array_elements(transition.notices) AS notice
    ON CONFLICT DO NOTHING
    RETURNING journey_id
)
SELECT pg_notify('journey_status', written.journey_id) FROM written
UNION ALL
SELECT pg_notify('outbox', '') FROM queued;

-- name: claim_notices
-- Take up to $1 due notices and hide them from other relays for $2 seconds, in which they must be marked.
UPDATE outbox SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2)
WHERE (journey_id, key) IN (
    SELECT due.journey_id, due.key FROM outbox AS due
    WHERE due.sent_at IS NULL AND due.next_attempt_at <= now()
    ORDER BY due.next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
RETURNING journey_id, key, payload, attempts;

-- name: mark_sent
-- The notice ($1 journey, $2 key) was taken by the notifier.
UPDATE outbox SET sent_at = now(), last_error = NULL WHERE journey_id = $1 AND key = $2 AND sent_at IS NULL;

-- name: mark_failed
-- The notice could not be sent ($3 says why): try again after 2, 4, 8 … seconds, at most an hour.
UPDATE outbox SET
    last_error = $3, next_attempt_at = now() + make_interval(secs => least(power(2, least(attempts, 12)), 3600))
WHERE journey_id = $1 AND key = $2 AND sent_at IS NULL;

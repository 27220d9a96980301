-- Data keys, and personal columns that hold only what is sealed with them. What lists choose and sort by moves out of the
-- status into columns of its own; what was stored before is sealed by `journeys privacy seal`, for SQL has no key.
-- Workers of the release before cannot read what this one writes, so they are stopped first; that is why:
-- squawk-ignore-file ban-drop-not-null, ban-drop-function, require-concurrent-index-deletion

-- One row a subject: a journey, a person or a dead letter. An erasure takes the key and leaves the row, so that "erased"
-- and "missing" are told apart.
CREATE TABLE data_key (
    subject text PRIMARY KEY,
    key_id text NOT NULL,
    wrapped bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at timestamptz,
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
);
CREATE INDEX data_key_wrapped_by ON data_key (key_id) WHERE wrapped IS NOT NULL;
COMMENT ON COLUMN data_key.key_id IS 'key-encryption key that wraps it, e.g. key-1 of the key ring';

-- Tables in which nothing from before is plain any more.
CREATE TABLE sealed_table (
    name text PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now()
);

-- Who erased whom, when and why; opaque ids only.
CREATE TABLE erasure (
    erasure_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_ref text NOT NULL,
    erased_by text NOT NULL,
    reason text NOT NULL,
    journeys text [] NOT NULL,
    dead_letters integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER erasure_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON erasure
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('erasures are append-only');

-- Who looked at whose plain payloads in the Temporal Web UI; never what was in them.
CREATE TABLE codec_access (
    access_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    engineer text NOT NULL,
    subject text NOT NULL,
    payloads integer NOT NULL
);
CREATE INDEX codec_access_subject ON codec_access (subject, at);
CREATE TRIGGER codec_access_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON codec_access
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the log of accesses is append-only');

-- A person is one sealed record, found by the keyed digest of the identity document. The columns of before are emptied.
ALTER TABLE person
ADD COLUMN document text,
ADD COLUMN sealed text,
ALTER COLUMN id_type DROP NOT NULL,
ALTER COLUMN id_number DROP NOT NULL,
ALTER COLUMN name DROP NOT NULL,
ALTER COLUMN birth_date DROP NOT NULL,
ALTER COLUMN sex DROP NOT NULL,
ALTER COLUMN citizenship DROP NOT NULL,
ALTER COLUMN phone DROP NOT NULL,
ALTER COLUMN province DROP NOT NULL,
ALTER COLUMN city DROP NOT NULL,
ALTER COLUMN address_detail DROP NOT NULL;
CREATE UNIQUE INDEX person_document ON person (document);
COMMENT ON COLUMN person.document IS 'keyed digest of type and number of the identity document';
COMMENT ON COLUMN claim.claim_number IS 'keyed digest of product and claim number';
COMMENT ON COLUMN inbox.event_id IS 'keyed digest of source and id of the event';
COMMENT ON COLUMN benefit_period.policy_number IS 'keyed digest of product and policy number';

-- Whose data key a letter is sealed with: one of its own, for no journey is known there.
ALTER TABLE dead_letter ADD COLUMN subject text;

ALTER TABLE decision ADD COLUMN at timestamptz;
UPDATE decision SET at = (record #>> '{decision,at}')::timestamptz;

ALTER TABLE journey_status
ADD COLUMN clock_stopped boolean NOT NULL DEFAULT FALSE,
ADD COLUMN provisional boolean NOT NULL DEFAULT FALSE,
ADD COLUMN calendar_version text,
ADD COLUMN money jsonb NOT NULL DEFAULT '{}',
ADD COLUMN escalations jsonb NOT NULL DEFAULT '[]',
ADD COLUMN custody jsonb,
ADD COLUMN erased_at timestamptz;
COMMENT ON COLUMN journey_status.escalations IS 'at and open of each, in order; the reason is in the sealed status';
COMMENT ON COLUMN journey_status.custody IS 'head of the chain of custody that the journey knows of';

UPDATE journey_status SET
    clock_stopped = coalesce(status #>> '{wait,clock_stopped}' IS NOT NULL, FALSE),
    provisional = coalesce((status #>> '{wait,deadline,provisional}')::boolean, FALSE),
    calendar_version = status #>> '{wait,deadline,calendar_version}',
    money = coalesce(status -> 'money', '{}'),
    escalations = coalesce((
        SELECT jsonb_agg(jsonb_build_object('at', each -> 'at', 'open', each -> 'open') ORDER BY place)
        FROM jsonb_array_elements(status -> 'escalations') WITH ORDINALITY AS told (each, place)
    ), '[]'),
    custody = nullif(status #> '{car_t,custody}', 'null');

-- Read by the recalculation when a year's holidays have been published.
CREATE INDEX journey_status_unannounced ON journey_status (journey_id) WHERE provisional AND closed_at IS NULL;
DROP INDEX journey_status_provisional;

-- The kinds of missing papers are reckoned where the status is still plain: by whoever writes it.
DROP TRIGGER journey_lacks_papers ON journey_status;
DROP FUNCTION note_missing_papers();

-- An event from before there was sealing can be taken out by an erasure, and changed in no other way: its hash stays.
DROP TRIGGER custody_is_append_only ON custody_event;
CREATE TRIGGER custody_is_append_only BEFORE DELETE OR TRUNCATE ON custody_event
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('custody events are append-only, append what sets it right');
CREATE TRIGGER custody_is_never_changed BEFORE UPDATE ON custody_event
FOR EACH ROW WHEN (
    NEW.event <> '"erased"' OR jsonb_typeof(OLD.event) <> 'object'
    OR (NEW.journey_id, NEW.seq, NEW.key, NEW.recorded_at, NEW.previous, NEW.sha256)
    IS DISTINCT FROM (OLD.journey_id, OLD.seq, OLD.key, OLD.recorded_at, OLD.previous, OLD.sha256)
) EXECUTE FUNCTION refuse_change('custody events are append-only, append what sets it right');

-- The number of a policy gives way to its digest, in what was booked before as well. Nothing else can be changed.
DROP TRIGGER period_moves_by_entries ON benefit_period;
CREATE TRIGGER period_moves_by_entries BEFORE UPDATE ON benefit_period
FOR EACH ROW WHEN (
    pg_trigger_depth() = 0
    AND (NEW.period_id, NEW.product, NEW.period_from, NEW.sum_insured, NEW.available, NEW.reserved, NEW.committed)
    IS DISTINCT FROM
    (OLD.period_id, OLD.product, OLD.period_from, OLD.sum_insured, OLD.available, OLD.reserved, OLD.committed)
) EXECUTE FUNCTION refuse_change('balances move by entries alone');

DROP TRIGGER journal_is_append_only ON journal;
CREATE TRIGGER journal_is_append_only BEFORE DELETE OR TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the journal is append-only, book a new posting');
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
FOR EACH ROW WHEN (
    NOT OLD.request ? 'policy_number'
    OR (
        NEW.journal_id, NEW.key, NEW.kind, NEW.period_id, NEW.journey_id, NEW.closes, NEW.recovers,
        NEW.request - 'policy_number', NEW.answer, NEW.booked_at
    ) IS DISTINCT FROM (
        OLD.journal_id, OLD.key, OLD.kind, OLD.period_id, OLD.journey_id, OLD.closes, OLD.recovers,
        OLD.request - 'policy_number', OLD.answer, OLD.booked_at
    )
) EXECUTE FUNCTION refuse_change('the journal is append-only, book a new posting');

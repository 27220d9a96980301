-- The chain of custody of a patient's cells: one row an event, linked by hashes, never changed afterwards.

CREATE TABLE custody_event (
    journey_id text NOT NULL,
    seq integer NOT NULL CHECK (seq >= 1),
    key text NOT NULL UNIQUE,
    event jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    previous bytea NOT NULL CHECK (length(previous) = 32),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    PRIMARY KEY (journey_id, seq)
);

COMMENT ON COLUMN custody_event.key IS 'idempotency key of whoever appended it; part of the eventID, and so of the hash';
COMMENT ON COLUMN custody_event.event IS 'GS1 EPCIS 2.0 event, made and read by activities/epcis.py';
COMMENT ON COLUMN custody_event.previous IS 'sha256 of the link before; of the first, the digest of the journey id';
COMMENT ON COLUMN custody_event.sha256 IS 'of previous and the event as canonical JSON, by activities/custody_chain.py';

CREATE TRIGGER custody_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON custody_event
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('custody events are append-only, append what sets it right');

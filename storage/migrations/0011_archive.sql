-- The archive of closed runs: one row a run, linked by hashes with its journey's and with all, never changed afterwards.

-- Histories as protobuf, where PostgreSQL keeps them; a folder or an S3-compatible store may instead.
CREATE TABLE archived_history (
    sha256 bytea PRIMARY KEY CHECK (length(sha256) = 32),
    content bytea NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE archived_run (
    position bigint PRIMARY KEY CHECK (position >= 1),
    journey_id text NOT NULL,
    seq integer NOT NULL CHECK (seq >= 1),
    run_id text NOT NULL UNIQUE,
    original_run_id text NOT NULL,
    namespace text NOT NULL,
    workflow_type text NOT NULL,
    status text NOT NULL,
    started_at timestamptz NOT NULL,
    closed_at timestamptz NOT NULL,
    events integer NOT NULL,
    builds text [] NOT NULL,
    continued_from text NOT NULL,
    continued_as text NOT NULL,
    versions jsonb NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    marks bytea NOT NULL,
    store text NOT NULL,
    archived_at timestamptz NOT NULL,
    journey_previous bytea NOT NULL CHECK (length(journey_previous) = 32),
    journey_link bytea NOT NULL CHECK (length(journey_link) = 32),
    previous bytea NOT NULL CHECK (length(previous) = 32),
    link bytea NOT NULL CHECK (length(link) = 32),
    UNIQUE (journey_id, seq)
);
CREATE INDEX archived_run_started ON archived_run (started_at);
CREATE INDEX archived_run_continued ON archived_run (continued_as) WHERE continued_as <> '';
CREATE INDEX archived_run_content ON archived_run (sha256);

COMMENT ON COLUMN archived_run.position IS 'its place among all, from 1 on without holes';
COMMENT ON COLUMN archived_run.seq IS 'its place among the archived runs of its journey, from 1 on without holes';
COMMENT ON COLUMN archived_run.original_run_id IS 'the run that its first event names: another one after a reset';
COMMENT ON COLUMN archived_run.continued_from IS 'the run before it, of which it is the continuation; empty for a first one';
COMMENT ON COLUMN archived_run.continued_as IS 'the run that goes on after it; empty where none does';
COMMENT ON COLUMN archived_run.versions IS 'code, rules, products and calendar: of its decisions, and of whoever archived it';
COMMENT ON COLUMN archived_run.sha256 IS 'of the history as protobuf; it is also the name by which the store has it';
COMMENT ON COLUMN archived_run.marks IS 'eight bytes of SHA-256 for each 512 of the history: they tell where it was altered';
COMMENT ON COLUMN archived_run.journey_previous IS 'journey_link of the run before; of the first, the digest of the journey id';
COMMENT ON COLUMN archived_run.journey_link IS 'of journey_previous and all columns but the links, by audit/archive/chain.py';
COMMENT ON COLUMN archived_run.link IS 'of previous, position and journey_link';

CREATE TRIGGER archived_history_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON archived_history
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the archive is append-only');

CREATE TRIGGER archived_run_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON archived_run
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the archive is append-only');

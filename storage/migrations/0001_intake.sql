-- Intake: who the insured persons are, which events came, which claims they opened, which journeys are still to be
-- started, and every event that could not be taken, with its reason.

-- Personal data live here and nowhere else of ours; everything else holds the reference.
CREATE TABLE person (
    ref text PRIMARY KEY CHECK (ref ~ '^person-[a-z2-7]{20}$'),
    id_type text NOT NULL,
    id_number text NOT NULL,
    name text NOT NULL,
    birth_date date NOT NULL,
    sex text NOT NULL,
    citizenship text NOT NULL,
    phone text NOT NULL,
    province text NOT NULL,
    city text NOT NULL,
    address_detail text NOT NULL,
    as_of timestamptz NOT NULL,
    UNIQUE (id_type, id_number)
);

-- One row a claim: the registry that gives a claim its one journey. `content` is the report as it first came, each
-- personal value replaced by a digest under `salt`: enough to tell which fields of a later report differ.
CREATE TABLE claim (
    product text NOT NULL,
    claim_number text NOT NULL,
    journey_id text NOT NULL UNIQUE CHECK (journey_id ~ '^journey-[a-z2-7]{20}$'),
    person_ref text NOT NULL REFERENCES person,
    content jsonb NOT NULL,
    salt bytea NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (product, claim_number)
);
CREATE INDEX claim_person ON claim (person_ref);

-- One row an accepted event.
CREATE TABLE inbox (
    source text NOT NULL,
    event_id text NOT NULL,
    journey_id text NOT NULL REFERENCES claim (journey_id),
    payload_sha256 bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, event_id)
);
CREATE INDEX inbox_journey ON inbox (journey_id);

-- One row a journey: what the dispatcher starts it with, and whether it has.
CREATE TABLE journey_start (
    journey_id text PRIMARY KEY REFERENCES claim (journey_id),
    seq bigint GENERATED ALWAYS AS IDENTITY,
    claim jsonb NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'started', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    last_error text NOT NULL DEFAULT '',
    started_at timestamptz
);
CREATE INDEX journey_start_pending ON journey_start (seq) WHERE status = 'pending';

-- What could not be taken or started, byte for byte (of an oversized body the beginning), until a person sends it
-- again or drops it. `digest` covers body, media type and headers: a sender's repeat is counted, not kept twice.
CREATE TABLE dead_letter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resent', 'dropped')),
    channel text NOT NULL,
    media_type text NOT NULL,
    headers jsonb NOT NULL,
    raw bytea NOT NULL,
    raw_size bigint NOT NULL,
    raw_sha256 bytea NOT NULL,
    whole boolean NOT NULL,
    digest bytea NOT NULL,
    source text,
    event_id text,
    kind text NOT NULL,
    reason_zh text NOT NULL,
    reason_en text NOT NULL,
    fields jsonb NOT NULL,
    times_seen integer NOT NULL DEFAULT 1,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    corrected bytea,
    journey_id text,
    resolved_at timestamptz,
    resolved_by text,
    resolution text,
    CHECK ((status = 'open') = (resolved_at IS NULL))
);
CREATE UNIQUE INDEX dead_letter_once ON dead_letter (digest) WHERE status = 'open';
CREATE INDEX dead_letter_listing ON dead_letter (status, id);

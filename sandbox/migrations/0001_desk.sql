-- What every played partner shares: how it was told to behave, what it answered, and what it calls back.

CREATE TABLE behaviour (
    behaviour_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partner text NOT NULL,
    operation text NOT NULL,
    journey_id text,
    times_left integer CHECK (times_left >= 0),
    told jsonb NOT NULL
);

CREATE TABLE answered (
    partner text NOT NULL,
    key text NOT NULL,
    digest text NOT NULL,
    answer jsonb,
    PRIMARY KEY (partner, key)
);

CREATE TABLE exchange (
    exchange_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    partner text NOT NULL,
    operation text NOT NULL,
    journey_id text NOT NULL,
    key text NOT NULL,
    request jsonb NOT NULL,
    told jsonb NOT NULL,
    status integer NOT NULL,
    answer jsonb
);
CREATE INDEX exchange_journey ON exchange (journey_id);

CREATE TABLE callback (
    callback_id text PRIMARY KEY,
    follows text REFERENCES callback,
    partner text NOT NULL,
    journey_id text NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    data jsonb NOT NULL,
    copies integer NOT NULL CHECK (copies >= 0),
    due_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'planned'
        CHECK (state IN ('planned', 'happened', 'delivered', 'unsent', 'given_up')),
    attempts integer NOT NULL DEFAULT 0,
    last_status integer,
    last_error text NOT NULL DEFAULT '',
    delivered_at timestamptz
);
CREATE INDEX callback_due ON callback (due_at) WHERE state IN ('planned', 'happened');
CREATE INDEX callback_journey ON callback (journey_id);

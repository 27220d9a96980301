-- Call-backs of partners that proved genuine, each once: what makes a repeated delivery harmless.

CREATE TABLE callback (
    id text PRIMARY KEY,
    partner text NOT NULL,
    sha256 text NOT NULL CHECK (length(sha256) = 64),
    journey_id text NOT NULL,
    action text NOT NULL,
    deliveries integer NOT NULL DEFAULT 1,
    received_at timestamptz NOT NULL DEFAULT now(),
    refusal text,
    done_at timestamptz,
    result jsonb,
    CHECK ((done_at IS NULL) = (result IS NULL))
);

COMMENT ON COLUMN callback.id IS 'webhook-id of the sender; also the idempotency key of the action';
COMMENT ON COLUMN callback.sha256 IS 'digest of the body: a repeat with other content is refused';
COMMENT ON COLUMN callback.refusal IS 'why the journey last refused it; a repeat asks again, for the stage may have moved on';
COMMENT ON COLUMN callback.result IS 'the receipt that every repeat gets once more';

CREATE INDEX callback_journey ON callback (journey_id, received_at);

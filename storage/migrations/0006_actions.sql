-- Actions of people, kept before Temporal is told: what one has said is delivered, whatever dies meanwhile.

CREATE TABLE action (
    action_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    journey_id text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    body jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    deliveries integer NOT NULL DEFAULT 0,
    next_delivery_at timestamptz NOT NULL,
    delivered_at timestamptz,
    refusal text,
    UNIQUE (journey_id, key),
    CHECK (refusal IS NULL OR delivered_at IS NOT NULL)
);

COMMENT ON COLUMN action.key IS 'idempotency key of the sender; also the id of the Temporal update';
COMMENT ON COLUMN action.next_delivery_at IS 'until then the door that took it delivers it; afterwards any worker may';
COMMENT ON COLUMN action.delivered_at IS 'when the journey had taken it into its history, or had refused it';
COMMENT ON COLUMN action.refusal IS 'why the journey refused it; a repeat asks again, for the stage may have moved on';

CREATE INDEX action_due ON action (next_delivery_at) WHERE delivered_at IS NULL;
CREATE INDEX action_waiting ON action (journey_id, action_id) WHERE delivered_at IS NULL;

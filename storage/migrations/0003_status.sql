-- What people see of a journey, written once per transition: its status, its timeline, its messages to be sent.

CREATE TABLE journey_status (
    journey_id text PRIMARY KEY,
    revision bigint NOT NULL,
    kind text NOT NULL,
    product text NOT NULL,
    claim_number text NOT NULL,
    policy_number text NOT NULL,
    drug text NOT NULL,
    stage text NOT NULL,
    stage_since timestamptz NOT NULL,
    waiting_for text NOT NULL,
    waiting_on text,
    -- NULL without a deadline and while the clock stands still.
    due_at timestamptz,
    overdue boolean NOT NULL,
    escalated boolean NOT NULL,
    started_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    closed_at timestamptz,
    -- The JourneyStatus without its decisions; the columns above are taken from it, to list by.
    status jsonb NOT NULL
);
-- Lists read a page in one of these orders; journey_id makes the order total.
CREATE INDEX journey_status_updated ON journey_status (updated_at DESC, journey_id);
CREATE INDEX journey_status_stage ON journey_status (stage, updated_at DESC, journey_id);
CREATE INDEX journey_status_waiting_on ON journey_status (waiting_on, updated_at DESC, journey_id)
WHERE waiting_on IS NOT NULL;
CREATE INDEX journey_status_due ON journey_status (due_at, journey_id) WHERE due_at IS NOT NULL;
CREATE INDEX journey_status_escalated ON journey_status (updated_at DESC, journey_id) WHERE escalated;
CREATE INDEX journey_status_claim ON journey_status (claim_number);

-- One row a decision, written once: a status that carried them all would be written anew with each transition.
CREATE TABLE decision (
    journey_id text NOT NULL,
    number integer NOT NULL,
    record jsonb NOT NULL,
    PRIMARY KEY (journey_id, number)
);

CREATE TABLE timeline (
    journey_id text NOT NULL,
    seq integer NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    entry jsonb NOT NULL,
    PRIMARY KEY (journey_id, seq)
);

CREATE TABLE outbox (
    journey_id text NOT NULL,
    key text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    last_error text,
    PRIMARY KEY (journey_id, key)
);
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE sent_at IS NULL;

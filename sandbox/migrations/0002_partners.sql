-- What each played partner keeps in its books.

CREATE TABLE policy (
    policy_number text PRIMARY KEY,
    product text NOT NULL,
    policy jsonb NOT NULL,
    in_catalogue boolean
);

-- UNIQUE: the insurer pays once for each dispensing, whatever key the order carries.
CREATE TABLE payment (
    payment_id text PRIMARY KEY,
    journey_id text NOT NULL,
    policy_number text NOT NULL REFERENCES policy,
    product text NOT NULL,
    dispensing_id text NOT NULL UNIQUE,
    invoice_number text NOT NULL,
    amount numeric(14, 2) NOT NULL CHECK (amount >= 0),
    status text NOT NULL DEFAULT 'accepted' CHECK (status IN ('accepted', 'paid', 'rejected')),
    paid_on date,
    reason text NOT NULL DEFAULT '',
    ordered_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payment_journey ON payment (journey_id);

CREATE TABLE price (
    drug_id text PRIMARY KEY,
    unit_price numeric(14, 2) NOT NULL CHECK (unit_price > 0)
);

-- A drug that a city (or, with an empty city, nobody) has run out of, or has again.
CREATE TABLE shelf (
    drug_id text NOT NULL,
    city text NOT NULL DEFAULT '',
    in_stock boolean NOT NULL,
    PRIMARY KEY (drug_id, city)
);

CREATE TABLE reservation (
    reservation_id text PRIMARY KEY,
    journey_id text NOT NULL,
    voucher_id text NOT NULL,
    drug_id text NOT NULL,
    quantity numeric NOT NULL CHECK (quantity > 0),
    cost numeric(14, 2) NOT NULL,
    mode text NOT NULL,
    pharmacy_id text NOT NULL,
    pharmacy_name text NOT NULL,
    person jsonb NOT NULL,
    status text NOT NULL DEFAULT 'held' CHECK (status IN ('held', 'released', 'dispensed')),
    reserved_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reservation_journey ON reservation (journey_id);

-- UNIQUE: a reservation is dispensed once.
CREATE TABLE dispensing (
    dispensing_id text PRIMARY KEY,
    reservation_id text NOT NULL UNIQUE REFERENCES reservation,
    invoice bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    journey_id text NOT NULL,
    voucher_id text NOT NULL,
    cost numeric(14, 2) NOT NULL,
    handed_over_at timestamptz NOT NULL,
    dispensed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dispensing_journey ON dispensing (journey_id);

CREATE TABLE aid_program (
    drug_id text PRIMARY KEY,
    program_id text NOT NULL UNIQUE,
    program_name text NOT NULL,
    papers jsonb NOT NULL
);

CREATE TABLE aid_application (
    application_id text PRIMARY KEY,
    journey_id text NOT NULL,
    program_id text NOT NULL,
    drug_id text NOT NULL,
    prescription_number text NOT NULL,
    person jsonb NOT NULL,
    standing text NOT NULL DEFAULT 'under_review',
    reason text NOT NULL DEFAULT '',
    applied_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX aid_application_journey ON aid_application (journey_id);

CREATE TABLE records_request (
    request_id text PRIMARY KEY,
    journey_id text NOT NULL,
    hospital text NOT NULL,
    kinds jsonb NOT NULL,
    person jsonb NOT NULL,
    sent boolean NOT NULL DEFAULT false,
    requested_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX records_request_journey ON records_request (journey_id);

CREATE TABLE parcel (
    tracking_number text PRIMARY KEY,
    journey_id text NOT NULL,
    booking jsonb NOT NULL,
    person jsonb NOT NULL,
    status text NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'in_transit', 'delivered', 'failed')),
    promised_by timestamptz,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX parcel_journey ON parcel (journey_id);

CREATE TABLE message (
    message_id text PRIMARY KEY,
    journey_id text NOT NULL,
    template text NOT NULL,
    team text NOT NULL,
    text jsonb NOT NULL,
    person jsonb,
    sent_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX message_journey ON message (journey_id);

-- What hospital, manufacturer and cryo courier keep of CAR-T therapies.

CREATE SEQUENCE coi_number;
CREATE SEQUENCE donation_number;

CREATE TABLE appointment (
    appointment_id text PRIMARY KEY,
    journey_id text NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('assessment', 'apheresis', 'infusion')),
    site text NOT NULL,
    due_on date NOT NULL,
    person jsonb NOT NULL,
    booked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX appointment_journey ON appointment (journey_id);

CREATE TABLE slot (
    slot_id text PRIMARY KEY,
    journey_id text NOT NULL,
    coi text NOT NULL,
    booking jsonb NOT NULL,
    -- How the manufacturer was told to behave: known when the slot is reserved, needed when the cells arrive.
    told jsonb NOT NULL,
    status text NOT NULL DEFAULT 'reserved' CHECK (
        status IN ('reserved', 'in_production', 'released', 'out_of_specification', 'failed', 'lost', 'cancelled')
    ),
    din text NOT NULL DEFAULT '',
    batch text NOT NULL DEFAULT '',
    certificate text NOT NULL DEFAULT '',
    expires_on date,
    reason text NOT NULL DEFAULT '',
    reserved_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX slot_journey ON slot (journey_id);

CREATE TABLE shipment (
    shipment_id text PRIMARY KEY,
    journey_id text NOT NULL,
    material text NOT NULL,
    booking jsonb NOT NULL,
    status text NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'in_transit', 'delivered', 'cancelled')),
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX shipment_journey ON shipment (journey_id);

-- Whatever happened to cells, as the one who had them wrote it down.
CREATE TABLE movement (
    movement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    journey_id text NOT NULL,
    material text NOT NULL,
    step text NOT NULL,
    holder text NOT NULL,
    coi text NOT NULL,
    din text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX movement_journey ON movement (journey_id, material, movement_id);

-- A payment is for one dispensing, or for one bill of a therapy, in which nothing was dispensed. The rows there are all
-- for dispensings, each for another one.

-- squawk-ignore ban-drop-constraint
ALTER TABLE payment DROP CONSTRAINT payment_dispensing_id_key;
CREATE UNIQUE INDEX payment_dispensing ON payment (dispensing_id) WHERE dispensing_id <> '';
CREATE UNIQUE INDEX payment_bill ON payment (journey_id, invoice_number) WHERE dispensing_id = '';

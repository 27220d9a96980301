-- What hospital, manufacturer and cryo courier keep of CAR-T therapies.

-- name: add_appointment
-- A patient is expected for assessment, apheresis or infusion.
INSERT INTO appointment (appointment_id, journey_id, purpose, site, due_on, person) VALUES ($1, $2, $3, $4, $5, $6);

-- name: cancel_appointment
-- Take an appointment back where the patient is not treated yet, with all that was planned for it but its bill; gives
-- whether it is cancelled, now or before.
WITH treated AS (
    SELECT FROM callback
    WHERE subject = $1 AND state IN ('happened', 'delivered', 'given_up') AND (
        type IN ('record_assessment', 'record_lymphodepletion')
        OR (type = 'record_apheresis' AND data ->> 'result' <> 'insufficient')
    )
),
cancelled AS (
    UPDATE appointment SET cancelled_at = now()
    WHERE appointment_id = $1 AND cancelled_at IS NULL AND NOT EXISTS (SELECT FROM treated)
    RETURNING appointment_id
),
untold AS (
    UPDATE callback SET state = 'unsent' FROM cancelled
    WHERE callback.subject = cancelled.appointment_id AND callback.state = 'planned' AND callback.type <> 'submit_costs'
)
SELECT cancelled_at IS NOT NULL OR EXISTS (SELECT FROM cancelled) AS cancelled
FROM appointment WHERE appointment_id = $1;

-- name: planned_bill
-- The bill that is still to be sent for an appointment, and whether the patient was examined.
SELECT
    bill.callback_id, bill.data,
    EXISTS (
        SELECT FROM callback AS told
        WHERE told.subject = $1 AND told.type = 'record_examination' AND told.state IN ('happened', 'delivered', 'given_up')
    ) AS examined
FROM callback AS bill
WHERE bill.subject = $1 AND bill.type = 'submit_costs' AND bill.state = 'planned' AND NOT bill.in_hand
FOR UPDATE OF bill;

-- name: change_bill
-- Another bill than was planned; $3 'unsent' where there is nothing to bill.
UPDATE callback SET data = $2, state = $3 WHERE callback_id = $1;

-- name: next_coi
-- Number of the next chain-of-identity identifier.
SELECT nextval('coi_number');

-- name: knows_coi
-- Whether an identifier was assigned to this journey.
SELECT EXISTS (SELECT FROM slot WHERE journey_id = $1 AND coi = $2);

-- name: add_slot
-- A manufacturing slot.
INSERT INTO slot (slot_id, journey_id, coi, booking, told) VALUES ($1, $2, $3, $4, $5);

-- name: slot
-- How manufacturing in a slot stands.
SELECT status, batch, certificate, expires_on, din, reason FROM slot WHERE slot_id = $1;

-- name: cancel_slot
-- Give a slot up where nothing came of it yet, with all that was planned for it; gives its status afterwards.
WITH given_up AS (
    UPDATE slot SET status = 'cancelled' WHERE slot_id = $1 AND status IN ('reserved', 'in_production')
    RETURNING slot_id
),
untold AS (
    UPDATE callback SET state = 'unsent' FROM given_up
    WHERE callback.subject = given_up.slot_id AND callback.state = 'planned'
)
SELECT CASE WHEN EXISTS (SELECT FROM given_up) THEN 'cancelled' ELSE status END AS status FROM slot WHERE slot_id = $1;

-- name: assigned
-- The identifier of a journey's therapy.
SELECT coi FROM slot WHERE journey_id = $1 ORDER BY reserved_at DESC LIMIT 1;

-- name: begin_production
-- Cells $2 go into production in the newest slot of their journey that is open.
UPDATE slot SET status = 'in_production', din = $2
WHERE slot_id = (
    SELECT slot_id FROM slot WHERE journey_id = $1 AND status = 'reserved' ORDER BY reserved_at DESC LIMIT 1
)
RETURNING slot_id, coi, told;

-- name: kept_cells
-- Cells left over at the manufacturer ($3) when slot $2 was reserved: of a slot that was lost, or of a product that failed
-- and can be made again.
SELECT latest.din
FROM (
    SELECT status = 'lost' OR coalesce((told #>> '{outcome,kept}')::boolean, false) AS kept
    FROM slot WHERE journey_id = $1 AND slot_id <> $2
    ORDER BY reserved_at DESC LIMIT 1
) AS earlier,
(
    SELECT din, holder FROM movement WHERE journey_id = $1 AND material = 'starting_material'
    ORDER BY movement_id DESC LIMIT 1
) AS latest
WHERE earlier.kept AND latest.holder = $3;

-- name: end_production
-- What came of manufacturing in a slot.
UPDATE slot SET status = $2, batch = $3, certificate = $4, expires_on = $5, reason = $6 WHERE slot_id = $1
RETURNING din;

-- name: next_donation
-- Number of the next donation.
SELECT nextval('donation_number');

-- name: move
-- Write down what happened to cells.
INSERT INTO movement (journey_id, material, step, holder, coi, din, at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: last_moved
-- The latest that happened to a journey's cells of one material.
SELECT holder, coi, din, at FROM movement WHERE journey_id = $1 AND material = $2 ORDER BY movement_id DESC LIMIT 1;

-- name: arrived
-- Who got the product, where it has come to the bedside.
SELECT booking ->> 'recipient' FROM shipment
WHERE journey_id = $1 AND material = 'product' AND status = 'delivered'
ORDER BY at DESC LIMIT 1;

-- name: add_shipment
-- A transport of cells that was booked.
INSERT INTO shipment (shipment_id, journey_id, material, booking) VALUES ($1, $2, $3, $4);

-- name: carry
-- The cells were fetched, or delivered to their recipient.
UPDATE shipment SET at = now(),
    status = CASE WHEN booking ->> 'recipient' = $2 THEN 'delivered' ELSE 'in_transit' END
WHERE shipment_id = $1;

-- name: cancel_shipment
-- Take a transport back where the cells were not fetched yet; gives its status afterwards.
WITH cancelled AS (
    UPDATE shipment SET status = 'cancelled', at = now() WHERE shipment_id = $1 AND status = 'booked'
    RETURNING shipment_id
),
untold AS (
    UPDATE callback SET state = 'unsent' FROM cancelled
    WHERE callback.subject = cancelled.shipment_id AND callback.state = 'planned'
)
SELECT CASE WHEN EXISTS (SELECT FROM cancelled) THEN 'cancelled' ELSE status END AS status
FROM shipment WHERE shipment_id = $1;

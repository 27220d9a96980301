-- name: put_policy
-- A policy the insurer's core system knows, or knows better now.
INSERT INTO policy (policy_number, product, policy, in_catalogue) VALUES ($1, $2, $3, $4)
ON CONFLICT (policy_number) DO UPDATE
SET product = excluded.product, policy = excluded.policy, in_catalogue = excluded.in_catalogue;

-- name: seed_policy
-- A policy the core system starts with; what it knows already stays.
INSERT INTO policy (policy_number, product, policy, in_catalogue) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: policy
-- One policy of one product.
SELECT policy, in_catalogue FROM policy WHERE policy_number = $1 AND product = $2;

-- name: add_payment
-- A payment order; no row when this dispensing, or this bill of a therapy, was ordered before.
INSERT INTO payment (payment_id, journey_id, policy_number, product, dispensing_id, invoice_number, amount)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING payment_id;

-- name: payment
-- How a payment stands.
SELECT payment_id, status, paid_on, reason FROM payment WHERE payment_id = $1;

-- name: put_price
-- A price that was set.
INSERT INTO price (drug_id, unit_price) VALUES ($1, $2)
ON CONFLICT (drug_id) DO UPDATE SET unit_price = excluded.unit_price;

-- name: seed_price
-- A price that was made up; a known one stays.
INSERT INTO price (drug_id, unit_price) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: price
-- Price of one unit of a drug.
SELECT unit_price FROM price WHERE drug_id = $1;

-- name: put_shelf
-- Whether a city (empty: any) has a drug.
INSERT INTO shelf (drug_id, city, in_stock) VALUES ($1, $2, $3)
ON CONFLICT (drug_id, city) DO UPDATE SET in_stock = excluded.in_stock;

-- name: in_stock
-- Whether a city has a drug: its own shelf first, then all, else yes.
SELECT coalesce((SELECT in_stock FROM shelf WHERE drug_id = $1 AND city IN ($2, '') ORDER BY city DESC LIMIT 1), true);

-- name: add_reservation
-- The pharmacy keeps the drug.
INSERT INTO reservation
    (reservation_id, journey_id, voucher_id, drug_id, quantity, cost, mode, pharmacy_id, pharmacy_name, person)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: reservation
-- One reservation, locked against a release or dispensing at the same time.
SELECT reservation_id, journey_id, voucher_id, cost, status FROM reservation WHERE reservation_id = $1 FOR UPDATE;

-- name: move_reservation
-- The reservation is released or dispensed.
UPDATE reservation SET status = $2 WHERE reservation_id = $1;

-- name: add_dispensing
-- Books a dispensing and gives it the next invoice number.
INSERT INTO dispensing (dispensing_id, reservation_id, journey_id, voucher_id, cost, handed_over_at)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING invoice, cost, dispensed_at;

-- name: put_program
-- An aid program for a drug.
INSERT INTO aid_program (drug_id, program_id, program_name, papers) VALUES ($1, $2, $3, $4)
ON CONFLICT (drug_id) DO UPDATE
SET program_id = excluded.program_id, program_name = excluded.program_name, papers = excluded.papers;

-- name: drop_program
-- The drug has no aid program any more.
DELETE FROM aid_program WHERE drug_id = $1;

-- name: program
-- The aid program of a drug.
SELECT program_id, program_name, papers FROM aid_program WHERE drug_id = $1;

-- name: add_application
-- An application for aid.
INSERT INTO aid_application (application_id, journey_id, program_id, drug_id, prescription_number, person)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: application
-- How an application stands.
SELECT application_id, standing, reason FROM aid_application WHERE application_id = $1;

-- name: add_records_request
-- A request for papers.
INSERT INTO records_request (request_id, journey_id, hospital, kinds, person) VALUES ($1, $2, $3, $4, $5);

-- name: add_parcel
-- A transport that was booked.
INSERT INTO parcel (tracking_number, journey_id, booking, person, promised_by) VALUES ($1, $2, $3, $4, $5);

-- name: parcel
-- Where a parcel is.
SELECT status, at FROM parcel WHERE tracking_number = $1;

-- name: cancel_parcel
-- Take a transport back where the parcel was not fetched yet; gives its status afterwards.
WITH cancelled AS (
    UPDATE parcel SET status = 'cancelled', at = now() WHERE tracking_number = $1 AND status = 'booked'
    RETURNING tracking_number
),
untold AS (
    UPDATE callback SET state = 'unsent' FROM cancelled
    WHERE callback.subject = cancelled.tracking_number AND callback.state = 'planned'
)
SELECT CASE WHEN EXISTS (SELECT FROM cancelled) THEN 'cancelled' ELSE status END AS status
FROM parcel WHERE tracking_number = $1;

-- name: add_message
-- A message that was sent.
INSERT INTO message (message_id, journey_id, template, team, text, person) VALUES ($1, $2, $3, $4, $5, $6);

-- name: last_text
-- The newest message of one template in a journey.
SELECT text ->> 'zh' FROM message WHERE journey_id = $1 AND template = $2 ORDER BY sent_at DESC LIMIT 1;

-- name: messages
-- Messages of a journey, or all.
SELECT to_jsonb(t) FROM message AS t WHERE $1 = '' OR journey_id = $1 ORDER BY sent_at;

-- name: payments
-- Payments of a journey, or all.
SELECT to_jsonb(t) FROM payment AS t WHERE $1 = '' OR journey_id = $1 ORDER BY ordered_at;

-- name: reservations
-- Reservations of a journey, or all.
SELECT to_jsonb(t) FROM reservation AS t WHERE $1 = '' OR journey_id = $1 ORDER BY reserved_at;

-- name: dispensings
-- Dispensings of a journey, or all.
SELECT to_jsonb(t) FROM dispensing AS t WHERE $1 = '' OR journey_id = $1 ORDER BY dispensed_at;

-- name: applications
-- Aid applications of a journey, or all.
SELECT to_jsonb(t) FROM aid_application AS t WHERE $1 = '' OR journey_id = $1 ORDER BY applied_at;

-- name: records_requests
-- Requests for papers of a journey, or all.
SELECT to_jsonb(t) FROM records_request AS t WHERE $1 = '' OR journey_id = $1 ORDER BY requested_at;

-- name: parcels
-- Parcels of a journey, or all.
SELECT to_jsonb(t) FROM parcel AS t WHERE $1 = '' OR journey_id = $1 ORDER BY at;

-- name: callbacks
-- Call-backs of a journey, or all, whatever became of them.
SELECT to_jsonb(t) FROM callback AS t WHERE $1 = '' OR journey_id = $1 ORDER BY due_at;

-- name: exchanges
-- Questions and orders of a journey, or all, with what was answered.
SELECT to_jsonb(t) FROM exchange AS t WHERE $1 = '' OR journey_id = $1 ORDER BY exchange_id;

-- name: appointments
-- Assessments and admissions of a journey, or all.
SELECT to_jsonb(t) FROM appointment AS t WHERE $1 = '' OR journey_id = $1 ORDER BY booked_at;

-- name: slots
-- Manufacturing slots of a journey, or all.
SELECT to_jsonb(t) FROM slot AS t WHERE $1 = '' OR journey_id = $1 ORDER BY reserved_at;

-- name: shipments
-- Transports of cells of a journey, or all.
SELECT to_jsonb(t) FROM shipment AS t WHERE $1 = '' OR journey_id = $1 ORDER BY at;

-- name: movements
-- What happened to the cells of a journey, or all.
SELECT to_jsonb(t) FROM movement AS t WHERE $1 = '' OR journey_id = $1 ORDER BY movement_id;

-- A transport can be taken back until the parcel was fetched.

ALTER TABLE parcel DROP CONSTRAINT parcel_status_check;
ALTER TABLE parcel ADD CONSTRAINT parcel_status_check
CHECK (status IN ('booked', 'in_transit', 'delivered', 'failed', 'cancelled')) NOT VALID;
ALTER TABLE parcel VALIDATE CONSTRAINT parcel_status_check;

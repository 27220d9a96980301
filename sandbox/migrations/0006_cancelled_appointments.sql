-- A patient who does not come is not expected any more.
ALTER TABLE appointment ADD COLUMN cancelled_at timestamptz;

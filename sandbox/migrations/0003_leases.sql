-- Who has a call-back in hand is known, so that a new process can take up at once what the last one held.
ALTER TABLE callback ADD COLUMN in_hand boolean NOT NULL DEFAULT false;

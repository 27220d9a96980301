-- What a closed journey leaves, from which a new run takes it up again when news come that undo what was owed: Temporal
-- keeps a closed history for a while only.

CREATE TABLE left_behind (
    journey_id text PRIMARY KEY,
    claim text NOT NULL,
    left_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN left_behind.claim IS 'the input of the next run, sealed under the key of the journey';

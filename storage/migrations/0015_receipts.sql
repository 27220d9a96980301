-- What the journey answered to an action: a repeat gets it again, also when the journey has gone on or closed since.

ALTER TABLE action ADD COLUMN receipt jsonb;

COMMENT ON COLUMN action.receipt IS 'the receipt, once the journey gave one; it names stage and revision, nobody''s data';

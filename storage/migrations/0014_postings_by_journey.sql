-- The postings of one journey are asked for by the reconciliation, journey after journey.

CREATE INDEX journal_journey ON journal (journey_id);

-- The chain of custody (migration 0010): appended to under a lock of its journey, read whole.

-- name: lock_chain
-- Whoever appends to this journey's chain does so one after another, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('custody ' || $1::text, 0));

-- name: link_by_key
-- What was appended under a key, to whichever chain.
SELECT journey_id, seq, event, sha256 FROM custody_event WHERE key = $1;

-- name: head
-- The newest link of a chain.
SELECT seq, sha256 FROM custody_event WHERE journey_id = $1 ORDER BY seq DESC LIMIT 1;

-- name: append
-- One link more.
INSERT INTO custody_event (journey_id, seq, key, event, previous, sha256) VALUES ($1, $2, $3, $4, $5, $6);

-- name: chain
-- Every link of a journey's chain, in order; events as text, for whoever tampers may write what no reader bears.
SELECT seq, key, event::text AS event, recorded_at, previous, sha256 FROM custody_event WHERE journey_id = $1 ORDER BY seq;

-- name: known_head
-- The newest link that the journey itself knows of, as its status tells.
SELECT custody AS head, erased_at FROM journey_status WHERE journey_id = $1;

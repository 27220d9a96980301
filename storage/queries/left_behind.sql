-- What closed journeys leave for being taken up again (migration 0016).

-- name: leave
-- Journey $1 leaves $2; one that closes once more leaves what it is then.
INSERT INTO left_behind (journey_id, claim) VALUES ($1, $2)
ON CONFLICT (journey_id) DO UPDATE SET claim = excluded.claim, left_at = now();

-- name: left
-- What journey $1 left.
SELECT claim FROM left_behind WHERE journey_id = $1;

-- What the worklist is chosen by: papers that are missing, and deadlines that the calendar did not know for certain.

-- Kinds of the papers that a journey has asked for and does not have, NULL for none; an original does for a copy.
CREATE FUNCTION missing_papers(status jsonb) RETURNS text [] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT array_agg(DISTINCT due ->> 'kind' ORDER BY due ->> 'kind')
    FROM jsonb_array_elements(status -> 'papers_due') AS due
    WHERE
        NOT coalesce(status -> 'papers', '[]') @> jsonb_build_array(
            CASE due ->> 'form'
                WHEN 'original' THEN jsonb_build_object('kind', due ->> 'kind', 'form', 'original')
                ELSE jsonb_build_object('kind', due ->> 'kind')
            END
        )
);

ALTER TABLE journey_status ADD COLUMN missing text [];

-- By a trigger, so that workers of the release before write it, too.
CREATE FUNCTION note_missing_papers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.missing := missing_papers(NEW.status);
    RETURN NEW;
END $$;

CREATE TRIGGER journey_lacks_papers BEFORE INSERT OR UPDATE OF status ON journey_status
FOR EACH ROW EXECUTE FUNCTION note_missing_papers();

UPDATE journey_status SET missing = missing_papers(status) WHERE missing_papers(status) IS NOT NULL;

CREATE INDEX journey_status_missing ON journey_status (updated_at DESC, journey_id) WHERE missing IS NOT NULL;
CREATE INDEX journey_status_missing_kinds ON journey_status USING gin (missing) WHERE missing IS NOT NULL;

-- Read by the recalculation when a year's holidays have been published.
CREATE INDEX journey_status_provisional ON journey_status (journey_id)
WHERE status @> '{"wait": {"deadline": {"provisional": true}}}' AND closed_at IS NULL;

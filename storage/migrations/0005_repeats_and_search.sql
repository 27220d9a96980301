-- Vouchers whose workflow task is tried again after midnight, and an index for the free-text search of journeys.

-- The answer given when `the_key` was booked before, NULL when it was not. Call it with the period locked.
--
-- `wanted` may differ on a repeat: it is reckoned from a price that is looked up in the workflow task that reserves, and
-- a task that is tried again looks it up again. What was set aside first stays: settling draws on the limit for what is
-- short and releases what is left. All else comes from answers on record, the sum insured too, so there another content
-- means another posting under a key that is taken.
CREATE OR REPLACE FUNCTION earlier_answer(the_key text, the_kind text, the_request jsonb)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    earlier journal;
BEGIN
    SELECT * INTO earlier FROM journal WHERE key = the_key;
    IF FOUND AND (earlier.kind, earlier.request - 'wanted') IS DISTINCT FROM (the_kind, the_request - 'wanted') THEN
        PERFORM refuse_posting(format(
            'key %s was booked before as %s with other content; use a new key for another posting',
            the_key, earlier.kind
        ));
    END IF;
    RETURN earlier.answer;
END $$;

-- Issue the voucher of a reservation (its answer), or give back the one that `the_key` issued before, with the days
-- that it has: a workflow task that is tried again after midnight reckons them anew, and the patient holds the first.
CREATE OR REPLACE FUNCTION issue_voucher(
    the_key text, journey text, issued date, expires date, new_id text, new_code text, reserving jsonb
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    known voucher;
BEGIN
    SELECT * INTO known FROM voucher WHERE key = the_key OR reservation = reserving ->> 'key';
    IF NOT FOUND THEN
        INSERT INTO voucher (voucher_id, key, journey_id, reservation, code, issued_on, last_day)
        VALUES (new_id, the_key, journey, reserving ->> 'key', new_code, issued, expires) RETURNING * INTO known;
    ELSIF (known.key, known.journey_id, known.reservation)
        IS DISTINCT FROM (the_key, journey, reserving ->> 'key') THEN
        PERFORM refuse_posting(format(
            'voucher %s was issued before, under key %s or for its reservation, with other content', known.voucher_id,
            the_key
        ));
    END IF;
    RETURN jsonb_build_object(
        'voucher_id', known.voucher_id, 'reservation', reserving, 'issued_on', known.issued_on,
        'last_day', known.last_day
    );
END $$;

-- What a free text is looked for in, in small letters.
CREATE FUNCTION searched_words(claim_number text, policy_number text, drug text, journey_id text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(claim_number || ' ' || policy_number || ' ' || drug || ' ' || journey_id);

-- Every run of one, two and three characters of a text; duplicates are left to the index.
--
-- pg_trgm would be ready-made, but it sees letters as the database's LC_CTYPE does, under C no Chinese ones, and knows
-- nothing shorter than three, while there are drugs of two characters. It also wants the right to create extensions.
CREATE FUNCTION runs_of(words text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    letters text[] := string_to_array(words, NULL);
    runs text[] := letters;
BEGIN
    FOR at IN 2..cardinality(letters) LOOP
        runs := runs || (letters[at - 1] || letters[at]);
    END LOOP;
    FOR at IN 3..cardinality(letters) LOOP
        runs := runs || (letters[at - 2] || letters[at - 1] || letters[at]);
    END LOOP;
    RETURN runs;
END $$;

-- One row a journey, apart from its status: that is written at each transition, its words change once, if at all.
CREATE TABLE journey_words (
    journey_id text PRIMARY KEY,
    words text NOT NULL
);

CREATE FUNCTION note_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journey_words (journey_id, words)
    VALUES (NEW.journey_id, searched_words(NEW.claim_number, NEW.policy_number, NEW.drug, NEW.journey_id))
    ON CONFLICT (journey_id) DO UPDATE SET words = excluded.words;
    RETURN NULL;
END $$;

CREATE TRIGGER journey_is_found AFTER INSERT ON journey_status
FOR EACH ROW EXECUTE FUNCTION note_words();

CREATE TRIGGER journey_is_found_by_its_new_drug AFTER UPDATE ON journey_status
FOR EACH ROW WHEN (OLD.drug <> NEW.drug) EXECUTE FUNCTION note_words();

-- Journeys cannot be written from here to the end of the migration, some 20 seconds at 100,000 of them.
INSERT INTO journey_words (journey_id, words)
SELECT journey_id, searched_words(claim_number, policy_number, drug, journey_id) FROM journey_status;

-- New rows wait in a list of at most 512 kB, some 100 journeys, before they are sorted in: every search reads that list,
-- and whoever fills it up sorts it in.
CREATE INDEX journey_words_runs ON journey_words USING gin (runs_of(words)) WITH (gin_pending_list_limit = 512);

-- Money that comes back: a benefit that was paid wrongly and recovered returns to the limit.

-- The commit that a recovery takes back from.
ALTER TABLE journal ADD COLUMN recovers bigint;

-- The next statement puts a check in its place that allows one kind more.
-- squawk-ignore ban-drop-constraint
ALTER TABLE journal DROP CONSTRAINT journal_kind_check;

-- Not validated, for the rows of before need no look: they met the narrower check, and none of them recovers anything.
ALTER TABLE journal
ADD CONSTRAINT journal_kind_check
CHECK (kind IN ('open', 'adjust', 'reserve', 'commit', 'release', 'recover')) NOT VALID,
ADD CONSTRAINT recovery_names_its_commit CHECK ((kind = 'recover') = (recovers IS NOT NULL)) NOT VALID,
ADD CONSTRAINT journal_recovers_fkey FOREIGN KEY (recovers) REFERENCES journal NOT VALID;

-- Not unique: what one commit paid may come back in parts.
CREATE INDEX journal_recovers ON journal (recovers) WHERE recovers IS NOT NULL;

-- What has come back so far of the benefit that a commit paid. Call it with the period locked.
CREATE FUNCTION recovered_of(the_commit bigint) RETURNS numeric LANGUAGE sql AS $$
    SELECT coalesce(-sum(entry.amount), 0)
    FROM journal JOIN entry USING (journal_id)
    WHERE journal.recovers = the_commit AND entry.account = 'committed'
$$;

-- Book a recovery; as with every posting, moving nothing is a journal row without entries.
CREATE FUNCTION book_recovery(the_key text, paying journal, the_request jsonb, the_answer jsonb, amount numeric)
RETURNS void LANGUAGE sql AS $$
    WITH posting AS (
        INSERT INTO journal (key, kind, period_id, journey_id, recovers, request, answer)
        VALUES (
            the_key, 'recover', (paying).period_id, (paying).journey_id, (paying).journal_id, the_request, the_answer
        )
        RETURNING journal_id
    )
    INSERT INTO entry (journal_id, account, amount)
    SELECT posting.journal_id, line.account, line.amount
    FROM posting, (VALUES ('committed', -amount), ('available', amount)) AS line (account, amount)
    WHERE line.amount <> 0
$$;

-- Take `amount` back from what a commit paid; it returns to the limit. Never more than the commit paid, in all.
CREATE FUNCTION recover(the_key text, journey text, the_commit text, amount numeric)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    request jsonb := jsonb_build_object(
        'journey_id', journey, 'commit', the_commit, 'amount', amount::numeric(16, 2)::text
    );
    answer jsonb;
    paying journal;
    limits benefit_period;
    paid numeric(16, 2);
    earlier numeric(16, 2);
BEGIN
    SELECT * INTO paying FROM journal WHERE key = the_commit AND kind = 'commit' AND journey_id = journey;
    IF NOT FOUND THEN
        PERFORM refuse_posting(format(
            'there is no commit %s of this journey; only what was paid can come back', the_commit
        ));
    END IF;
    SELECT * INTO STRICT limits FROM benefit_period WHERE period_id = paying.period_id FOR NO KEY UPDATE;
    answer := earlier_answer(the_key, 'recover', request);
    IF answer IS NOT NULL THEN
        RETURN answer;
    END IF;
    paid := (paying.answer ->> 'committed')::numeric;
    earlier := recovered_of(paying.journal_id);
    IF amount < 0 OR earlier + amount > paid THEN
        PERFORM refuse_posting(format(
            '%s cannot come back of commit %s: it paid %s, of which %s came back before',
            amount, the_commit, paid, earlier
        ));
    END IF;
    answer := jsonb_build_object(
        'key', the_key, 'committed', (paid - earlier - amount)::numeric(16, 2)::text,
        'released', amount::numeric(16, 2)::text, 'available', (limits.available + amount)::numeric(16, 2)::text
    );
    PERFORM book_recovery(the_key, paying, request, answer, amount);
    RETURN answer;
END $$;

-- The benefit ledger: double entry per policy period, and the vouchers issued against it.
--
-- Each period has four accounts: `insurer` (the other side, minus the sum insured), `available`, `reserved` and
-- `committed`. A posting is one journal row with entries that sum to zero. Balances move by entries alone, in the
-- transaction that books them, and every posting first locks the one row of its period: there is no second lock to
-- take in another order, and whatever code runs, a CHECK refuses a balance below zero.

CREATE TABLE benefit_period (
    period_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product text NOT NULL,
    policy_number text NOT NULL,
    period_from date NOT NULL,
    sum_insured numeric(16, 2) NOT NULL DEFAULT 0,
    available numeric(16, 2) NOT NULL DEFAULT 0 CHECK (available >= 0),
    reserved numeric(16, 2) NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    committed numeric(16, 2) NOT NULL DEFAULT 0 CHECK (committed >= 0),
    opened_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (product, policy_number, period_from),
    CONSTRAINT limit_is_never_overspent CHECK (available + reserved + committed = sum_insured)
);

CREATE TABLE journal (
    journal_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('open', 'adjust', 'reserve', 'commit', 'release')),
    period_id bigint NOT NULL REFERENCES benefit_period,
    journey_id text NOT NULL,
    -- UNIQUE: a reservation is closed once, by a commit or by a release.
    closes bigint UNIQUE REFERENCES journal,
    request jsonb NOT NULL,
    answer jsonb NOT NULL,
    booked_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind IN ('commit', 'release')) = (closes IS NOT NULL))
);
CREATE INDEX journal_period ON journal (period_id);

CREATE TABLE entry (
    journal_id bigint NOT NULL REFERENCES journal,
    account text NOT NULL CHECK (account IN ('insurer', 'available', 'reserved', 'committed')),
    amount numeric(16, 2) NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (journal_id, account)
);

CREATE TABLE voucher (
    voucher_id text PRIMARY KEY,
    key text NOT NULL UNIQUE,
    journey_id text NOT NULL,
    reservation text NOT NULL UNIQUE REFERENCES journal (key),
    code text NOT NULL,
    issued_on date NOT NULL,
    last_day date,
    standing text NOT NULL DEFAULT 'issued' CHECK (standing IN ('issued', 'redeemed', 'void', 'locked')),
    -- Digests of the distinct wrong codes that were tried; the same one tried again tells a guesser nothing.
    wrong_codes text[] NOT NULL DEFAULT '{}',
    closed_by text,
    closed_at timestamptz,
    CHECK ((standing IN ('redeemed', 'void')) = (closed_by IS NOT NULL AND closed_at IS NOT NULL))
);
CREATE INDEX voucher_journey ON voucher (journey_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the journal is append-only, book a new posting');

CREATE TRIGGER entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('entries are append-only, book a new posting');

CREATE TRIGGER period_opens_empty BEFORE INSERT ON benefit_period
FOR EACH ROW WHEN (NEW.sum_insured <> 0 OR NEW.available <> 0 OR NEW.reserved <> 0 OR NEW.committed <> 0)
EXECUTE FUNCTION refuse_change('balances move by entries alone');

CREATE TRIGGER period_moves_by_entries BEFORE UPDATE ON benefit_period
FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change('balances move by entries alone');

CREATE FUNCTION move_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE benefit_period AS period SET
        sum_insured = period.sum_insured - moved.insurer,
        available = period.available + moved.available,
        reserved = period.reserved + moved.reserved,
        committed = period.committed + moved.committed
    FROM (
        SELECT
            journal.period_id,
            coalesce(sum(booked.amount) FILTER (WHERE booked.account = 'insurer'), 0) AS insurer,
            coalesce(sum(booked.amount) FILTER (WHERE booked.account = 'available'), 0) AS available,
            coalesce(sum(booked.amount) FILTER (WHERE booked.account = 'reserved'), 0) AS reserved,
            coalesce(sum(booked.amount) FILTER (WHERE booked.account = 'committed'), 0) AS committed
        FROM booked JOIN journal USING (journal_id)
        GROUP BY journal.period_id
    ) AS moved
    WHERE period.period_id = moved.period_id;
    RETURN NULL;
END $$;

CREATE TRIGGER entry_moves_balances AFTER INSERT ON entry
REFERENCING NEW TABLE AS booked FOR EACH STATEMENT EXECUTE FUNCTION move_balances();

CREATE FUNCTION refuse_imbalance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    difference numeric := (SELECT sum(amount) FROM entry WHERE journal_id = NEW.journal_id);
BEGIN
    IF difference <> 0 THEN
        RAISE EXCEPTION 'entries of journal % sum to %, not to zero', NEW.journal_id, difference
        USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_balances';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER journal_balances AFTER INSERT ON entry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_imbalance();

-- Refusals of the functions below carry SQLSTATE LC001, which activities/ledger.py turns into LedgerConflict.
CREATE FUNCTION refuse_posting(why text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', why USING ERRCODE = 'LC001';
END $$;

-- The answer given when `key` was booked before, NULL when it was not. Call it with the period locked.
CREATE FUNCTION earlier_answer(the_key text, the_kind text, the_request jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    earlier journal;
BEGIN
    SELECT * INTO earlier FROM journal WHERE key = the_key;
    IF FOUND AND (earlier.kind, earlier.request) IS DISTINCT FROM (the_kind, the_request) THEN
        PERFORM refuse_posting(format(
            'key %s was booked before as %s with other content; use a new key for another posting',
            the_key, earlier.kind
        ));
    END IF;
    RETURN earlier.answer;
END $$;

-- Book one posting; entries of zero are left out, so that moving nothing is a journal row without entries.
CREATE FUNCTION book(
    the_key text, the_kind text, period bigint, journey text, closed bigint, the_request jsonb, the_answer jsonb,
    to_insurer numeric, to_available numeric, to_reserved numeric, to_committed numeric
) RETURNS void LANGUAGE sql AS $$
    WITH posting AS (
        INSERT INTO journal (key, kind, period_id, journey_id, closes, request, answer)
        VALUES (the_key, the_kind, period, journey, closed, the_request, the_answer)
        RETURNING journal_id
    )
    INSERT INTO entry (journal_id, account, amount)
    SELECT posting.journal_id, line.account, line.amount
    FROM posting, (VALUES
        ('insurer', to_insurer), ('available', to_available), ('reserved', to_reserved), ('committed', to_committed)
    ) AS line (account, amount)
    WHERE line.amount <> 0
$$;

-- Find or open the period, lock it, and bring its limit to the sum insured that the contract states now.
--
-- A changed sum insured is booked as an adjustment. It never takes back what is reserved or committed: a lower sum
-- lowers `available` as far as it goes, and the next reserve takes the rest of the way once money was released.
CREATE FUNCTION lock_period(
    the_key text, journey text, the_product text, policy text, starts date, insured numeric
) RETURNS benefit_period LANGUAGE plpgsql AS $$
DECLARE
    period benefit_period;
    opened bigint;
    change numeric;
    facts jsonb := jsonb_build_object('sum_insured', insured::text);
BEGIN
    INSERT INTO benefit_period (product, policy_number, period_from) VALUES (the_product, policy, starts)
    ON CONFLICT DO NOTHING RETURNING period_id INTO opened;
    SELECT * INTO STRICT period FROM benefit_period
    WHERE product = the_product AND policy_number = policy AND period_from = starts FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM journal WHERE key = the_key) THEN
        RETURN period;
    END IF;
    change := greatest(insured - period.sum_insured, -period.available);
    IF change <> 0 OR opened IS NOT NULL THEN
        -- The blank keeps this key apart from every client's.
        PERFORM book(
            'sum insured, ' || the_key, CASE WHEN opened IS NULL THEN 'adjust' ELSE 'open' END, period.period_id, journey,
            NULL, facts, facts, -change, change, 0, 0
        );
        period.available := period.available + change;
    END IF;
    RETURN period;
END $$;

-- Set aside what is wanted, or what the limit still holds.
CREATE FUNCTION reserve(
    the_key text, journey text, the_product text, policy text, starts date, insured numeric, wanted numeric
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    request jsonb := jsonb_build_object(
        'journey_id', journey, 'product', the_product, 'policy_number', policy, 'period_from', starts,
        'sum_insured', insured::numeric(16, 2)::text, 'wanted', wanted::numeric(16, 2)::text
    );
    period benefit_period;
    answer jsonb;
    granted numeric(16, 2);
BEGIN
    period := lock_period(the_key, journey, the_product, policy, starts, insured);
    answer := earlier_answer(the_key, 'reserve', request);
    IF answer IS NULL THEN
        granted := least(wanted, period.available);
        answer := jsonb_build_object(
            'key', the_key, 'granted', granted::text, 'available', (period.available - granted)::text
        );
        PERFORM book(
            the_key, 'reserve', period.period_id, journey, NULL, request, answer, 0, -granted, granted, 0
        );
    END IF;
    RETURN answer;
END $$;

-- Close a reservation: commit `amount`, first from the reservation, then from the limit, and release the rest.
CREATE FUNCTION close_reservation(the_key text, the_kind text, reservation text, amount numeric)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    request jsonb := jsonb_build_object('reservation', reservation, 'amount', amount::numeric(16, 2)::text);
    answer jsonb;
    reserving journal;
    limits benefit_period;
    held numeric;
    paid numeric(16, 2);
BEGIN
    SELECT * INTO reserving FROM journal WHERE key = reservation AND kind = 'reserve';
    IF NOT FOUND THEN
        PERFORM refuse_posting(format('there is no reservation %s; reserve first', reservation));
    END IF;
    SELECT * INTO STRICT limits FROM benefit_period WHERE period_id = reserving.period_id FOR NO KEY UPDATE;
    answer := earlier_answer(the_key, the_kind, request);
    IF answer IS NOT NULL THEN
        RETURN answer;
    END IF;
    IF EXISTS (SELECT FROM journal WHERE closes = reserving.journal_id) THEN
        PERFORM refuse_posting(format('reservation %s was closed before under another key', reservation));
    END IF;
    held := (reserving.answer ->> 'granted')::numeric;
    paid := least(amount, held + limits.available);
    answer := jsonb_build_object(
        'key', the_key, 'committed', paid::text, 'released', greatest(held - paid, 0)::numeric(16, 2)::text,
        'available', (limits.available + held - paid)::text
    );
    PERFORM book(
        the_key, the_kind, limits.period_id, reserving.journey_id, reserving.journal_id, request, answer,
        0, held - paid, -held, paid
    );
    RETURN answer;
END $$;

-- Issue the voucher of a reservation (its answer), or give back the one that `the_key` issued before.
CREATE FUNCTION issue_voucher(
    the_key text, journey text, issued date, expires date, new_id text, new_code text, reserving jsonb
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    known voucher;
BEGIN
    SELECT * INTO known FROM voucher WHERE key = the_key OR reservation = reserving ->> 'key';
    IF NOT FOUND THEN
        INSERT INTO voucher (voucher_id, key, journey_id, reservation, code, issued_on, last_day)
        VALUES (new_id, the_key, journey, reserving ->> 'key', new_code, issued, expires) RETURNING * INTO known;
    ELSIF (known.key, known.journey_id, known.reservation, known.issued_on, known.last_day)
        IS DISTINCT FROM (the_key, journey, reserving ->> 'key', issued, expires) THEN
        PERFORM refuse_posting(format(
            'voucher %s was issued before, under key %s or for its reservation, with other content', known.voucher_id,
            the_key
        ));
    END IF;
    RETURN jsonb_build_object('voucher_id', known.voucher_id, 'reservation', reserving);
END $$;

-- Redeem or void a voucher once; the same key again gets the same answer.
CREATE FUNCTION close_voucher(the_voucher text, the_key text, new_standing text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    known voucher;
BEGIN
    SELECT * INTO known FROM voucher WHERE voucher_id = the_voucher FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse_posting(format('there is no voucher %s', the_voucher));
    ELSIF (known.closed_by, known.standing) = (the_key, new_standing) THEN
        RETURN known.standing;
    ELSIF known.closed_by IS NOT NULL OR (known.standing, new_standing) = ('locked', 'redeemed') THEN
        PERFORM refuse_posting(format(
            'voucher %s is %s and cannot become %s', the_voucher, known.standing, new_standing
        ));
    END IF;
    UPDATE voucher SET standing = new_standing, closed_by = the_key, closed_at = now() WHERE voucher_id = the_voucher;
    RETURN new_standing;
END $$;

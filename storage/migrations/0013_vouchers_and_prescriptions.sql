-- Vouchers tell the prescription they stand for: two prescriptions of a drug lie so many days apart whichever claim on
-- the policy they belong to. Vouchers issued before this migration tell none and are not looked at. And a voucher is
-- closed with its reservation, in one posting: redeemed where the benefit is paid, else void unless the drug was handed
-- over for it.

ALTER TABLE voucher
ADD COLUMN drug_id text,
ADD COLUMN prescribed_on date;

COMMENT ON COLUMN voucher.drug_id IS 'row of the product''s drug list';
COMMENT ON COLUMN voucher.prescribed_on IS 'day of issue of the prescription';

-- Prescription day, among the other claims on the policy with a voucher that is not void, nearest to the one asked about.
CREATE FUNCTION prescribed_nearby(the_product text, policy text, journey text, drug text, prescribed date)
RETURNS date LANGUAGE sql STABLE AS $$
    SELECT voucher.prescribed_on
    FROM benefit_period
    INNER JOIN journal ON journal.period_id = benefit_period.period_id AND journal.kind = 'reserve'
    INNER JOIN voucher ON voucher.reservation = journal.key
    WHERE benefit_period.product = the_product AND benefit_period.policy_number = policy
        AND voucher.drug_id = drug AND voucher.journey_id <> journey AND voucher.standing <> 'void'
    ORDER BY abs(voucher.prescribed_on - prescribed), voucher.prescribed_on
    LIMIT 1
$$;

-- The functions that follow take its place, and calls as they were made before.
-- squawk-ignore ban-drop-function
DROP FUNCTION issue_voucher(text, text, date, date, text, text, jsonb);

-- The reservation, made in the same statement, holds the policy's period: of two claims the later voucher sees the first.
CREATE FUNCTION issue_voucher(
    the_key text, journey text, issued date, expires date, new_id text, new_code text, reserving jsonb,
    drug text DEFAULT NULL, prescribed date DEFAULT NULL
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    known voucher;
    nearby date;
BEGIN
    SELECT * INTO known FROM voucher WHERE key = the_key OR reservation = reserving ->> 'key';
    IF NOT FOUND THEN
        INSERT INTO voucher (
            voucher_id, key, journey_id, reservation, code, issued_on, last_day, drug_id, prescribed_on
        )
        VALUES (
            new_id, the_key, journey, reserving ->> 'key', new_code, issued, expires, drug, prescribed
        ) RETURNING * INTO known;
    ELSIF (known.key, known.journey_id, known.reservation)
        IS DISTINCT FROM (the_key, journey, reserving ->> 'key') THEN
        PERFORM refuse_posting(format(
            'voucher %s was issued before, under key %s or for its reservation, with other content', known.voucher_id,
            the_key
        ));
    END IF;
    SELECT prescribed_nearby(period.product, period.policy_number, journey, known.drug_id, known.prescribed_on)
    INTO nearby
    FROM journal INNER JOIN benefit_period AS period USING (period_id) WHERE journal.key = known.reservation;
    RETURN jsonb_build_object(
        'voucher_id', known.voucher_id, 'reservation', reserving, 'issued_on', known.issued_on,
        'last_day', known.last_day, 'prescribed_nearby_on', nearby
    );
END $$;

-- Nobody closes a voucher alone any more.
-- squawk-ignore ban-drop-function
DROP FUNCTION close_voucher(text, text, text);
-- squawk-ignore ban-drop-function
DROP FUNCTION close_reservation(text, text, text, numeric);

-- A commit pays out of the reservation first, then out of what the limit still holds, and releases the rest; a release
-- is a commit of nothing. What the limit lacks is not paid.
CREATE FUNCTION close_reservation(
    the_key text, the_kind text, reservation text, amount numeric, handed_over boolean DEFAULT FALSE
) RETURNS jsonb LANGUAGE plpgsql AS $$
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
    UPDATE voucher SET
        standing = CASE WHEN handed_over THEN 'redeemed' ELSE 'void' END, closed_by = the_key, closed_at = now()
    WHERE voucher.reservation = reserving.key AND closed_by IS NULL;
    RETURN answer;
END $$;

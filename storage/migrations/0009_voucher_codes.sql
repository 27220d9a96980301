-- Another code for a voucher: one that too many wrong codes have locked, or whose code was lost or seen by others.

-- Keys under which the voucher got another code, in order.
ALTER TABLE voucher ADD COLUMN code_keys text [] NOT NULL DEFAULT '{}';

-- Give a voucher another code; the one before is void and what was guessed is forgotten. The voucher stays: the pharmacy
-- keeps the drug for it, the benefit is reserved for it, and its last day is the one that was issued. A repeat under a
-- key gets no further code.
CREATE FUNCTION renew_code(the_voucher text, the_key text, new_code text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    known voucher;
BEGIN
    SELECT * INTO known FROM voucher WHERE voucher_id = the_voucher FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse_posting(format('there is no voucher %s', the_voucher));
    ELSIF the_key = ANY (known.code_keys) THEN
        RETURN known.standing;
    ELSIF known.closed_by IS NOT NULL THEN
        PERFORM refuse_posting(format('voucher %s is %s and gets no other code', the_voucher, known.standing));
    END IF;
    UPDATE voucher SET code = new_code, standing = 'issued', wrong_codes = '{}', code_keys = code_keys || the_key
    WHERE voucher_id = the_voucher;
    RETURN 'issued';
END $$;

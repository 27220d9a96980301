-- Rows for the benchmark of status reads.

-- name: fill_status
-- $2 variations of the status $1: stages, products, waits, deadlines and times of change spread over them; each drug is
-- half as frequent as the one before it.
INSERT INTO journey_status (
    journey_id, revision, kind, product, claim_number, policy_number, drug, stage, stage_since, waiting_for,
    waiting_on, due_at, overdue, escalated, started_at, updated_at, closed_at, missing, status
)
SELECT
    made.journey_id, 1, 'specialty_drug', made.product, made.claim_number, made.policy_number, made.drug, made.stage,
    made.at, made.waiting_for, made.waiting_on,
    CASE WHEN made.waiting_on IS NOT NULL THEN now() + made.n % 9973 * interval '10 minutes' - interval '1 day' END,
    FALSE, made.n % 1000 = 0, made.at, made.at, CASE WHEN made.waiting_on IS NULL THEN made.at END,
    missing_papers($1::text::jsonb),
    $1::text::jsonb || jsonb_build_object(
        'journey_id', made.journey_id, 'product', made.product, 'claim_number', made.claim_number,
        'policy_number', made.policy_number, 'drug', made.drug, 'stage', made.stage, 'updated_at', made.at
    )
FROM (
    SELECT
        n,
        'journey-' || translate(left(md5(n::text), 20), '0189', 'ghij') AS journey_id,
        (ARRAY['pingan-longterm-b', 'pingan-cancer-drug', 'chinalife-cancer-rider', 'yuanxin-cancer-drug',
            'axa-excellence'])[n % 5 + 1] AS product,
        'CLM-' || lpad(n::text, 7, '0') AS claim_number,
        'POL-' || lpad(n::text, 7, '0') AS policy_number,
        (ARRAY['可瑞达 帕博利珠单抗', '欧狄沃 纳武利尤单抗', '爱博新 哌柏西利', '艾瑞卡 卡瑞利珠单抗', '万珂 硼替佐米',
            '赫赛汀 曲妥珠单抗', '泰圣奇 贝伐珠单抗'])[
            least(7, 1 + floor(-log(2, (n * 31 % 1000 + 0.5) / 1000)))::int
        ] AS drug,
        (ARRAY['authorization', 'prescription_review', 'charity_aid', 'voucher', 'fulfilment', 'settlement',
            'prescription_review', 'fulfilment', 'settlement', 'completed'])[n / 5 % 10 + 1] AS stage,
        (ARRAY['papers', 'review', 'aid_outcome', 'booking', 'hand_over', 'payment', 'review', 'hand_over', 'payment',
            'nothing'])[n / 5 % 10 + 1] AS waiting_for,
        (ARRAY['insured', 'pharmacist', 'foundation', 'insured', 'pharmacy', 'insurer', 'pharmacist', 'courier',
            'insurer', NULL])[n / 5 % 10 + 1] AS waiting_on,
        now() - n * 7919 % 100003 * interval '1 minute' AS at
    FROM generate_series(0, $2::int - 1) AS n
) AS made;

-- name: fill_decisions
-- The decisions $1 (a JSON array) for every journey.
INSERT INTO decision (journey_id, number, record)
SELECT journey_id, (record ->> 'number')::int, record
FROM journey_status, jsonb_array_elements($1::text::jsonb) AS record;

-- name: fill_timeline
-- $2 variations of the entry $1 for every journey.
INSERT INTO timeline (journey_id, seq, at, kind, entry)
SELECT journey_id, seq, now(), 'stage', $1::text::jsonb || jsonb_build_object('seq', seq)
FROM journey_status, generate_series(1, $2::int) AS seq;

-- name: ids
-- Every journey's id.
SELECT journey_id FROM journey_status;

-- name: size
-- Room that statuses, decisions and history take, readable.
SELECT pg_size_pretty(sum(pg_total_relation_size(name::regclass)))
FROM unnest(ARRAY['journey_status', 'decision', 'timeline']) AS name;

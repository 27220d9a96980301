"""Every clause of China Life's rider that decides something of a domestic drug, at its boundaries."""

from datetime import date
from decimal import Decimal

import pytest

from products.model import ListAsOf, VoucherIssue
from rules.next_steps import GREEN_GIFT
from schemas.clinical import DrugName
from schemas.decision import AidStanding
from schemas.papers import PaperKind
from schemas.people import Citizenship
from schemas.policy import PolicyStatus, Renewal
from tests.rule_ids import ids_in
from tests.rules import situations
from tests.rules.cases import CHINALIFE as PRODUCT
from tests.rules.cases import ask, authorization, counter, fulfilment, settlement, standing
from tests.rules.clauses import Row, aid, claim, copied, decided, due, expected, reviewed, rows, valued, without
from tests.rules.situations import BLOOD, DELIVERED, MET, PAPERS, REFERRED, REFUSED, SILENT

IN_WAIT = {"diagnosed_on": date(2026, 1, 15)}
PLAIN = ("benefit_application", "id_document", "prescription", "outside_purchase_proof")
ORIGINALS = (
    "medical_records",
    "diagnosis_certificate",
    "pathology_report",
    "imaging",
    "laboratory_report",
    "cost_bills",
    "itemised_list",
)


def renewed(applied: date) -> dict[str, object]:
    """Applied for that day; the rider before this one expired on 31 December."""
    return {"renewal": Renewal(previous_expired_on=date(2025, 12, 31), applied_on=applied)}


AUTHORIZATION = [
    *rows(
        "policy_in_force",
        "chinalife-cancer-rider/ID-1 DUR-1",
        claim(PRODUCT),
        ("the day before cover", {"diagnosed_on": date(2025, 12, 31)}, REFUSED),
        ("the last day of cover", {"diagnosed_on": date(2026, 12, 31), "applied_on": date(2026, 12, 31)}, MET),
        ("the day after cover", {"diagnosed_on": date(2027, 1, 1), "applied_on": date(2027, 1, 1)}, REFUSED),
        ("ended with the main policy", {"status": PolicyStatus.CANCELLED}, REFUSED),
        ("marked expired before its last day", {"status": PolicyStatus.EXPIRED}, REFERRED),
    ),
    *rows(
        "main_policy_does_not_exclude",
        "chinalife-cancer-rider/EXC-10",
        claim(PRODUCT),
        ("no exclusion applies", {"main_policy_exclusion": ""}, MET),
        ("one applies", {"main_policy_exclusion": "treatment abroad"}, REFUSED),
        ("the insurer does not say", {"main_policy_exclusion": None}, REFERRED),
    ),
    *rows(
        "waiting_period_over_from_later_start",
        "chinalife-cancer-rider/WAIT-1",
        claim(PRODUCT),
        ("day 30", {"diagnosed_on": date(2026, 1, 30)}, REFUSED),
        ("the day after day 30", {"diagnosed_on": date(2026, 1, 31)}, MET),
        ("day 30 of a later period", {"diagnosed_on": date(2026, 3, 2), "period_start": date(2026, 2, 1)}, REFUSED),
        ("the day after it", {"diagnosed_on": date(2026, 3, 3), "period_start": date(2026, 2, 1)}, MET),
        ("day 180 as agreed", {"diagnosed_on": date(2026, 6, 29), "waiting_days": 180}, REFUSED),
        ("the day after day 180 as agreed", {"diagnosed_on": date(2026, 6, 30), "waiting_days": 180}, MET),
        ("181 agreed, day 181", {"diagnosed_on": date(2026, 6, 30), "waiting_days": 181}, REFERRED),
    ),
    *rows(
        "waiting_period_over_from_later_start",
        "chinalife-cancer-rider/WAIT-1 RENEW-1",
        claim(PRODUCT),
        ("applied for anew on the day of expiry", {**IN_WAIT, **renewed(date(2025, 12, 31))}, MET),
        ("applied for anew a day later", {**IN_WAIT, **renewed(date(2026, 1, 1))}, REFUSED),
    ),
    *rows(
        "first_diagnosis_since_birth",
        "chinalife-cancer-rider/DX-1",
        claim(PRODUCT),
        ("the first occurrence", {"first_ever": True}, MET),
        ("a recurrence", {"first_ever": False}, REFUSED),
        ("dated after the application", {"diagnosed_on": date(2026, 7, 2)}, REFERRED),
    ),
    *rows(
        "diagnosed_at_public_or_recognised_hospital",
        "chinalife-cancer-rider/DX-1",
        claim(PRODUCT),
        *situations.PUBLIC_HOSPITALS,
        ("an institution that the insurer recognises", situations.recognised(), MET),
    ),
    *rows(
        "severe_malignancy",
        "chinalife-cancer-rider/DX-1 EXC-6",
        claim(PRODUCT),
        ("established as severe", {"severe_malignancy": True}, MET),
        ("no severe malignancy", {"severe_malignancy": False}, REFUSED),
        ("not established", {"severe_malignancy": None}, REFERRED),
        ("not covered by the policy", {"severe_malignancy_cover": False}, REFUSED),
        ("established, but of no malignant code", {"severe_malignancy": True, "icd10": "B99"}, REFERRED),
    ),
    *rows(
        "drug_listed",
        "chinalife-cancer-rider/DOM-1 DRUG-1 LIST-1",
        claim(PRODUCT),
        ("in table 1", {"drug": DrugName(name="爱博新")}, MET),
        ("not in table 1", {"drug": DrugName(name="阿司匹林")}, REFUSED),
    ),
    *rows(
        "within_medication_term",
        "chinalife-cancer-rider/DUR-1",
        claim(PRODUCT),
        ("applied for on the last day of cover", {"applied_on": date(2026, 12, 31)}, MET),
        ("applied for a day later", {"applied_on": date(2027, 1, 1)}, REFUSED),
    ),
]

REVIEW = [
    *rows(
        "prescribed_by_specialist",
        "chinalife-cancer-rider/DOM-1 EXC-1",
        reviewed,
        *situations.PUBLIC_HOSPITALS,
        ("an institution that the insurer recognises", situations.recognised(), MET),
        ("an institution abroad that the insurer recognises", situations.recognised(mainland=False), REFUSED),
    ),
    *rows("prescribed_for_this_disease", "chinalife-cancer-rider/DOM-1", reviewed, *situations.PRESCRIBED),
    *rows("label_agrees", "chinalife-cancer-rider/DOM-1 EXC-2", reviewed, *situations.LABELS),
    *rows(
        "no_resistance_by_recist_clause",
        "chinalife-cancer-rider/EXC-5",
        reviewed,
        *situations.SOLID_PROGRESSION,
        ("blood, no progression", BLOOD, MET),
        ("blood, progression by guideline", {"guideline_progression": True, **BLOOD}, REFERRED),
    ),
    *rows("gene_target_present", "chinalife-cancer-rider/MAT-1 EXC-2", reviewed, *situations.GENE_TARGETS),
    *rows(
        "evidence_supports",
        "chinalife-cancer-rider/SUP-1 EXC-9",
        reviewed,
        ("the tests support it", {"tests_support": True}, MET),
        ("the tests do not", {"tests_support": False}, PAPERS),
        ("other papers came", {"tests_support": False, "supplemented": (PaperKind.IMAGING,)}, PAPERS),
        ("nor what came", {"tests_support": False, "supplemented": (PaperKind.LABORATORY_REPORT,)}, REFUSED),
        ("what came does", {"tests_support": True, "supplemented": (PaperKind.LABORATORY_REPORT,)}, MET),
        ("the tests were not looked at", {"tests_support": None}, REFERRED),
    ),
    *rows(
        "days_supply_within_limit",
        "chinalife-cancer-rider/LIM-1",
        reviewed,
        ("30 days of drug", {"days_supply": 30}, MET),
        ("31 days of drug", {"days_supply": 31}, REFUSED),
    ),
    *rows(
        "interval_since_last_prescription",
        "chinalife-cancer-rider/LIM-2",
        reviewed,
        ("the first prescription", {"first_purchase": True}, SILENT),
        ("20 days after the last", {"previous_prescribed_on": date(2026, 6, 10)}, MET),
        ("19 days after the last", {"previous_prescribed_on": date(2026, 6, 11)}, REFUSED),
        ("the last one unknown", {"first_purchase": False}, REFERRED),
    ),
    *rows(
        "within_medication_term",
        "chinalife-cancer-rider/DUR-1",
        reviewed,
        ("reviewed on the last day of cover", {"reviewed_on": date(2026, 12, 31)}, MET),
        ("reviewed a day later", {"reviewed_on": date(2027, 1, 1)}, REFUSED),
    ),
]

CHARITY = [
    *rows(
        "aid_applied_for",
        "chinalife-cancer-rider/CHAR-1 CHAR-2",
        aid,
        ("open, to be applied for", {"standing": AidStanding.OPEN}, MET),
        ("not applied for", {"standing": AidStanding.NOT_APPLIED}, REFERRED),
        ("file incomplete", {"standing": AidStanding.INCOMPLETE}, REFERRED),
        (
            "not applied for by a foreigner",
            {"standing": AidStanding.NOT_APPLIED, "citizenship": Citizenship.FOREIGN},
            REFERRED,
        ),
        ("no program", {"standing": AidStanding.NO_PROGRAM}, SILENT),
    ),
    *rows("aid_not_bought_instead", "chinalife-cancer-rider/CHAR-2", aid, *situations.AID_BOUGHT_INSTEAD),
    *rows("aid_collected", "chinalife-cancer-rider/CHAR-2", aid, *situations.AID_NOT_COLLECTED),
    *rows("aid_refusal_reviewed_again", "chinalife-cancer-rider/CHAR-3", aid, *situations.AID_REFUSED),
]

FULFILMENT = [
    *rows(
        "designated_pharmacy_city",
        "chinalife-cancer-rider/DOM-1 EXC-7 PHARM-1",
        fulfilment,
        ("no table is printed", {"pharmacy_province": "西藏", "pharmacy_city": "阿里"}, SILENT),
    ),
    *rows(
        "social_insurance_drug_way",
        "chinalife-cancer-rider/FUL-1",
        fulfilment,
        ("in the catalogue, to be delivered", {"in_catalogue": True, **DELIVERED}, SILENT),
    ),
    *rows(
        "voucher_in_time",
        "chinalife-cancer-rider/VOU-1",
        fulfilment,
        ("booked on the day of issue", {"booked_on": date(2026, 7, 1)}, MET),
        ("booked 30 days after it", {"booked_on": date(2026, 7, 31)}, MET),
        ("booked 31 days after it", {"booked_on": date(2026, 8, 1)}, REFUSED),
    ),
    *rows(
        "pickup_within_quantity",
        "chinalife-cancer-rider/LIM-3",
        fulfilment,
        ("31 days of drug", {"days_supply": 31}, MET),
        ("32 days of drug", {"days_supply": 32}, REFUSED),
    ),
]

COUNTER = [
    *rows("voucher_presented", "chinalife-cancer-rider/VOU-1", counter, *situations.VOUCHERS),
    *rows("identity_verified", "chinalife-cancer-rider/VOU-1", counter, *situations.IDENTITIES),
    *rows(
        "handed_over_within_term",
        "chinalife-cancer-rider/DUR-1",
        counter,
        ("collected on the last day of cover", {"handed_over_on": date(2026, 12, 31)}, MET),
        ("collected a day later", {"handed_over_on": date(2027, 1, 1)}, REFUSED),
        (
            "delivered later, booked on the last day",
            {"handed_over_on": date(2027, 1, 1), "booked_on": date(2026, 12, 31)},
            MET,
        ),
        ("delivered, booked a day later", {"handed_over_on": date(2027, 1, 1), "booked_on": date(2027, 1, 1)}, REFUSED),
        ("renewed", {"handed_over_on": date(2027, 1, 1), "renewed_to": date(2027, 12, 31)}, MET),
        ("the policy's end is not known", {"expires_on": None}, REFERRED),
    ),
]

ENROLLED, NOT_ENROLLED = {"social_insurance_enrolled": True}, {"social_insurance_enrolled": False}
SETTLED, NOT_SETTLED = {"social_insurance_settled": True}, {"social_insurance_settled": False}
SHARE = "chinalife-cancer-rider/PAY-1 PAY-2 PAY-3 PAY-4 PAY-5 PAY-6 PAY-7 PAY-8"
SETTLEMENT = [
    *rows(
        "insurer_share",
        "chinalife-cancer-rider/PAY-1 PAY-6 PAY-7 PAY-8",
        settlement,
        ("outside the catalogue", {"in_catalogue": False}, MET),
    ),
    *rows(
        "insurer_share",
        "chinalife-cancer-rider/PAY-2 PAY-3 PAY-6 PAY-7 PAY-8",
        settlement,
        ("in the catalogue, compensated as enrolled", {"in_catalogue": True, **ENROLLED, **SETTLED}, MET),
    ),
    *rows(
        "insurer_share",
        "chinalife-cancer-rider/PAY-2 PAY-4 PAY-6 PAY-7 PAY-8",
        settlement,
        ("in the catalogue, enrolled, not compensated", {"in_catalogue": True, **ENROLLED, **NOT_SETTLED}, MET),
    ),
    *rows(
        "insurer_share",
        "chinalife-cancer-rider/PAY-2 PAY-5 PAY-6 PAY-7 PAY-8",
        settlement,
        ("in the catalogue, not enrolled", {"in_catalogue": True, **NOT_ENROLLED, **NOT_SETTLED}, MET),
    ),
    *rows(
        "insurer_share",
        SHARE,
        settlement,
        (
            "compensated without being enrolled",
            {"in_catalogue": True, **NOT_ENROLLED, **SETTLED},
            REFERRED,
        ),
        ("catalogue unknown, and it matters", {"in_catalogue": None}, REFERRED),
    ),
    *rows(
        "limit_not_exceeded",
        "chinalife-cancer-rider/LIMIT-1",
        settlement,
        ("just enough", {"available": Decimal("1000.00")}, MET),
        ("a fen too little", {"available": Decimal("999.99")}, MET),
        ("nothing left", {"available": Decimal("0.00")}, REFUSED),
        ("the rest is bound by others", {"available": Decimal(0), "bound": Decimal("0.01")}, REFERRED),
    ),
    *rows(
        "cost_within_term",
        "chinalife-cancer-rider/DUR-1",
        settlement,
        ("handed over on the last day of cover", {"dispensed_on": date(2026, 12, 31)}, MET),
        ("handed over a day later", {"dispensed_on": date(2027, 1, 1)}, REFUSED),
    ),
]

STANDING = [
    *rows("handed_over_before_cancellation", "chinalife-cancer-rider/ID-1", standing, *situations.CANCELLATIONS),
    *rows("used_by_the_insured_or_referred", "chinalife-cancer-rider/VOU-1", standing, *situations.FRAUDS_NOT_PRINTED),
    *rows(
        "handed_over_in_lifetime_or_referred",
        "chinalife-cancer-rider/DUR-1 ID-1",
        standing,
        *situations.DEATHS_NOT_PRINTED,
    ),
]


@pytest.mark.parametrize(
    "row", [*AUTHORIZATION, *REVIEW, *CHARITY, *FULFILMENT, *COUNTER, *SETTLEMENT, *STANDING], ids=str
)
def test_each_clause(row: Row) -> None:
    """The rule answers the situation under exactly these ids, with this outcome and verdict."""
    assert decided(PRODUCT, row) == expected(row)


CATALOGUE, OUTSIDE = {"in_catalogue": True}, {"in_catalogue": False}
ENROLLED, COMPENSATED = {"social_insurance_enrolled": True}, {"social_insurance_settled": True}
NOT_ENROLLED, NOT_COMPENSATED = {"social_insurance_enrolled": False}, {"social_insurance_settled": False}


@pytest.mark.parametrize(
    ("rule", "changes", "verdict", "pays"),
    [
        ("chinalife-cancer-rider/PAY-1", {**OUTSIDE, **ENROLLED, **NOT_COMPENSATED}, "approved", "1000.00"),
        ("chinalife-cancer-rider/PAY-1", {**OUTSIDE, "other_compensation": Decimal("0.01")}, "approved", "999.99"),
        (
            "chinalife-cancer-rider/PAY-2 PAY-3",
            {**CATALOGUE, **ENROLLED, **COMPENSATED, "social_insurance_compensation": Decimal(300)},
            "approved",
            "700.00",
        ),
        ("chinalife-cancer-rider/PAY-2 PAY-4", {**CATALOGUE, **ENROLLED, **NOT_COMPENSATED}, "approved", "600.00"),
        (
            "chinalife-cancer-rider/PAY-2 PAY-4 PAY-7",
            {**CATALOGUE, **ENROLLED, **NOT_COMPENSATED, "other_compensation": Decimal(100)},
            "approved",
            "540.00",
        ),
        ("chinalife-cancer-rider/PAY-5", {**CATALOGUE, **NOT_ENROLLED, **NOT_COMPENSATED}, "approved", "1000.00"),
        (
            "chinalife-cancer-rider/PAY-5",
            {
                **CATALOGUE,
                **NOT_ENROLLED,
                **COMPENSATED,
                "social_insurance_compensation": Decimal(300),
            },
            "referred",
            "700.00",
        ),
        (
            "chinalife-cancer-rider/PAY-7",
            {
                **OUTSIDE,
                **COMPENSATED,
                "social_insurance_compensation": Decimal(300),
                "other_compensation": Decimal(200),
            },
            "approved",
            "500.00",
        ),
        ("chinalife-cancer-rider/PAY-8", {"in_catalogue": None, **ENROLLED, **NOT_COMPENSATED}, "referred", None),
        ("chinalife-cancer-rider/LIMIT-1", {**OUTSIDE, "available": Decimal("1000.01")}, "approved", "1000.00"),
        ("chinalife-cancer-rider/LIMIT-1", {**OUTSIDE, "available": Decimal("999.99")}, "approved", "999.99"),
    ],
)
def test_amounts(rule: str, changes: dict[str, object], verdict: str, pays: str | None) -> None:
    """Each row of the table on a cost of 1,000: the ratio by social insurance, what others compensate, the limit."""
    decision = ask(PRODUCT, settlement(**changes))
    assert ids_in(rule) <= {cited.rule for each in decision.findings for cited in each.citations}
    assert decision.verdict == verdict
    assert (decision.amounts and str(decision.amounts.insurer_pays)) == pays


def test_the_personal_account_is_no_compensation() -> None:
    """chinalife-cancer-rider/PAY-6: what the personal account paid is no field of the facts, so nothing deducts it."""
    named = set(type(settlement()).model_fields)
    assert {name for name in named if "compensation" in name} == {"social_insurance_compensation", "other_compensation"}
    assert not {name for name in named if "account" in name}


def test_papers_of_the_application() -> None:
    """Each paper is asked for under the clause that lists it; the gene test waits for the review."""
    assert due(PRODUCT, authorization(papers=())) == dict.fromkeys(PLAIN + ORIGINALS, "chinalife-cancer-rider/MAT-1")
    copies = authorization(papers=copied(*PaperKind))
    assert due(PRODUCT, copies) == dict.fromkeys(ORIGINALS, "chinalife-cancer-rider/MAT-1")


def test_papers_at_review() -> None:
    """The gene test is a paper of the application; better evidence is asked for under the supplement's clause."""
    assert due(PRODUCT, reviewed(drug_has_target=True)) == {"gene_test_report": "chinalife-cancer-rider/MAT-1"}
    assert due(PRODUCT, reviewed(tests_support=False)) == {"laboratory_report": "chinalife-cancer-rider/SUP-1"}


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"papers": without()}, set()),
        ({"papers": copied(PaperKind.PRESCRIPTION)}, set()),
        ({"papers": without(PaperKind.PRESCRIPTION)}, {"prescription"}),
        ({"papers": copied(PaperKind.ID_DOCUMENT)}, {"id_document"}),
        ({"papers": without(PaperKind.DRUG_RECEIPT)}, set()),
    ],
)
def test_papers_at_the_counter(changes: dict[str, object], wanted: set[str]) -> None:
    """The prescription and the identity document itself."""
    assert due(PRODUCT, counter(**changes)) == dict.fromkeys(wanted, "chinalife-cancer-rider/VOU-1")


@pytest.mark.parametrize(
    ("name", "rule", "value"),
    [
        ("list_as_of", "chinalife-cancer-rider/LIST-1", ListAsOf.PRESCRIPTION),
        ("voucher_issue", "chinalife-cancer-rider/VOU-1", VoucherIssue.ON_APPROVAL),
        ("voucher_days", "chinalife-cancer-rider/VOU-1", 30),
        ("review_budget", "chinalife-cancer-rider/FLOW-1", None),
        ("delivery_same_city", "chinalife-cancer-rider/FUL-1", None),
        ("max_days_supply", "chinalife-cancer-rider/LIM-1", 30),
        ("min_days_between_prescriptions", "chinalife-cancer-rider/LIM-2", 20),
        ("max_days_per_pickup", "chinalife-cancer-rider/LIM-3", 31),
        ("post_expiry_days", "chinalife-cancer-rider/DUR-1", 0),
    ],
)
def test_terms_of_the_journey(name: str, rule: str, value: object) -> None:
    """What the journey takes from the terms before it starts; no service level is printed."""
    assert valued(PRODUCT, name) == (rule, value)


def test_a_refused_review_pays_nothing() -> None:
    """chinalife-cancer-rider/FLOW-1: not approved, nothing is paid, and no appointment is given instead."""
    decision = ask(PRODUCT, reviewed(on_label=False))
    assert decision.verdict == "refused"
    assert GREEN_GIFT not in decision.next_steps

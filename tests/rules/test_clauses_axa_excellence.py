"""Every clause of AXA's handbook that decides something of a domestic drug, at its boundaries."""

from datetime import date
from decimal import Decimal

import pytest

from products.model import ListAsOf, VoucherIssue
from rules.next_steps import GREEN_GIFT
from schemas.clinical import DrugName
from schemas.decision import AidStanding, FulfilmentMode
from schemas.papers import PaperKind
from schemas.policy import PolicyStatus, Renewal
from tests.rules import situations
from tests.rules.cases import AXA as PRODUCT
from tests.rules.cases import ask, authorization, counter, fulfilment, settlement, standing
from tests.rules.clauses import (
    Row,
    aid,
    china,
    claim,
    copied,
    decided,
    due,
    expected,
    promised,
    reviewed,
    rows,
    valued,
    without,
)
from tests.rules.situations import DELIVERED, MET, REFERRED, REFUSED, SILENT

RENEWED = {"renewal": Renewal(previous_expired_on=date(2025, 12, 31), applied_on=date(2025, 12, 1))}
CATALOGUE = {"in_catalogue": True}


def lately(day: date) -> dict[str, object]:
    """Applied for that day, the purchase planned early enough."""
    return {"applied_on": day, "planned_purchase_on": date(2027, 2, 1)}


AUTHORIZATION = [
    *rows(
        "policy_in_force",
        "axa-excellence/WAIT-1 ID-1",
        claim(PRODUCT),
        ("the day before cover", {"diagnosed_on": date(2025, 12, 31)}, REFUSED),
        ("the last day of cover", {"diagnosed_on": date(2026, 12, 31), **lately(date(2026, 12, 31))}, MET),
        ("the day after cover", {"diagnosed_on": date(2027, 1, 1), **lately(date(2027, 1, 1))}, REFUSED),
        ("cancelled", {"status": PolicyStatus.CANCELLED}, REFUSED),
        ("marked expired before its last day", {"status": PolicyStatus.EXPIRED}, REFERRED),
        ("marked expired on its last day", {"status": PolicyStatus.EXPIRED, **lately(date(2026, 12, 31))}, REFERRED),
    ),
    *rows(
        "waiting_period_over",
        "axa-excellence/WAIT-1",
        claim(PRODUCT),
        ("day 30 of the 30 of the policy", {"diagnosed_on": date(2026, 1, 30)}, REFUSED),
        ("the day after it", {"diagnosed_on": date(2026, 1, 31)}, MET),
        ("day 60 of the 60 of the policy", {"diagnosed_on": date(2026, 3, 1), "waiting_days": 60}, REFUSED),
        ("a policy without a length", {"waiting_days": None}, REFERRED),
        ("renewed, inside the wait", {"diagnosed_on": date(2026, 1, 30), **RENEWED}, REFERRED),
    ),
    *rows(
        "first_diagnosis_since_birth",
        "axa-excellence/DD-1",
        claim(PRODUCT),
        ("the first", {"first_ever": True}, MET),
        ("a recurrence", {"first_ever": False}, REFUSED),
    ),
    *rows(
        "severe_malignancy",
        "axa-excellence/DD-1",
        claim(PRODUCT),
        ("established as severe", {"severe_malignancy": True}, MET),
        ("no severe malignancy", {"severe_malignancy": False}, REFUSED),
        ("not established", {"severe_malignancy": None}, REFERRED),
        ("not covered by the policy", {"severe_malignancy_cover": False}, REFUSED),
        ("established, but of no malignant code", {"severe_malignancy": True, "icd10": "B99"}, REFERRED),
    ),
    *rows(
        "hospital_lacks_drug",
        "axa-excellence/DD-1",
        claim(PRODUCT),
        ("the hospital lacks it", {"hospital_lacks_drug": True}, MET),
        ("the hospital has it", {"hospital_lacks_drug": False}, REFUSED),
        ("nobody knows", {"hospital_lacks_drug": None}, REFERRED),
    ),
    *rows(
        "drug_listed",
        "axa-excellence/DD-5",
        claim(PRODUCT),
        ("in annex 2", {"drug": DrugName(name="爱博新")}, MET),
        ("not in annex 2", {"drug": DrugName(name="阿司匹林")}, REFUSED),
    ),
    *rows(
        "drug_limits_met",
        "axa-excellence/DD-5",
        claim(PRODUCT),
        ("the printed disease", {"icd10": "C50.9", "disease": "乳腺癌"}, MET),
        ("another disease", {"icd10": "C34.1", "disease": "肺癌"}, REFUSED),
        ("code and words of two diseases", {"icd10": "C34.1", "disease": "乳腺癌肺转移"}, REFERRED),
    ),
    *rows(
        "applied_in_time",
        "axa-excellence/DD-2",
        claim(PRODUCT),
        ("planned 4 days later", {"planned_purchase_on": date(2026, 7, 5)}, MET),
        ("planned 3 days later", {"planned_purchase_on": date(2026, 7, 4)}, REFUSED),
        ("no day planned", {"planned_purchase_on": None}, REFERRED),
    ),
    *rows(
        "within_medication_term",
        "axa-excellence/DD-5",
        claim(PRODUCT),
        ("applied for on the last day of cover", lately(date(2026, 12, 31)), MET),
        ("applied for a day later", lately(date(2027, 1, 1)), REFUSED),
    ),
]

REVIEW = [
    *rows("prescribed_for_this_disease", "axa-excellence/DD-3", reviewed, *situations.PRESCRIBED),
    *rows("label_agrees", "axa-excellence/DD-3", reviewed, *situations.LABELS),
    *rows("gene_target_present", "axa-excellence/DD-1 DD-3", reviewed, *situations.GENE_TARGETS),
    *rows(
        "within_medication_term",
        "axa-excellence/DD-5",
        reviewed,
        ("reviewed on the last day of cover", {"reviewed_on": date(2026, 12, 31)}, MET),
        ("reviewed a day later", {"reviewed_on": date(2027, 1, 1)}, REFUSED),
    ),
]

CHARITY = [
    *rows("aid_open_to_citizens", "axa-excellence/CH-1", aid, *situations.CITIZENS),
    *rows(
        "aid_applied_for",
        "axa-excellence/CH-2 CH-3",
        aid,
        ("open, to be applied for", {"standing": AidStanding.OPEN}, MET),
        ("not applied for", {"standing": AidStanding.NOT_APPLIED}, MET),
        ("file incomplete", {"standing": AidStanding.INCOMPLETE}, MET),
    ),
    *rows(
        "aid_collected",
        "axa-excellence/CH-3",
        aid,
        ("not collected", {"standing": AidStanding.NOT_COLLECTED}, MET),
    ),
    *rows(
        "aid_not_bought_instead",
        "axa-excellence/CH-3",
        aid,
        ("insists on paying", {"standing": AidStanding.INSISTS_SELF_PAY}, MET),
    ),
    *rows("aid_refusal_reviewed_again", "axa-excellence/CH-3", aid, *situations.AID_REFUSED),
]

FULFILMENT = [
    *rows(
        "designated_pharmacy_city",
        "axa-excellence/DD-5",
        fulfilment,
        ("a city of annex 4", {"pharmacy_province": "北京", "pharmacy_city": "北京"}, MET),
        ("a city without a pharmacy", {"pharmacy_province": "广东", "pharmacy_city": "深圳"}, REFUSED),
        ("a city of no annex", {"pharmacy_province": "西藏", "pharmacy_city": "阿里"}, REFUSED),
        ("a city of annex 4 but not of annex 1", {"pharmacy_province": "山东", "pharmacy_city": "济宁"}, REFUSED),
    ),
    *rows(
        "destination_city_covered",
        "axa-excellence/DD-5",
        fulfilment,
        ("picked up", {"mode": FulfilmentMode.PICK_UP}, SILENT),
        ("to a city of annex 1", {"destination_city": "深圳", **DELIVERED}, MET),
        ("to a city of annex 4 alone", {"destination_city": "济宁", **DELIVERED}, REFUSED),
    ),
    *rows(
        "social_insurance_drug_way",
        "axa-excellence/DD-4",
        fulfilment,
        (
            "in the catalogue, settled, to be delivered",
            {"settled_by_social_insurance": True, **CATALOGUE, **DELIVERED},
            SILENT,
        ),
    ),
    *rows(
        "partial_advance_accepted",
        "axa-excellence/DD-4",
        fulfilment,
        ("outside the catalogue", {"in_catalogue": False}, SILENT),
        ("settled by social insurance", {"settled_by_social_insurance": True, **CATALOGUE}, SILENT),
        ("a part is accepted", {"partial_advance_accepted": True, **CATALOGUE}, MET),
        ("a part is declined", {"partial_advance_accepted": False, **CATALOGUE}, REFUSED),
        ("not asked yet", {"partial_advance_accepted": None, **CATALOGUE}, REFERRED),
    ),
]

COUNTER = [
    *rows("voucher_presented", "axa-excellence/DD-1", counter, *situations.VOUCHERS),
    *rows("identity_verified", "axa-excellence/DD-1", counter, *situations.IDENTITIES),
    *rows(
        "handed_over_within_term",
        "axa-excellence/DD-5",
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

SETTLEMENT = [
    *rows(
        "insurer_share",
        "axa-excellence/DD-4",
        settlement,
        ("the policy has a ratio", {"reimbursement_ratio": Decimal("0.8")}, MET),
        ("the policy has none", {"reimbursement_ratio": None}, REFERRED),
    ),
    *rows(
        "limit_not_exceeded",
        "axa-excellence/ID-1",
        settlement,
        ("just enough", {"available": Decimal("800.00")}, MET),
        ("a fen too little", {"available": Decimal("799.99")}, MET),
        ("nothing left", {"available": Decimal("0.00")}, REFUSED),
        ("the rest is bound by others", {"available": Decimal(0), "bound": Decimal("0.01")}, REFERRED),
    ),
    *rows(
        "cost_within_term",
        "axa-excellence/DD-5",
        settlement,
        ("handed over on the last day of cover", {"dispensed_on": date(2026, 12, 31)}, MET),
        ("handed over a day later", {"dispensed_on": date(2027, 1, 1)}, REFUSED),
    ),
]

STANDING = [
    *rows("handed_over_before_cancellation", "axa-excellence/WAIT-1 ID-1", standing, *situations.CANCELLATIONS),
    *rows("used_by_the_insured_or_referred", "axa-excellence/DD-1", standing, *situations.FRAUDS_NOT_PRINTED),
    *rows("handed_over_in_lifetime", "axa-excellence/DD-1", standing, *situations.DEATHS),
]


@pytest.mark.parametrize(
    "row", [*AUTHORIZATION, *REVIEW, *CHARITY, *FULFILMENT, *COUNTER, *SETTLEMENT, *STANDING], ids=str
)
def test_each_clause(row: Row) -> None:
    """The rule answers the situation under exactly these ids, with this outcome and verdict."""
    assert decided(PRODUCT, row) == expected(row)


def test_papers_of_the_application() -> None:
    """Records, pathology and prescription, for which a photograph will do; the gene test waits for the review."""
    wanted = ("medical_records", "pathology_report", "prescription")
    assert due(PRODUCT, authorization(PRODUCT, papers=())) == dict.fromkeys(wanted, "axa-excellence/DD-1")
    assert due(PRODUCT, authorization(PRODUCT, papers=copied(*PaperKind))) == {}


def test_papers_at_review() -> None:
    """The gene test is a paper of the application, asked for where the drug needs a target."""
    assert due(PRODUCT, reviewed(drug_has_target=True)) == {"gene_test_report": "axa-excellence/DD-1"}


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"papers": without()}, set()),
        ({"papers": copied(PaperKind.MEDICATION_CONSENT)}, {"medication_consent"}),
        ({"papers": without(PaperKind.CLAIM_AUTHORISATION)}, {"claim_authorisation"}),
        ({"papers": copied(PaperKind.INVOICE)}, {"invoice"}),
    ],
)
def test_papers_at_the_counter(changes: dict[str, object], wanted: set[str]) -> None:
    """Consent, claim authorisation and invoice, in the original."""
    assert due(PRODUCT, counter(**changes)) == dict.fromkeys(wanted, "axa-excellence/DD-1")


@pytest.mark.parametrize(
    ("name", "rule", "value"),
    [
        ("list_as_of", "axa-excellence/DD-5", ListAsOf.LATEST),
        ("voucher_issue", "axa-excellence/DD-1", VoucherIssue.ON_APPROVAL),
        ("voucher_days", "axa-excellence/DD-1", None),
        ("own_share_first", "axa-excellence/DD-1", False),
        ("application_lead_days", "axa-excellence/DD-2", 4),
        ("waiting_days", "axa-excellence/WAIT-1", None),
        ("green_gift", "axa-excellence/DD-3", False),
    ],
)
def test_terms_of_the_journey(name: str, rule: str, value: object) -> None:
    """What the journey takes from the handbook before it starts."""
    assert valued(PRODUCT, name) == (rule, value)


@pytest.mark.parametrize(
    ("name", "rule", "started", "due_at"),
    [
        ("review_budget", "axa-excellence/DD-3", "2026-03-06 09:00", "2026-03-10 00:00"),
        ("delivery_same_city", "axa-excellence/DD-3", "2026-03-06 23:59", "2026-03-07 00:00"),
        ("delivery_other_city", "axa-excellence/DD-3", "2026-03-06 09:00", "2026-03-12 00:00"),
        ("charity_notify_budget", "axa-excellence/CH-2", "2026-03-06 09:00", "2026-03-10 00:00"),
    ],
)
def test_promises(name: str, rule: str, started: str, due_at: str) -> None:
    """One working day of review and to tell of aid; delivered the same day, or within three working days."""
    assert promised(PRODUCT, name, started) == (rule, china(due_at))


def test_no_gift_after_a_refused_review() -> None:
    """axa-excellence/DD-3: the green channel is a service of its own, not a consequence of the review."""
    assert GREEN_GIFT not in ask(PRODUCT, reviewed(on_label=False)).next_steps

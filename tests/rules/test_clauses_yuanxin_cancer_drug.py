"""Every clause of Yuanxin's manual that decides something, at its boundaries."""

from datetime import date
from decimal import Decimal

import pytest

from products.model import ListAsOf, VoucherIssue
from rules.next_steps import GREEN_GIFT
from schemas.clinical import DrugName
from schemas.decision import FulfilmentMode
from schemas.papers import PaperKind
from schemas.people import ApplicantRole
from schemas.policy import PolicyStatus, Renewal
from tests.rules import situations
from tests.rules.cases import YUANXIN as PRODUCT
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

IN_WAIT = {"diagnosed_on": date(2026, 1, 15)}
IN_HOSPITAL = {"mode": FulfilmentMode.HOSPITAL_DELIVERY}
SETTLED = {"settled_by_social_insurance": True}
APPLICATION = (
    "policy",
    "id_document",
    "diagnosis_certificate",
    "medical_records",
    "pathology_report",
    "laboratory_report",
    "prescription",
)


def renewed(expired: date) -> dict[str, object]:
    """The policy before this one, which takes effect on 1 January, ended that day."""
    return {"renewal": Renewal(previous_expired_on=expired, applied_on=expired)}


AUTHORIZATION = [
    *rows(
        "policy_in_force",
        "yuanxin-cancer-drug/COND-1",
        claim(PRODUCT),
        ("the day before cover", {"diagnosed_on": date(2025, 12, 31)}, REFUSED),
        ("the last day of cover", {"diagnosed_on": date(2026, 12, 31), "applied_on": date(2026, 12, 31)}, MET),
        ("the day after cover", {"diagnosed_on": date(2027, 1, 1), "applied_on": date(2027, 1, 1)}, REFUSED),
        ("lapsed", {"status": PolicyStatus.LAPSED}, REFUSED),
        ("marked expired before its last day", {"status": PolicyStatus.EXPIRED}, REFERRED),
    ),
    *rows(
        "insured_only",
        "yuanxin-cancer-drug/USE-1",
        claim(PRODUCT),
        ("eighteen on the day of application", {"birth_date": date(2008, 7, 1)}, MET),
        ("an agent applies", {"applicant": ApplicantRole.AGENT}, MET),
    ),
    *rows(
        "insured_only",
        "yuanxin-cancer-drug/USE-1 GUARD-1",
        claim(PRODUCT),
        ("eighteen a day later", {"birth_date": date(2008, 7, 2)}, REFERRED),
        ("a minor's guardian applies", {"birth_date": date(2008, 7, 2), "applicant": ApplicantRole.GUARDIAN}, MET),
    ),
    *rows(
        "waiting_period_over",
        "yuanxin-cancer-drug/WAIT-1",
        claim(PRODUCT),
        ("day 30", {"diagnosed_on": date(2026, 1, 30)}, REFUSED),
        ("the day after day 30", {"diagnosed_on": date(2026, 1, 31)}, MET),
    ),
    *rows(
        "waiting_period_over",
        "yuanxin-cancer-drug/WAIT-1 RENEW-1",
        claim(PRODUCT),
        ("renewed without a gap", {**IN_WAIT, **renewed(date(2025, 12, 31))}, MET),
        ("renewed after a day's gap", {**IN_WAIT, **renewed(date(2025, 12, 30))}, REFUSED),
    ),
    *rows(
        "first_diagnosis_since_birth",
        "yuanxin-cancer-drug/DX-1",
        claim(PRODUCT),
        ("the first since birth", {"first_ever": True}, MET),
        ("a recurrence", {"first_ever": False}, REFUSED),
        ("dated after the application", {"diagnosed_on": date(2026, 7, 2)}, REFERRED),
    ),
    *rows(
        "diagnosed_at_ordinary_department",
        "yuanxin-cancer-drug/COND-1 HOSP-1",
        claim(PRODUCT),
        *situations.PUBLIC_HOSPITALS,
        *situations.TREATING_HOSPITALS,
        *situations.ORDINARY_DEPARTMENTS,
    ),
    *rows("malignancy_proven_by_pathology", "yuanxin-cancer-drug/DX-2", claim(PRODUCT), *situations.MALIGNANCIES),
    *rows("not_excluded_disease", "yuanxin-cancer-drug/DX-3", claim(PRODUCT), *situations.EXCLUDED_DISEASES),
    *rows(
        "drug_listed",
        "yuanxin-cancer-drug/DRUG-1 DRUG-2",
        claim(PRODUCT),
        ("listed", {"drug": DrugName(name="爱博新")}, MET),
        ("of another maker", {"drug": DrugName(name="哌柏西利", manufacturer="某仿制药厂")}, REFUSED),
        ("not listed", {"drug": DrugName(name="阿司匹林")}, REFUSED),
    ),
    *rows(
        "within_medication_term",
        "yuanxin-cancer-drug/DUR-1",
        claim(PRODUCT),
        ("30 days after expiry", {"applied_on": date(2027, 1, 30)}, MET),
        ("31 days after expiry", {"applied_on": date(2027, 1, 31)}, REFUSED),
        ("31 days after expiry, renewed", {"applied_on": date(2027, 1, 31), "renewed_to": date(2027, 12, 31)}, MET),
        (
            "renewed, the day after that period",
            {"applied_on": date(2028, 1, 1), "renewed_to": date(2027, 12, 31)},
            REFUSED,
        ),
    ),
]

REVIEW = [
    *rows(
        "authorized_at_first_use",
        "yuanxin-cancer-drug/FLOW-2",
        reviewed,
        ("the first use", {"first_purchase": True}, SILENT),
        ("a later use", {"first_purchase": False, "previous_prescribed_on": date(2026, 6, 1)}, MET),
    ),
    *rows(
        "prescribed_at_ordinary_department",
        "yuanxin-cancer-drug/COND-1 HOSP-1",
        reviewed,
        *situations.PUBLIC_HOSPITALS,
        *situations.TREATING_HOSPITALS,
        *situations.ORDINARY_DEPARTMENTS,
    ),
    *rows("prescribed_for_this_disease", "yuanxin-cancer-drug/REV-1", reviewed, *situations.PRESCRIBED),
    *rows("label_agrees", "yuanxin-cancer-drug/COND-1 REV-1", reviewed, *situations.LABELS),
    *rows(
        "no_resistance",
        "yuanxin-cancer-drug/REV-1",
        reviewed,
        *situations.SOLID_PROGRESSION,
        *situations.BLOOD_PROGRESSION,
    ),
    *rows("gene_target_present", "yuanxin-cancer-drug/MAT-1 REV-1", reviewed, *situations.GENE_TARGETS),
    *rows(
        "within_medication_term",
        "yuanxin-cancer-drug/DUR-1",
        reviewed,
        ("reviewed 30 days after expiry", {"reviewed_on": date(2027, 1, 30)}, MET),
        ("reviewed 31 days after expiry", {"reviewed_on": date(2027, 1, 31)}, REFUSED),
    ),
]

CHARITY = [
    *rows("aid_open_to_citizens", "yuanxin-cancer-drug/CHAR-1", aid, *situations.CITIZENS),
    *rows("aid_applied_for", "yuanxin-cancer-drug/CHAR-2", aid, *situations.AID_NOT_APPLIED),
    *rows("aid_not_bought_instead", "yuanxin-cancer-drug/CHAR-2", aid, *situations.AID_BOUGHT_INSTEAD),
    *rows("aid_collected", "yuanxin-cancer-drug/CHAR-3", aid, *situations.AID_NOT_COLLECTED),
    *rows("aid_refusal_reviewed_again", "yuanxin-cancer-drug/CHAR-4", aid, *situations.AID_REFUSED),
    *rows("aid_does_not_use_limit", "yuanxin-cancer-drug/CHAR-5", aid, *situations.AID_AND_LIMIT),
]

FULFILMENT = [
    *rows(
        "designated_pharmacy_city",
        "yuanxin-cancer-drug/FUL-3 PHARM-1 COV-1",
        fulfilment,
        ("a city of the table", {"pharmacy_province": "北京", "pharmacy_city": "北京"}, MET),
        ("the city printed twice", {"pharmacy_province": "天津", "pharmacy_city": "天津"}, MET),
        ("a city that is not in it", {"pharmacy_province": "西藏", "pharmacy_city": "阿里"}, REFUSED),
    ),
    *rows(
        "social_insurance_drug_way",
        "yuanxin-cancer-drug/FUL-1",
        fulfilment,
        ("settled by social insurance, picked up", SETTLED, MET),
        ("settled by social insurance, to be delivered", {**SETTLED, **DELIVERED}, REFUSED),
        ("an exception for it", {**SETTLED, **DELIVERED, "override_by": "agent-1"}, MET),
        ("in the catalogue, not settled by it", {"in_catalogue": True, **DELIVERED}, SILENT),
    ),
    *rows(
        "pick_up_consent",
        "yuanxin-cancer-drug/FUL-1",
        fulfilment,
        ("doctor and hospital agree", {"doctor_consent": True, "hospital_consent": True}, MET),
        ("the doctor does not", {"doctor_consent": False}, REFUSED),
        ("the hospital does not", {"hospital_consent": False}, REFUSED),
        ("to be delivered", {"hospital_consent": False, **DELIVERED}, SILENT),
    ),
    *rows(
        "injection_into_hospital",
        "yuanxin-cancer-drug/FUL-2",
        fulfilment,
        ("an injection into the hospital, the doctor agrees", {"injection": True, **IN_HOSPITAL}, MET),
        (
            "an injection into the hospital, the doctor does not",
            {"injection": True, "doctor_consent": False, **IN_HOSPITAL},
            REFUSED,
        ),
        ("an injection to the home", {"injection": True, **DELIVERED}, REFUSED),
        ("perhaps an injection, to the home", {"injection": None, **DELIVERED}, REFERRED),
        ("a tablet to the home", {"injection": False, **DELIVERED}, SILENT),
        ("an injection picked up", {"injection": True}, SILENT),
    ),
    *rows(
        "pickup_within_quantity",
        "yuanxin-cancer-drug/LIM-1",
        fulfilment,
        ("31 days of drug", {"days_supply": 31}, MET),
        ("32 days of drug", {"days_supply": 32}, REFUSED),
    ),
]

COUNTER = [
    *rows("voucher_presented", "yuanxin-cancer-drug/MAT-2", counter, *situations.VOUCHERS),
    *rows("identity_verified", "yuanxin-cancer-drug/MAT-2 USE-1 FRAUD-1", counter, *situations.IDENTITIES),
    *rows(
        "handed_over_within_term",
        "yuanxin-cancer-drug/DUR-1",
        counter,
        ("collected on the last day of cover", {"handed_over_on": date(2027, 1, 30)}, MET),
        ("collected a day later", {"handed_over_on": date(2027, 1, 31)}, REFUSED),
        (
            "delivered later, booked on the last day",
            {"handed_over_on": date(2027, 1, 31), "booked_on": date(2027, 1, 30)},
            MET,
        ),
        (
            "delivered, booked a day later",
            {"handed_over_on": date(2027, 1, 31), "booked_on": date(2027, 1, 31)},
            REFUSED,
        ),
        ("renewed", {"handed_over_on": date(2027, 1, 31), "renewed_to": date(2027, 12, 31)}, MET),
        ("the policy's end is not known", {"expires_on": None}, REFERRED),
    ),
]

SETTLEMENT = [
    *rows(
        "insurer_share",
        "yuanxin-cancer-drug/PAY-1",
        settlement,
        ("the contract has a ratio", {"reimbursement_ratio": Decimal("0.8")}, MET),
        ("the contract has none", {"reimbursement_ratio": None}, REFERRED),
    ),
    *rows(
        "limit_not_exceeded",
        "yuanxin-cancer-drug/PAY-2",
        settlement,
        ("just enough", {"available": Decimal("800.00")}, MET),
        ("a fen too little", {"available": Decimal("799.99")}, MET),
        ("nothing left", {"available": Decimal("0.00")}, REFUSED),
        ("the rest is bound by others", {"available": Decimal(0), "bound": Decimal("0.01")}, REFERRED),
    ),
    *rows(
        "cost_within_term",
        "yuanxin-cancer-drug/DUR-1",
        settlement,
        ("handed over 30 days after expiry", {"dispensed_on": date(2027, 1, 30)}, MET),
        ("handed over 31 days after expiry", {"dispensed_on": date(2027, 1, 31)}, REFUSED),
    ),
]

STANDING = [
    *rows("handed_over_before_cancellation", "yuanxin-cancer-drug/COND-1", standing, *situations.CANCELLATIONS),
    *rows("used_by_the_insured", "yuanxin-cancer-drug/FRAUD-1 USE-1", standing, *situations.FRAUDS),
    *rows("handed_over_in_lifetime", "yuanxin-cancer-drug/USE-1", standing, *situations.DEATHS),
]


@pytest.mark.parametrize(
    "row", [*AUTHORIZATION, *REVIEW, *CHARITY, *FULFILMENT, *COUNTER, *SETTLEMENT, *STANDING], ids=str
)
def test_each_clause(row: Row) -> None:
    """The rule answers the situation under exactly these ids, with this outcome and verdict."""
    assert decided(PRODUCT, row) == expected(row)


@pytest.mark.parametrize(
    ("available", "pays", "own"),
    [("800.01", "800.00", "200.00"), ("800.00", "800.00", "200.00"), ("799.99", "799.99", "200.01")],
)
def test_the_advance_within_the_sum_insured(available: str, pays: str, own: str) -> None:
    """yuanxin-cancer-drug/PAY-2: what the limit does not hold is the own share (yuanxin-cancer-drug/PAY-1)."""
    amounts = ask(PRODUCT, settlement(available=Decimal(available))).amounts
    assert amounts is not None
    assert (str(amounts.insurer_pays), str(amounts.own_share)) == (pays, own)


def test_papers_of_the_application() -> None:
    """Each paper is asked for under the clause that lists it; the gene test waits for the review."""
    always = dict.fromkeys(APPLICATION, "yuanxin-cancer-drug/MAT-1")
    assert due(PRODUCT, authorization(papers=())) == always
    assert due(PRODUCT, authorization(papers=(), applicant=ApplicantRole.AGENT)) == always | {
        "agent_id": "yuanxin-cancer-drug/AGENT-1",
        "power_of_attorney": "yuanxin-cancer-drug/AGENT-1",
    }
    assert due(PRODUCT, authorization(papers=(), applicant=ApplicantRole.GUARDIAN)) == always | {
        "guardian_id": "yuanxin-cancer-drug/GUARD-1",
        "capacity_proof": "yuanxin-cancer-drug/GUARD-1",
        "guardianship_proof": "yuanxin-cancer-drug/GUARD-1",
    }


def test_papers_at_review() -> None:
    """The gene test is a paper of the application, asked for where the drug needs a target."""
    assert due(PRODUCT, reviewed(drug_has_target=True)) == {"gene_test_report": "yuanxin-cancer-drug/MAT-1"}


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"papers": without()}, set()),
        ({"papers": without(PaperKind.DRUG_RECEIPT)}, {"drug_receipt"}),
        ({"papers": copied(PaperKind.PRESCRIPTION)}, {"prescription"}),
        ({"papers": copied(PaperKind.ID_DOCUMENT)}, set()),
        ({"papers": without(PaperKind.IMAGING)}, set()),
        ({"papers": copied(PaperKind.IMAGING)}, {"imaging"}),
        ({"papers": without(PaperKind.TRANSFER_AUTHORISATION)}, set()),
        ({"papers": copied(PaperKind.TRANSFER_AUTHORISATION), "collector": "agent"}, {"transfer_authorisation"}),
        ({"papers": without(PaperKind.AGENT_ID), "collector": "agent"}, {"agent_id"}),
        ({"papers": without(PaperKind.GUARDIAN_ID)}, set()),
        ({"papers": without(PaperKind.GUARDIAN_ID), "insured_is_minor": True}, {"guardian_id"}),
    ],
)
def test_papers_at_the_counter(changes: dict[str, object], wanted: set[str]) -> None:
    """Originals of prescription and images, an agent's transfer authorisation, a minor's guardian."""
    assert due(PRODUCT, counter(**changes)) == dict.fromkeys(wanted, "yuanxin-cancer-drug/MAT-2")


@pytest.mark.parametrize(
    ("name", "rule", "value"),
    [
        ("list_as_of", "yuanxin-cancer-drug/DRUG-2", ListAsOf.LATEST),
        ("voucher_issue", "yuanxin-cancer-drug/FLOW-1", VoucherIssue.ON_APPROVAL),
        ("own_share_first", "yuanxin-cancer-drug/FUL-2", True),
        ("max_days_per_pickup", "yuanxin-cancer-drug/LIM-1", 31),
        ("green_gift", "yuanxin-cancer-drug/GREEN-1", False),
    ],
)
def test_terms_of_the_journey(name: str, rule: str, value: object) -> None:
    """What the journey takes from the manual before it starts."""
    assert valued(PRODUCT, name) == (rule, value)


@pytest.mark.parametrize(
    ("name", "rule", "started", "due_at"),
    [
        ("review_budget", "yuanxin-cancer-drug/SLA-1", "2026-03-06 09:00", "2026-03-10 00:00"),
        ("delivery_same_city", "yuanxin-cancer-drug/SLA-2", "2026-03-06 11:59", "2026-03-06 18:00"),
        ("delivery_same_city", "yuanxin-cancer-drug/SLA-2", "2026-03-06 12:00", "2026-03-07 12:00"),
        ("delivery_other_city", "yuanxin-cancer-drug/SLA-2", "2026-03-06 09:00", "2026-03-14 00:00"),
    ],
)
def test_promises(name: str, rule: str, started: str, due_at: str) -> None:
    """One working day of review; delivered the same afternoon, the next morning, or within five working days."""
    assert promised(PRODUCT, name, started) == (rule, china(due_at))


def test_no_gift_after_a_refused_review() -> None:
    """yuanxin-cancer-drug/GREEN-1: hospitals are printed, but no clause grants an appointment."""
    assert GREEN_GIFT not in ask(PRODUCT, reviewed(on_label=False)).next_steps

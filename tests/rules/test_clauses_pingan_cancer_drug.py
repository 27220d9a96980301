"""Every clause of Ping An's manual for specified cancers that decides something, at its boundaries."""

from datetime import date
from decimal import Decimal

import pytest

from products.model import ListAsOf, VoucherIssue
from rules.next_steps import GREEN_GIFT, NEW_PLAN
from schemas.clinical import DrugName
from schemas.papers import PaperKind
from schemas.people import ApplicantRole
from schemas.policy import PolicyStatus, Renewal
from tests.rules import situations
from tests.rules.cases import PINGAN_CANCER as PRODUCT
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
from tests.rules.situations import MET, REFERRED, REFUSED, SILENT

IN_WAIT = {"effective_on": date(2026, 3, 1), "diagnosed_on": date(2026, 3, 15)}
APPLICATION = (
    "medical_records",
    "first_visit_record",
    "diagnosis_certificate",
    "prescription",
    "pathology_report",
    "laboratory_report",
    "claim_notice",
)


LONG = {"expires_on": date(2027, 12, 31)}
"""Cover that outlives the 365 days after the diagnosis."""


def renewed(accepted: date, paid: date | None) -> dict[str, object]:
    """Applied for at once after an expiry on 31 December; day 60 is 1 March."""
    return {
        "renewal": Renewal(
            previous_expired_on=date(2025, 12, 31),
            applied_on=date(2026, 1, 1),
            reinsured_on=accepted,
            premium_paid_on=paid,
        )
    }


def on(day: date) -> dict[str, object]:
    """Reviewed that day, with the prescription of the last purchase a month before."""
    return {"reviewed_on": day, "previous_prescribed_on": date(2027, 5, 1)}


AUTHORIZATION = [
    *rows(
        "policy_in_force",
        "pingan-cancer-drug/ID-2",
        claim(PRODUCT),
        ("the day before cover", {"diagnosed_on": date(2025, 12, 31)}, REFUSED),
        ("the last day of cover", {"diagnosed_on": date(2026, 12, 31), "applied_on": date(2026, 12, 31)}, MET),
        ("the day after cover", {"diagnosed_on": date(2027, 1, 1), "applied_on": date(2027, 1, 1)}, REFUSED),
        ("cancelled", {"status": PolicyStatus.CANCELLED}, REFUSED),
        ("marked expired before its last day", {"status": PolicyStatus.EXPIRED}, REFERRED),
    ),
    *rows(
        "insured_only",
        "pingan-cancer-drug/USE-1",
        claim(PRODUCT),
        ("eighteen on the day of application", {"birth_date": date(2008, 7, 1)}, MET),
        ("an agent applies", {"applicant": ApplicantRole.AGENT}, MET),
    ),
    *rows(
        "insured_only",
        "pingan-cancer-drug/USE-1 GUARD-1",
        claim(PRODUCT),
        ("eighteen a day later", {"birth_date": date(2008, 7, 2)}, REFERRED),
        (
            "a minor's guardian applies",
            {"birth_date": date(2008, 7, 2), "applicant": ApplicantRole.GUARDIAN},
            MET,
        ),
    ),
    *rows(
        "waiting_period_over",
        "pingan-cancer-drug/WAIT-1 WAIT-2",
        claim(PRODUCT),
        (
            "day 30, and applied for on it",
            {"diagnosed_on": date(2026, 1, 30), "applied_on": date(2026, 1, 30)},
            REFUSED,
        ),
        ("the day after day 30", {"diagnosed_on": date(2026, 1, 31), "applied_on": date(2026, 1, 31)}, MET),
    ),
    *rows(
        "waiting_period_over",
        "pingan-cancer-drug/WAIT-1 WAIT-2 RENEW-1",
        claim(PRODUCT),
        ("renewed and paid on day 60", {**IN_WAIT, **renewed(date(2026, 3, 1), date(2026, 3, 1))}, MET),
        ("paid on day 61", {**IN_WAIT, **renewed(date(2026, 3, 1), date(2026, 3, 2))}, REFUSED),
        ("applied for in time, accepted on day 61", {**IN_WAIT, **renewed(date(2026, 3, 2), None)}, REFUSED),
        ("payment unknown", {**IN_WAIT, **renewed(date(2026, 3, 1), None)}, REFERRED),
    ),
    *rows(
        "first_diagnosis_since_birth",
        "pingan-cancer-drug/DX-1",
        claim(PRODUCT),
        ("the first since birth", {"first_ever": True}, MET),
        ("a recurrence", {"first_ever": False}, REFUSED),
        ("dated after the application", {"diagnosed_on": date(2026, 7, 2)}, REFERRED),
    ),
    *rows(
        "diagnosed_by_specialist_at_agreed_hospital",
        "pingan-cancer-drug/DX-1 HOSP-1",
        claim(PRODUCT),
        *situations.PUBLIC_HOSPITALS,
        *situations.TREATING_HOSPITALS,
    ),
    *rows(
        "drug_listed",
        "pingan-cancer-drug/DRUG-1 DRUG-2",
        claim(PRODUCT),
        ("listed", {"drug": DrugName(name="爱博新")}, MET),
        ("listed, of the printed maker", {"drug": DrugName(name="哌柏西利", manufacturer="辉瑞")}, MET),
        ("of another maker", {"drug": DrugName(name="哌柏西利", manufacturer="某仿制药厂")}, REFUSED),
        ("not listed", {"drug": DrugName(name="阿司匹林")}, REFUSED),
    ),
    *rows(
        "drug_limits_met",
        "pingan-cancer-drug/DRUG-2",
        claim(PRODUCT),
        ("the printed cancer", {"icd10": "C50.9", "disease": "乳腺癌"}, MET),
        ("another cancer", {"icd10": "C34.1", "disease": "肺癌"}, REFUSED),
        ("code and words of two cancers", {"icd10": "C34.1", "disease": "乳腺癌肺转移"}, REFERRED),
    ),
    *rows(
        "within_medication_term",
        "pingan-cancer-drug/DUR-1 DUR-2",
        claim(PRODUCT),
        ("365 days after the diagnosis, cover over", {"applied_on": date(2027, 6, 1)}, MET),
        ("366 days after it", {"applied_on": date(2027, 6, 2)}, REFUSED),
        ("no purchase in 365 days, the last day of cover", {**LONG, "applied_on": date(2027, 12, 31)}, MET),
        ("no purchase in 365 days, a day later", {**LONG, "applied_on": date(2028, 1, 1)}, REFUSED),
    ),
]

DISEASES = [
    *rows("malignancy_proven_by_pathology", "pingan-cancer-drug/DX-2", claim(PRODUCT), *situations.MALIGNANCIES),
    *rows("not_excluded_disease", "pingan-cancer-drug/DX-3", claim(PRODUCT), *situations.EXCLUDED_DISEASES),
]

REVIEW = [
    *rows("prescribed_for_this_disease", "pingan-cancer-drug/REV-1", reviewed, *situations.PRESCRIBED),
    *rows("label_agrees", "pingan-cancer-drug/REV-1", reviewed, *situations.LABELS),
    *rows(
        "no_resistance",
        "pingan-cancer-drug/REV-1",
        reviewed,
        *situations.SOLID_PROGRESSION,
        *situations.BLOOD_PROGRESSION,
    ),
    *rows("gene_target_present", "pingan-cancer-drug/MAT-1 REV-1", reviewed, *situations.GENE_TARGETS),
    *rows(
        "within_medication_term",
        "pingan-cancer-drug/DUR-1 DUR-2",
        reviewed,
        ("a later purchase, 365 days after the diagnosis", {"first_purchase": False, **on(date(2027, 6, 1))}, MET),
        ("a later purchase, 366 days after it", {"first_purchase": False, **on(date(2027, 6, 2))}, REFUSED),
        (
            "a later purchase, cover longer, the first in time",
            {"first_purchase": False, "first_purchased_on": date(2027, 6, 1), **LONG, **on(date(2027, 6, 2))},
            REFUSED,
        ),
        (
            "a later purchase, cover longer, the first a day too late for the 365 days",
            {"first_purchase": False, "first_purchased_on": date(2027, 6, 2), **LONG, **on(date(2027, 7, 2))},
            MET,
        ),
        (
            "a later purchase, cover longer, the first not known",
            {"first_purchase": False, **LONG, **on(date(2027, 6, 2))},
            REFERRED,
        ),
        ("the first purchase, cover longer", {**LONG, **on(date(2027, 6, 2))}, MET),
    ),
]

CHARITY = [
    *rows("aid_open_to_citizens", "pingan-cancer-drug/CHAR-1", aid, *situations.CITIZENS),
    *rows("aid_applied_for", "pingan-cancer-drug/CHAR-2", aid, *situations.AID_NOT_APPLIED),
    *rows("aid_not_bought_instead", "pingan-cancer-drug/CHAR-2", aid, *situations.AID_BOUGHT_INSTEAD),
    *rows("aid_collected", "pingan-cancer-drug/CHAR-3", aid, *situations.AID_NOT_COLLECTED),
    *rows("aid_refusal_reviewed_again", "pingan-cancer-drug/CHAR-4", aid, *situations.AID_REFUSED),
    *rows("aid_does_not_use_limit", "pingan-cancer-drug/CHAR-5", aid, *situations.AID_AND_LIMIT),
]

FULFILMENT = [
    *rows(
        "designated_pharmacy_city",
        "pingan-cancer-drug/PHARM-1 PHARM-2",
        fulfilment,
        ("a city of the table", {"pharmacy_province": "北京", "pharmacy_city": "北京"}, MET),
        ("a city that is not in it", {"pharmacy_province": "西藏", "pharmacy_city": "阿里"}, REFUSED),
    ),
    *rows("social_insurance_drug_way", "pingan-cancer-drug/FUL-1", fulfilment, *situations.CATALOGUE_PICK_UP),
]

COUNTER = [
    *rows("voucher_presented", "pingan-cancer-drug/FLOW-1", counter, *situations.VOUCHERS),
    *rows("identity_verified", "pingan-cancer-drug/FLOW-1 USE-1 FRAUD-1", counter, *situations.IDENTITIES),
]

SETTLEMENT = [
    *rows(
        "insurer_share",
        "pingan-cancer-drug/PAY-1",
        settlement,
        ("the contract has a ratio", {"reimbursement_ratio": Decimal("0.8")}, MET),
        ("the contract has none", {"reimbursement_ratio": None}, REFERRED),
    ),
    *rows(
        "limit_not_exceeded",
        "pingan-cancer-drug/PAY-1",
        settlement,
        ("a fen more than enough", {"available": Decimal("800.01")}, MET),
        ("just enough", {"available": Decimal("800.00")}, MET),
        ("a fen too little", {"available": Decimal("799.99")}, MET),
        ("nothing left", {"available": Decimal("0.00")}, REFUSED),
        ("the rest is bound by others", {"available": Decimal(0), "bound": Decimal("0.01")}, REFERRED),
    ),
    *rows(
        "over_limit_refunded",
        "pingan-cancer-drug/PAY-1",
        settlement,
        ("just enough", {"available": Decimal("800.00")}, SILENT),
        ("a fen too little", {"available": Decimal("799.99")}, MET),
    ),
]

STANDING = [
    *rows("handed_over_before_cancellation", "pingan-cancer-drug/ID-2", standing, *situations.CANCELLATIONS),
    *rows("used_by_the_insured", "pingan-cancer-drug/FRAUD-1 USE-1", standing, *situations.FRAUDS),
    *rows("handed_over_in_lifetime", "pingan-cancer-drug/USE-1", standing, *situations.DEATHS),
]


@pytest.mark.parametrize(
    "row", [*AUTHORIZATION, *REVIEW, *CHARITY, *FULFILMENT, *COUNTER, *SETTLEMENT, *STANDING], ids=str
)
def test_each_clause(row: Row) -> None:
    """The rule answers the situation under exactly these ids, with this outcome and verdict."""
    assert decided(PRODUCT, row) == expected(row)


@pytest.mark.parametrize("row", DISEASES, ids=str)
def test_diseases(row: Row) -> None:
    """What counts as a malignancy, and the six that do not; the annex is left aside, it lists few cancers."""
    assert decided(PRODUCT, row, aside="drug_limits_met") == expected(row)


def test_papers_of_the_application() -> None:
    """Each paper is asked for under the clause that lists it; the gene test waits for the review."""
    always = dict.fromkeys(APPLICATION, "pingan-cancer-drug/MAT-1")
    assert due(PRODUCT, authorization(papers=())) == always
    assert due(PRODUCT, authorization(papers=(), applicant=ApplicantRole.AGENT)) == always | {
        "agent_id": "pingan-cancer-drug/AGENT-1",
        "power_of_attorney": "pingan-cancer-drug/AGENT-1",
    }
    assert due(PRODUCT, authorization(papers=(), applicant=ApplicantRole.GUARDIAN)) == always | {
        "capacity_proof": "pingan-cancer-drug/GUARD-1",
        "guardianship_proof": "pingan-cancer-drug/GUARD-1",
    }


def test_papers_at_review() -> None:
    """The gene test is a paper of the application, asked for where the drug needs a target."""
    assert due(PRODUCT, reviewed(drug_has_target=True)) == {"gene_test_report": "pingan-cancer-drug/MAT-1"}


@pytest.mark.parametrize(
    ("papers", "collector", "wanted"),
    [
        (without(), "insured", set()),
        (without(PaperKind.DRUG_RECEIPT), "insured", {"drug_receipt"}),
        (without(PaperKind.REVIEW_EVIDENCE), "insured", {"review_evidence"}),
        (copied(PaperKind.PRESCRIPTION), "insured", {"prescription"}),
        (copied(PaperKind.ID_DOCUMENT), "insured", set()),
        (without(PaperKind.AGENT_ID), "insured", set()),
        (without(PaperKind.AGENT_ID), "agent", {"agent_id"}),
        (copied(PaperKind.POWER_OF_ATTORNEY), "agent", {"power_of_attorney"}),
    ],
)
def test_papers_at_the_counter(papers: tuple[object, ...], collector: str, wanted: set[str]) -> None:
    """The prescription in the original, the identity document as a copy, an agent's own papers."""
    facts = counter(papers=papers, collector=collector)
    assert due(PRODUCT, facts) == dict.fromkeys(wanted, "pingan-cancer-drug/MAT-2")


@pytest.mark.parametrize(
    ("name", "rule", "value"),
    [
        ("list_as_of", "pingan-cancer-drug/DRUG-2", ListAsOf.REPORT),
        ("voucher_issue", "pingan-cancer-drug/FLOW-1", VoucherIssue.ON_BOOKING),
        ("voucher_days", "pingan-cancer-drug/FLOW-1", None),
        ("own_share_first", "pingan-cancer-drug/PAY-1", False),
        ("medication_days_from_diagnosis", "pingan-cancer-drug/DUR-1", 365),
        ("post_expiry_days", "pingan-cancer-drug/DUR-2", 0),
    ],
)
def test_terms_of_the_journey(name: str, rule: str, value: object) -> None:
    """What the journey takes from the manual before it starts."""
    assert valued(PRODUCT, name) == (rule, value)


@pytest.mark.parametrize(
    ("name", "rule", "started", "due_at"),
    [
        ("review_budget", "pingan-cancer-drug/SLA-1", "2026-03-06 09:00", "2026-03-10 00:00"),
        ("delivery_same_city", "pingan-cancer-drug/SLA-2", "2026-03-06 11:59", "2026-03-06 18:00"),
        ("delivery_same_city", "pingan-cancer-drug/SLA-2", "2026-03-06 12:00", "2026-03-07 12:00"),
        ("delivery_other_city", "pingan-cancer-drug/SLA-2", "2026-03-06 09:00", "2026-03-14 00:00"),
    ],
)
def test_promises(name: str, rule: str, started: str, due_at: str) -> None:
    """One working day of review; delivered the same afternoon, the next morning, or within five working days."""
    assert promised(PRODUCT, name, started) == (rule, china(due_at))


@pytest.mark.parametrize(("on_label", "given"), [(True, False), (False, True)])
def test_the_gift_after_a_refused_review(on_label: bool, given: bool) -> None:  # noqa: FBT001 - a table's columns
    """pingan-cancer-drug/GIFT-1: a specialist's appointment is named as the next step, and only then."""
    assert (GREEN_GIFT in ask(PRODUCT, reviewed(on_label=on_label)).next_steps) is given


def test_no_gift_after_a_refused_authorization() -> None:
    """pingan-cancer-drug/GIFT-1: the insurer's own refusal earns none."""
    assert GREEN_GIFT not in ask(PRODUCT, claim(PRODUCT)(first_ever=False)).next_steps


def test_a_new_plan_may_be_applied_for() -> None:
    """pingan-cancer-drug/GIFT-2: after resistance, a plan with another listed drug can be applied for."""
    assert NEW_PLAN in ask(PRODUCT, reviewed(recist_progression=True)).next_steps

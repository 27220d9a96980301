"""Every clause of Ping An's long-term (B) manual that decides something, at its boundaries."""

from datetime import date
from decimal import Decimal

import pytest

from products.model import ListAsOf, VoucherIssue
from rules.next_steps import GREEN_GIFT
from schemas.clinical import DrugName
from schemas.papers import PaperKind
from schemas.people import ApplicantRole
from schemas.policy import PolicyStatus, Renewal
from tests.rules import situations
from tests.rules.cases import PINGAN_B as PRODUCT
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

LYMPHOMA = {
    "icd10": "C83.3",
    "disease": "弥漫性大B细胞淋巴瘤",
    "subtype": "弥漫性大B细胞淋巴瘤非特指型",
    "drug": DrugName(name="奕凯达"),
    "prior_lines": 2,
}
IN_WAIT = {"diagnosed_on": date(2026, 3, 15)}
APPLICATION = (
    "medical_records",
    "first_visit_record",
    "diagnosis_certificate",
    "prescription",
    "pathology_report",
    "laboratory_report",
    "claim_notice",
)


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


AUTHORIZATION = [
    *rows(
        "policy_in_force",
        "pingan-longterm-b/ID-2",
        claim(PRODUCT),
        ("the day before cover", {"diagnosed_on": date(2025, 12, 31)}, REFUSED),
        ("the last day of cover", {"diagnosed_on": date(2026, 12, 31), "applied_on": date(2026, 12, 31)}, MET),
        ("the day after cover", {"diagnosed_on": date(2027, 1, 1), "applied_on": date(2027, 1, 1)}, REFUSED),
        ("cancelled", {"status": PolicyStatus.CANCELLED}, REFUSED),
        ("marked expired before its last day", {"status": PolicyStatus.EXPIRED}, REFERRED),
    ),
    *rows(
        "insured_only",
        "pingan-longterm-b/USE-1",
        claim(PRODUCT),
        ("eighteen on the day of application", {"birth_date": date(2008, 7, 1)}, MET),
        ("an agent applies", {"applicant": ApplicantRole.AGENT}, MET),
    ),
    *rows(
        "insured_only",
        "pingan-longterm-b/USE-1 GUARD-1",
        claim(PRODUCT),
        ("eighteen a day later", {"birth_date": date(2008, 7, 2)}, REFERRED),
        (
            "a minor's guardian applies",
            {"birth_date": date(2008, 7, 2), "applicant": ApplicantRole.GUARDIAN},
            MET,
        ),
    ),
    *rows(
        "plan_covers_drugs",
        "pingan-longterm-b/PLAN-1",
        claim(PRODUCT),
        ("plan 2", {"plan": "2"}, MET),
        ("plan 1", {"plan": "1"}, REFUSED),
        ("plan unknown", {"plan": ""}, REFERRED),
    ),
    *rows(
        "waiting_period_over",
        "pingan-longterm-b/WAIT-1 WAIT-2",
        claim(PRODUCT),
        (
            "day 90, and applied for on it",
            {"diagnosed_on": date(2026, 3, 31), "applied_on": date(2026, 3, 31)},
            REFUSED,
        ),
        ("the day after day 90", {"diagnosed_on": date(2026, 4, 1), "applied_on": date(2026, 4, 1)}, MET),
    ),
    *rows(
        "waiting_period_over",
        "pingan-longterm-b/WAIT-1 WAIT-2 RENEW-1 RENEW-2",
        claim(PRODUCT),
        ("renewed and paid on day 60", {**IN_WAIT, **renewed(date(2026, 3, 1), date(2026, 3, 1))}, MET),
        ("paid on day 61", {**IN_WAIT, **renewed(date(2026, 3, 1), date(2026, 3, 2))}, REFUSED),
        ("applied for in time, accepted on day 61", {**IN_WAIT, **renewed(date(2026, 3, 2), None)}, REFUSED),
        ("payment unknown", {**IN_WAIT, **renewed(date(2026, 3, 1), None)}, REFERRED),
    ),
    *rows(
        "first_diagnosis_since_birth",
        "pingan-longterm-b/DX-1",
        claim(PRODUCT),
        ("the first since birth", {"first_ever": True}, MET),
        ("a recurrence", {"first_ever": False}, REFUSED),
        ("dated after the application", {"diagnosed_on": date(2026, 7, 2)}, REFERRED),
    ),
    *rows(
        "diagnosed_by_specialist_at_agreed_hospital",
        "pingan-longterm-b/DX-1 HOSP-1",
        claim(PRODUCT),
        *situations.PUBLIC_HOSPITALS,
        *situations.TREATING_HOSPITALS,
    ),
    *rows("malignancy_proven_by_pathology", "pingan-longterm-b/DX-2", claim(PRODUCT), *situations.MALIGNANCIES),
    *rows("not_excluded_disease", "pingan-longterm-b/DX-3", claim(PRODUCT), *situations.EXCLUDED_DISEASES),
    *rows(
        "drug_listed",
        "pingan-longterm-b/DRUG-1 DRUG-2",
        claim(PRODUCT),
        ("listed", {"drug": DrugName(name="爱博新")}, MET),
        ("listed, of the printed maker", {"drug": DrugName(name="哌柏西利", manufacturer="辉瑞")}, MET),
        ("of another maker", {"drug": DrugName(name="哌柏西利", manufacturer="某仿制药厂")}, REFUSED),
        ("not listed", {"drug": DrugName(name="阿司匹林")}, REFUSED),
    ),
    *rows(
        "drug_limits_met",
        "pingan-longterm-b/DRUG-3",
        claim(PRODUCT),
        ("after two lines", LYMPHOMA, MET),
        ("after one line", {**LYMPHOMA, "prior_lines": 1}, REFUSED),
        ("after unknown lines", {**LYMPHOMA, "prior_lines": None}, REFERRED),
        ("another sub-type", {**LYMPHOMA, "subtype": "套细胞淋巴瘤"}, REFERRED),
        ("one line short, and another sub-type", {**LYMPHOMA, "prior_lines": 1, "subtype": "套细胞淋巴瘤"}, REFUSED),
        ("an adult since today", {**LYMPHOMA, "birth_date": date(2008, 7, 1)}, MET),
        (
            "no adult",
            {**LYMPHOMA, "birth_date": date(2010, 1, 1), "applicant": ApplicantRole.GUARDIAN},
            REFUSED,
        ),
    ),
    *rows(
        "within_medication_term",
        "pingan-longterm-b/DUR-1",
        claim(PRODUCT),
        ("applied for on the last day of cover", {"applied_on": date(2026, 12, 31)}, MET),
        ("applied for a day later", {"applied_on": date(2027, 1, 1)}, REFUSED),
        ("a day later, renewed", {"applied_on": date(2027, 1, 1), "renewed_to": date(2027, 12, 31)}, MET),
    ),
]

REVIEW = [
    *rows("prescription_complete", "pingan-longterm-b/REV-2", reviewed, *situations.PARTICULARS),
    *rows("prescribed_for_this_disease", "pingan-longterm-b/REV-1", reviewed, *situations.PRESCRIBED),
    *rows("label_agrees", "pingan-longterm-b/REV-1 REV-3", reviewed, *situations.LABELS),
    *rows(
        "no_resistance",
        "pingan-longterm-b/REV-1 REV-3",
        reviewed,
        *situations.SOLID_PROGRESSION,
        *situations.BLOOD_PROGRESSION,
    ),
    *rows("gene_target_present", "pingan-longterm-b/MAT-1 REV-1", reviewed, *situations.GENE_TARGETS),
    *rows(
        "within_medication_term",
        "pingan-longterm-b/DUR-1",
        reviewed,
        ("reviewed on the last day of cover", {"reviewed_on": date(2026, 12, 31)}, MET),
        ("reviewed a day later", {"reviewed_on": date(2027, 1, 1)}, REFUSED),
    ),
]

CHARITY = [
    *rows("aid_open_to_citizens", "pingan-longterm-b/CHAR-1", aid, *situations.CITIZENS),
    *rows("aid_applied_for", "pingan-longterm-b/CHAR-2", aid, *situations.AID_NOT_APPLIED),
    *rows("aid_not_bought_instead", "pingan-longterm-b/CHAR-2", aid, *situations.AID_BOUGHT_INSTEAD),
    *rows("aid_collected", "pingan-longterm-b/CHAR-3", aid, *situations.AID_NOT_COLLECTED),
    *rows("aid_refusal_reviewed_again", "pingan-longterm-b/CHAR-4", aid, *situations.AID_REFUSED),
    *rows("aid_does_not_use_limit", "pingan-longterm-b/CHAR-5", aid, *situations.AID_AND_LIMIT),
]

FULFILMENT = [
    *rows(
        "designated_pharmacy_city",
        "pingan-longterm-b/PHARM-1 PHARM-2",
        fulfilment,
        ("no table is printed", {"pharmacy_province": "西藏", "pharmacy_city": "阿里"}, SILENT),
    ),
    *rows("social_insurance_drug_way", "pingan-longterm-b/FUL-1", fulfilment, *situations.CATALOGUE_PICK_UP),
]

COUNTER = [
    *rows("voucher_presented", "pingan-longterm-b/MAT-3", counter, *situations.VOUCHERS),
    *rows("identity_verified", "pingan-longterm-b/MAT-3 USE-1 FRAUD-1", counter, *situations.IDENTITIES),
    *rows(
        "handed_over_within_term",
        "pingan-longterm-b/DUR-1",
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
        "pingan-longterm-b/PAY-1",
        settlement,
        ("the contract has a ratio", {"reimbursement_ratio": Decimal("0.8")}, MET),
        ("the contract has none", {"reimbursement_ratio": None}, REFERRED),
    ),
    *rows(
        "limit_not_exceeded",
        "pingan-longterm-b/PAY-1",
        settlement,
        ("a fen more than enough", {"available": Decimal("800.01")}, MET),
        ("just enough", {"available": Decimal("800.00")}, MET),
        ("a fen too little", {"available": Decimal("799.99")}, MET),
        ("nothing left", {"available": Decimal("0.00")}, REFUSED),
        ("the rest is bound by others", {"available": Decimal(0), "bound": Decimal("0.01")}, REFERRED),
    ),
    *rows(
        "over_limit_refunded",
        "pingan-longterm-b/PAY-1",
        settlement,
        ("just enough", {"available": Decimal("800.00")}, SILENT),
        ("a fen too little", {"available": Decimal("799.99")}, MET),
    ),
    *rows(
        "cost_within_term",
        "pingan-longterm-b/DUR-1",
        settlement,
        ("handed over on the last day of cover", {"dispensed_on": date(2026, 12, 31)}, MET),
        ("handed over a day later", {"dispensed_on": date(2027, 1, 1)}, REFUSED),
    ),
]

STANDING = [
    *rows("handed_over_before_cancellation", "pingan-longterm-b/ID-2", standing, *situations.CANCELLATIONS),
    *rows("used_by_the_insured", "pingan-longterm-b/FRAUD-1 USE-1", standing, *situations.FRAUDS),
    *rows("handed_over_in_lifetime", "pingan-longterm-b/USE-1", standing, *situations.DEATHS),
]


@pytest.mark.parametrize(
    "row", [*AUTHORIZATION, *REVIEW, *CHARITY, *FULFILMENT, *COUNTER, *SETTLEMENT, *STANDING], ids=str
)
def test_each_clause(row: Row) -> None:
    """The rule answers the situation under exactly these ids, with this outcome and verdict."""
    assert decided(PRODUCT, row) == expected(row)


def test_papers_of_the_application() -> None:
    """Each paper is asked for under the clause that lists it; the gene test waits for the review."""
    always = dict.fromkeys(APPLICATION, "pingan-longterm-b/MAT-1")
    assert due(PRODUCT, authorization(papers=())) == always
    assert due(PRODUCT, authorization(papers=(), applicant=ApplicantRole.AGENT)) == always | {
        "agent_id": "pingan-longterm-b/AGENT-1",
        "power_of_attorney": "pingan-longterm-b/AGENT-1",
    }
    assert due(PRODUCT, authorization(papers=(), applicant=ApplicantRole.GUARDIAN)) == always | {
        "capacity_proof": "pingan-longterm-b/GUARD-1",
        "guardianship_proof": "pingan-longterm-b/GUARD-1",
    }


def test_papers_at_review() -> None:
    """The gene test is a paper of the application, asked for where the drug needs a target."""
    assert due(PRODUCT, reviewed(drug_has_target=True)) == {"gene_test_report": "pingan-longterm-b/MAT-1"}


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
    assert due(PRODUCT, facts) == dict.fromkeys(wanted, "pingan-longterm-b/MAT-2")


@pytest.mark.parametrize(
    ("name", "rule", "value"),
    [
        ("list_as_of", "pingan-longterm-b/DRUG-2", ListAsOf.REPORT),
        ("voucher_issue", "pingan-longterm-b/FLOW-1", VoucherIssue.ON_BOOKING),
        ("voucher_days", "pingan-longterm-b/FLOW-1", None),
        ("own_share_first", "pingan-longterm-b/PAY-1", False),
        ("post_expiry_days", "pingan-longterm-b/DUR-1", 0),
    ],
)
def test_terms_of_the_journey(name: str, rule: str, value: object) -> None:
    """What the journey takes from the manual before it starts."""
    assert valued(PRODUCT, name) == (rule, value)


@pytest.mark.parametrize(
    ("name", "rule", "started", "due_at"),
    [
        ("review_budget", "pingan-longterm-b/SLA-1", "2026-03-06 09:00", "2026-03-10 00:00"),
        ("delivery_same_city", "pingan-longterm-b/SLA-3", "2026-03-06 11:59", "2026-03-06 18:00"),
        ("delivery_same_city", "pingan-longterm-b/SLA-3", "2026-03-06 12:00", "2026-03-07 12:00"),
        ("delivery_other_city", "pingan-longterm-b/SLA-3", "2026-03-06 09:00", "2026-03-14 00:00"),
    ],
)
def test_promises(name: str, rule: str, started: str, due_at: str) -> None:
    """One working day of review; delivered the same afternoon, the next morning, or within five working days."""
    assert promised(PRODUCT, name, started) == (rule, china(due_at))


@pytest.mark.parametrize(("on_label", "given"), [(True, False), (False, True)])
def test_the_gift_after_a_refused_review(on_label: bool, given: bool) -> None:  # noqa: FBT001 - a table's columns
    """pingan-longterm-b/GIFT-1: a specialist's appointment is named as the next step, and only then."""
    assert (GREEN_GIFT in ask(PRODUCT, reviewed(on_label=on_label)).next_steps) is given


def test_no_gift_after_a_refused_authorization() -> None:
    """pingan-longterm-b/GIFT-1: the insurer's own refusal earns none."""
    assert GREEN_GIFT not in ask(PRODUCT, claim(PRODUCT)(plan="1")).next_steps

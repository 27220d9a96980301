"""Every clause of Ping An's long-term manual under which a CAR-T product is judged, as a drug of its list."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schemas.clinical import DrugName
from schemas.papers import PaperKind
from schemas.people import ApplicantRole
from tests.rules import car_t_situations, situations
from tests.rules.car_t_cases import assessed, at_site, authorized, bill, collected, ended, infusion, paid
from tests.rules.cases import PINGAN_B as PRODUCT
from tests.rules.clauses import Row, decided, due, expected, rows, valued, without
from tests.rules.situations import MET, PAPERS, REFERRED, REFUSED, SILENT

SECOND = {"drug": DrugName(name="倍诺达")}


def claimed(**changes: Any) -> Any:
    return authorized(PRODUCT, **changes)


def ended_by(**changes: Any) -> Any:
    return ended(**changes)


AUTHORIZATION = [
    *rows("policy_in_force", "pingan-longterm-b/ID-2", claimed, ("in cover", {}, MET)),
    *rows(
        "insured_only",
        "pingan-longterm-b/USE-1",
        claimed,
        ("the insured person", {}, MET),
    ),
    *rows(
        "insured_only",
        "pingan-longterm-b/USE-1 GUARD-1",
        claimed,
        ("a minor by themselves", {"birth_date": date(2012, 1, 1)}, "referred refused"),
    ),
    *rows(
        "plan_covers_drugs",
        "pingan-longterm-b/PLAN-1",
        claimed,
        ("plan 2", {}, MET),
        ("plan 1", {"plan": "1"}, REFUSED),
    ),
    *rows(
        "waiting_period_over",
        "pingan-longterm-b/WAIT-1 WAIT-2",
        claimed,
        ("day 90", {"diagnosed_on": date(2026, 3, 31)}, REFUSED),
        ("the day after day 90", {"diagnosed_on": date(2026, 4, 1)}, MET),
    ),
    *rows("first_diagnosis_since_birth", "pingan-longterm-b/DX-1", claimed, ("the first", {}, MET)),
    *rows(
        "diagnosed_by_specialist_at_agreed_hospital",
        "pingan-longterm-b/DX-1 HOSP-1",
        claimed,
        *situations.PUBLIC_HOSPITALS,
    ),
    *rows("malignancy_proven_by_pathology", "pingan-longterm-b/DX-2", claimed, ("proven", {}, MET)),
    *rows(
        "not_excluded_disease",
        "pingan-longterm-b/DX-3",
        claimed,
        ("none of the six", {}, MET),
        ("HIV or AIDS", {"hiv_or_aids": True}, REFUSED),
    ),
    *rows(
        "car_t_product_listed",
        "pingan-longterm-b/DRUG-1 DRUG-2",
        claimed,
        ("row 99", {"drug": DrugName(name="阿基仑赛", manufacturer="复星凯特")}, MET),
        ("a listed drug that is no CAR-T product", {"drug": DrugName(name="爱博新")}, REFUSED),
    ),
    *rows(
        "car_t_indication_met",
        "pingan-longterm-b/DRUG-3",
        claimed,
        ("after two lines", {}, MET),
        ("after one line", {"prior_lines": 1}, REFUSED),
        ("an adult since today", {"birth_date": date(2008, 7, 1)}, MET),
        ("no adult until tomorrow", {"birth_date": date(2008, 7, 2), "applicant": ApplicantRole.GUARDIAN}, REFUSED),
        ("any high grade for row 99", {"subtype": "高级别B细胞淋巴瘤"}, MET),
        ("double hit for row 99", {"subtype": "双打击淋巴瘤"}, MET),
        ("double hit for row 100", {"subtype": "双打击淋巴瘤", **SECOND}, MET),
        ("both rearranged for row 100", {"subtype": "高级别B细胞淋巴瘤伴MYC和BCL-2重排", **SECOND}, MET),
        ("high grade, rearrangement not said, row 100", {"subtype": "高级别B细胞淋巴瘤", **SECOND}, REFERRED),
        ("high grade without it, row 100", {"subtype": "高级别B细胞淋巴瘤非特指型", **SECOND}, REFUSED),
        ("follicular 3b for row 100", {"subtype": "3b级滤泡性淋巴瘤", **SECOND}, MET),
        ("follicular 3b for row 99", {"subtype": "3b级滤泡性淋巴瘤"}, REFUSED),
    ),
    *rows(
        "within_medication_term",
        "pingan-longterm-b/DUR-1",
        claimed,
        ("applied for on the last day of cover", {"applied_on": date(2026, 12, 31)}, MET),
        ("applied for a day later", {"applied_on": date(2027, 1, 1)}, REFUSED),
    ),
    *rows(
        "car_t_papers_complete",
        "pingan-longterm-b/MAT-1",
        claimed,
        ("every paper", {}, MET),
        ("without pathology", {"papers": without(PaperKind.PATHOLOGY_REPORT)}, PAPERS),
    ),
    *rows(
        "car_t_papers_complete",
        "pingan-longterm-b/MAT-1 AGENT-1",
        claimed,
        ("an agent without authority", {"applicant": ApplicantRole.AGENT, "papers": ()}, PAPERS),
    ),
    *rows(
        "car_t_papers_complete",
        "pingan-longterm-b/MAT-1 GUARD-1",
        claimed,
        ("a guardian without proof", {"applicant": ApplicantRole.GUARDIAN, "papers": ()}, PAPERS),
    ),
]
SITES = rows(
    "car_t_site_designated_or_referred",
    "pingan-longterm-b/HOSP-1 DRUG-3",
    at_site,
    ("listed", {"site": "高博医学（血液病）上海研究中心闸新院区"}, MET),
    ("another campus", {"site": "高博医学（血液病）上海研究中心（浦东院区）"}, REFERRED),
    ("not listed", {"site": "安徽省阜阳市中医院"}, REFERRED),
)
ASSESSMENT = [
    *rows("suitable_for_car_t", "pingan-longterm-b/REV-1 REV-3", assessed, *car_t_situations.SUITABILITY),
    *rows("car_t_product_prescribed", "pingan-longterm-b/REV-1", assessed, *car_t_situations.PRESCRIPTIONS),
]
APHERESIS_CLAUSES = [
    *rows("apheresis_arranged", "pingan-longterm-b/FLOW-1", collected, *car_t_situations.ARRANGEMENTS),
    *rows("first_apheresis_in_cover", "pingan-longterm-b/DUR-1", collected, *car_t_situations.FIRST_APHERESES),
]
INFUSION = [
    *rows("chain_of_identity_unbroken", "pingan-longterm-b/REV-1 USE-1", infusion, *car_t_situations.IDENTITIES),
    *rows("chain_of_custody_unbroken", "pingan-longterm-b/REV-1", infusion, *car_t_situations.CUSTODIES),
    *rows("cells_kept_cold", "pingan-longterm-b/REV-1", infusion, *car_t_situations.TEMPERATURES),
    *rows("product_at_site", "pingan-longterm-b/REV-1", infusion, *car_t_situations.PLACES),
    *rows("product_released", "pingan-longterm-b/REV-1", infusion, *car_t_situations.RELEASES),
    *rows("product_not_expired", "pingan-longterm-b/REV-1", infusion, *car_t_situations.EXPIRIES),
    *rows("patient_fit", "pingan-longterm-b/REV-1", infusion, *car_t_situations.EXAMINATIONS),
    *rows("lymphodepletion_done", "pingan-longterm-b/REV-1", infusion, *car_t_situations.CONDITIONING),
]
COSTS = [
    *rows("cost_kind_covered", "pingan-longterm-b/DRUG-2", bill, *car_t_situations.PRODUCT_ALONE),
    *rows("cost_within_term", "pingan-longterm-b/DUR-1", bill, *car_t_situations.COST_DAYS),
    *rows("cost_before_cancellation", "pingan-longterm-b/ID-2", bill, *car_t_situations.cancelled_costs(REFUSED)),
]
SETTLEMENT = [
    *rows(
        "insurer_share",
        "pingan-longterm-b/PAY-1",
        paid,
        ("the contract has a ratio", {}, MET),
        ("the contract has none", {"reimbursement_ratio": None}, REFERRED),
    ),
    *rows("limit_not_exceeded", "pingan-longterm-b/PAY-1", paid, ("nothing left", {"available": Decimal(0)}, REFUSED)),
    *rows(
        "over_limit_refunded",
        "pingan-longterm-b/PAY-1",
        paid,
        ("just enough", {"available": Decimal("800.00")}, SILENT),
        ("a fen too little", {"available": Decimal("799.99")}, MET),
    ),
]
STANDING = [
    *rows(
        "infused_before_the_end",
        "pingan-longterm-b/DRUG-2 USE-1",
        ended_by,
        *car_t_situations.GIVEN_BEFORE_THE_END,
    ),
    *rows(
        "infused_before_cancellation",
        "pingan-longterm-b/ID-2",
        ended_by,
        *car_t_situations.GIVEN_BEFORE_CANCELLATION,
    ),
    *rows(
        "used_by_the_insured",
        "pingan-longterm-b/FRAUD-1 USE-1",
        ended_by,
        *car_t_situations.car_t_frauds(REFUSED),
    ),
]


@pytest.mark.parametrize(
    "row", [*AUTHORIZATION, *SITES, *ASSESSMENT, *APHERESIS_CLAUSES, *INFUSION, *COSTS, *SETTLEMENT, *STANDING], ids=str
)
def test_each_clause(row: Row) -> None:
    """The rule answers the situation under exactly these ids, with this outcome and verdict."""
    assert decided(PRODUCT, row) == expected(row)


def test_papers_of_the_application() -> None:
    """As for other drugs, but for the prescription, which follows from the assessment."""
    wanted = (
        *("medical_records", "first_visit_record", "diagnosis_certificate"),
        *("pathology_report", "laboratory_report", "claim_notice"),
    )
    always = dict.fromkeys(wanted, "pingan-longterm-b/MAT-1")
    assert due(PRODUCT, claimed(papers=())) == always
    assert due(PRODUCT, claimed(papers=(), applicant=ApplicantRole.AGENT)) == always | dict.fromkeys(
        ("agent_id", "power_of_attorney"), "pingan-longterm-b/AGENT-1"
    )


@pytest.mark.parametrize(
    ("name", "rule", "value"),
    [
        ("car_t_days_after_apheresis", "pingan-longterm-b/DUR-1", None),
        ("car_t_sites", "pingan-longterm-b/HOSP-1", "annex-3"),
        ("car_t_unsettled_ratio", "pingan-longterm-b/PAY-1", None),
    ],
)
def test_terms_of_the_therapy(name: str, rule: str, value: object) -> None:
    """No treatment period; annex 3 as the list of institutions; the policy's ratio."""
    assert valued(PRODUCT, name) == (rule, value)

"""Every clause of AXA's handbook under which a CAR-T product is judged, as a drug of annex 2."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schemas.clinical import DrugName
from schemas.papers import PaperKind
from tests.rules import car_t_situations
from tests.rules.car_t_cases import assessed, at_site, authorized, bill, collected, ended, infusion, paid
from tests.rules.cases import AXA as PRODUCT
from tests.rules.clauses import Row, decided, due, expected, rows, without
from tests.rules.situations import MET, PAPERS, REFERRED, REFUSED, SILENT


def claimed(**changes: Any) -> Any:
    return authorized(PRODUCT, **changes)


def ended_by(**changes: Any) -> Any:
    return ended(**changes)


AUTHORIZATION = [
    *rows("policy_in_force", "axa-excellence/WAIT-1 ID-1", claimed, ("in cover", {}, MET)),
    *rows(
        "waiting_period_over",
        "axa-excellence/WAIT-1",
        claimed,
        ("day 30 of the policy's 30", {"diagnosed_on": date(2026, 1, 30)}, REFUSED),
        ("the day after", {"diagnosed_on": date(2026, 1, 31)}, MET),
        ("the policy does not say", {"waiting_days": None}, REFERRED),
    ),
    *rows(
        "first_diagnosis_since_birth", "axa-excellence/DD-1", claimed, ("a recurrence", {"first_ever": False}, REFUSED)
    ),
    *rows(
        "severe_malignancy", "axa-excellence/DD-1", claimed, ("not established", {"severe_malignancy": None}, REFERRED)
    ),
    *rows(
        "car_t_product_listed",
        "axa-excellence/DD-5",
        claimed,
        ("of annex 2", {"drug": DrugName(name="瑞基奥仑赛注射液 (Car-T)")}, MET),
        ("not of annex 2", {"drug": DrugName(name="源瑞达")}, REFUSED),
    ),
    *rows(
        "car_t_indication_met",
        "axa-excellence/DD-5",
        claimed,
        ("lymphoma", {}, MET),
        ("lymphoma after no line: none is printed", {"prior_lines": 0, "subtype": ""}, MET),
        ("another cancer", {"icd10": "C90.0", "disease": "多发性骨髓瘤"}, REFUSED),
    ),
    *rows(
        "within_medication_term",
        "axa-excellence/DD-5",
        claimed,
        ("applied for on the last day of cover", {"applied_on": date(2026, 12, 31)}, MET),
        ("applied for a day later", {"applied_on": date(2027, 1, 1)}, REFUSED),
    ),
    *rows(
        "car_t_papers_complete",
        "axa-excellence/DD-1",
        claimed,
        ("without pathology", {"papers": without(PaperKind.PATHOLOGY_REPORT)}, PAPERS),
    ),
]
SITES = rows(
    "car_t_site_designated_or_referred",
    "axa-excellence/DD-5",
    at_site,
    ("no list is printed", {"site": "安徽省阜阳市中医院"}, SILENT),
)
ASSESSMENT = [
    *rows("suitable_for_car_t", "axa-excellence/DD-3", assessed, *car_t_situations.SUITABILITY),
    *rows("car_t_product_prescribed", "axa-excellence/DD-1", assessed, *car_t_situations.PRESCRIPTIONS),
]
APHERESIS_CLAUSES = [
    *rows("apheresis_arranged", "axa-excellence/DD-1", collected, *car_t_situations.ARRANGEMENTS),
    *rows("first_apheresis_in_cover", "axa-excellence/DD-5", collected, *car_t_situations.FIRST_APHERESES),
]
INFUSION = [
    *rows("chain_of_identity_unbroken", "axa-excellence/DD-1 DD-3", infusion, *car_t_situations.IDENTITIES),
    *rows("chain_of_custody_unbroken", "axa-excellence/DD-3", infusion, *car_t_situations.CUSTODIES),
    *rows("cells_kept_cold", "axa-excellence/DD-3", infusion, *car_t_situations.TEMPERATURES),
    *rows("product_at_site", "axa-excellence/DD-3", infusion, *car_t_situations.PLACES),
    *rows("product_released", "axa-excellence/DD-3", infusion, *car_t_situations.RELEASES),
    *rows("product_not_expired", "axa-excellence/DD-3", infusion, *car_t_situations.EXPIRIES),
    *rows("patient_fit", "axa-excellence/DD-3", infusion, *car_t_situations.EXAMINATIONS),
    *rows("lymphodepletion_done", "axa-excellence/DD-3", infusion, *car_t_situations.CONDITIONING),
]
COSTS = [
    *rows("cost_kind_covered", "axa-excellence/DD-5", bill, *car_t_situations.PRODUCT_ALONE),
    *rows("cost_within_term", "axa-excellence/DD-5", bill, *car_t_situations.COST_DAYS),
    *rows("cost_before_cancellation", "axa-excellence/WAIT-1 ID-1", bill, *car_t_situations.cancelled_costs(REFUSED)),
]
SETTLEMENT = [
    *rows("insurer_share", "axa-excellence/DD-4", paid, ("the contract has a ratio", {}, MET)),
    *rows("limit_not_exceeded", "axa-excellence/ID-1", paid, ("nothing left", {"available": Decimal(0)}, REFUSED)),
]
STANDING = [
    *rows("infused_before_the_end", "axa-excellence/DD-5 DD-1", ended_by, *car_t_situations.GIVEN_BEFORE_THE_END),
    *rows(
        "infused_before_cancellation",
        "axa-excellence/WAIT-1 ID-1",
        ended_by,
        *car_t_situations.GIVEN_BEFORE_CANCELLATION,
    ),
    *rows("used_by_the_insured_or_referred", "axa-excellence/DD-1", ended_by, *car_t_situations.car_t_frauds(REFERRED)),
]


@pytest.mark.parametrize(
    "row", [*AUTHORIZATION, *SITES, *ASSESSMENT, *APHERESIS_CLAUSES, *INFUSION, *COSTS, *SETTLEMENT, *STANDING], ids=str
)
def test_each_clause(row: Row) -> None:
    """The rule answers the situation under exactly these ids, with this outcome and verdict."""
    assert decided(PRODUCT, row) == expected(row)


def test_papers_of_the_application() -> None:
    """As for other drugs, but for the prescription, which follows from the assessment."""
    wanted = dict.fromkeys(("medical_records", "pathology_report"), "axa-excellence/DD-1")
    assert due(PRODUCT, claimed(papers=())) == wanted

"""Every clause of China Life's rider that decides something of a CAR-T therapy, at its boundaries."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schemas.car_t_facts import CarTNews, CostKind
from schemas.clinical import DrugName
from schemas.papers import PaperKind
from schemas.policy import PolicyStatus, Renewal
from tests.rule_ids import ids_in
from tests.rules import car_t_situations, situations
from tests.rules.car_t_cases import APHERESIS, assessed, at_site, authorized, bill, collected, ended, infusion, paid
from tests.rules.cases import CHINALIFE as PRODUCT
from tests.rules.cases import ask
from tests.rules.clauses import Row, decided, due, expected, rows, term, valued, without
from tests.rules.situations import MET, PAPERS, REFERRED, REFUSED, SILENT

YEAR_ON = date(2027, 7, 6)
"""Apheresis of 6 July 2026 + 365."""
MADE = {"infused_on": None, "product_released": True}
UNTOLD = {**MADE, "infusible_from": date(2026, 8, 10)}
RENEWED = {"renewal": Renewal(previous_expired_on=date(2025, 12, 31), applied_on=date(2025, 12, 31))}


def ended_by(**changes: Any) -> Any:
    return ended(**changes)


AUTHORIZATION = [
    *rows(
        "policy_in_force",
        "chinalife-cancer-rider/ID-1 CART-1",
        authorized,
        ("the day before cover", {"diagnosed_on": date(2025, 12, 31)}, REFUSED),
        ("the last day of cover", {"diagnosed_on": date(2026, 12, 31), "applied_on": date(2026, 12, 31)}, MET),
        ("the day after cover", {"diagnosed_on": date(2027, 1, 1), "applied_on": date(2027, 1, 1)}, REFUSED),
        ("ended with the main policy", {"status": PolicyStatus.CANCELLED}, REFUSED),
    ),
    *rows(
        "main_policy_does_not_exclude",
        "chinalife-cancer-rider/EXC-10",
        authorized,
        ("no exclusion applies", {}, MET),
        ("one applies", {"main_policy_exclusion": "treatment abroad"}, REFUSED),
        ("the insurer does not say", {"main_policy_exclusion": None}, REFERRED),
    ),
    *rows(
        "waiting_period_over_from_later_start",
        "chinalife-cancer-rider/WAIT-1 CART-1",
        authorized,
        ("day 30", {"diagnosed_on": date(2026, 1, 30)}, REFUSED),
        ("the day after day 30", {"diagnosed_on": date(2026, 1, 31)}, MET),
    ),
    *rows(
        "waiting_period_over_from_later_start",
        "chinalife-cancer-rider/WAIT-1 RENEW-1 CART-1",
        authorized,
        ("applied for anew in time", {"diagnosed_on": date(2026, 1, 15), **RENEWED}, MET),
    ),
    *rows(
        "first_diagnosis_since_birth",
        "chinalife-cancer-rider/CART-1",
        authorized,
        ("the first occurrence", {"first_ever": True}, MET),
        ("a recurrence", {"first_ever": False}, REFUSED),
    ),
    *rows(
        "diagnosed_at_public_or_recognised_hospital",
        "chinalife-cancer-rider/DX-1 CART-1",
        authorized,
        *situations.PUBLIC_HOSPITALS,
        ("an institution that the insurer recognises", situations.recognised(), MET),
    ),
    *rows(
        "severe_malignancy",
        "chinalife-cancer-rider/CART-1 EXC-6",
        authorized,
        ("established as severe", {"severe_malignancy": True}, MET),
        ("no severe malignancy", {"severe_malignancy": False}, REFUSED),
        ("not established", {"severe_malignancy": None}, REFERRED),
        ("established, but of no malignant code", {"severe_malignancy": True, "icd10": "D37.0"}, REFERRED),
    ),
    *rows(
        "car_t_product_listed",
        "chinalife-cancer-rider/CART-7 LIST-1",
        authorized,
        ("the first of table 4", {"drug": DrugName(name="奕凯达")}, MET),
        ("the second, as misprinted", {"drug": DrugName(name="瑞基奥伦赛注射液")}, MET),
        ("the second, of its maker", {"drug": DrugName(name="瑞基奥仑赛", manufacturer="药明巨诺")}, MET),
        ("of another maker", {"drug": DrugName(name="瑞基奥仑赛", manufacturer="某药厂")}, REFUSED),
        ("a CAR-T product that is not designated", {"drug": DrugName(name="源瑞达")}, REFUSED),
        ("a drug of table 1", {"drug": DrugName(name="爱博新")}, REFUSED),
    ),
    *rows(
        "car_t_indication_met",
        "chinalife-cancer-rider/CART-7 CART-1 EXC-4",
        authorized,
        ("after two lines", {"prior_lines": 2}, MET),
        ("after three lines", {"prior_lines": 3}, MET),
        ("after one line", {"prior_lines": 1}, REFUSED),
        ("after unknown lines", {"prior_lines": None}, REFERRED),
        ("relapsed or refractory", {"relapsed_or_refractory": True}, MET),
        ("neither", {"relapsed_or_refractory": False}, REFUSED),
        ("nobody said which", {"relapsed_or_refractory": None}, REFERRED),
        ("mediastinal, as misprinted", {"subtype": "原发纵膈大B细胞淋巴瘤"}, MET),
        ("high grade", {"subtype": "高级别B细胞淋巴瘤"}, MET),
        ("transformed follicular, as printed", {"subtype": "滤泡淋巴瘤转化的弥漫性大B细胞淋巴瘤"}, MET),
        ("follicular 3b, which is the other product's", {"subtype": "3b级滤泡淋巴瘤"}, REFUSED),
        ("follicular 3b for that product", {"subtype": "3b级滤泡淋巴瘤", "drug": DrugName(name="倍诺达")}, MET),
        ("high grade for that product", {"subtype": "高级别B细胞淋巴瘤", "drug": DrugName(name="倍诺达")}, MET),
        ("a sub-type that is wider than any listed", {"subtype": "弥漫性大B细胞淋巴瘤"}, REFERRED),
        ("a sub-type nobody knows here", {"subtype": "富于T细胞/组织细胞的大B细胞淋巴瘤"}, REFERRED),
        ("no sub-type", {"subtype": ""}, REFERRED),
        ("mantle cell", {"subtype": "套细胞淋巴瘤", "icd10": "C83.1"}, REFUSED),
        ("another cancer", {"icd10": "C90.0", "disease": "多发性骨髓瘤", "subtype": ""}, REFUSED),
        ("another cancer than its code says", {"icd10": "C90.0"}, REFERRED),
        ("a child: no age is printed", {"birth_date": date(2012, 1, 1)}, MET),
        ("not designated, nothing to check", {"drug": DrugName(name="爱博新")}, "not_applicable refused"),
    ),
    *rows(
        "car_t_papers_complete",
        "chinalife-cancer-rider/CART-6",
        authorized,
        ("every paper", {}, MET),
        ("without the contract", {"papers": without(PaperKind.POLICY)}, PAPERS),
        ("without a prescription, which comes later", {"papers": without(PaperKind.PRESCRIPTION)}, MET),
    ),
]
SITES = rows(
    "car_t_site_designated",
    "chinalife-cancer-rider/CART-5 CART-1",
    at_site,
    ("listed", {"site": "北京大学肿瘤医院"}, MET),
    ("its campus is listed", {"site": "华中科技大学附属同济医院光谷院区"}, MET),
    ("another campus of it", {"site": "华中科技大学同济医学院附属同济医院军山院区"}, REFUSED),
    ("only another campus is listed", {"site": "上海复旦大学附属华山医院虹桥院区"}, REFUSED),
    ("which campus was not said", {"site": "上海复旦大学附属华山医院"}, REFERRED),
    ("much like a listed one", {"site": "上海复旦大学附属中山医馆医院"}, REFERRED),
    ("accepted by a person before", {"site": "上海复旦大学附属华山医院", "site_accepted": True}, MET),
    ("not listed, whatever was accepted", {"site": "安徽省阜阳市中医院", "site_accepted": True}, REFUSED),
    ("not listed", {"site": "安徽省阜阳市中医院"}, REFUSED),
)
ASSESSMENT = [
    *rows("suitable_for_car_t", "chinalife-cancer-rider/CART-6", assessed, *car_t_situations.SUITABILITY),
    *rows("car_t_product_prescribed", "chinalife-cancer-rider/CART-5", assessed, *car_t_situations.PRESCRIPTIONS),
]
APHERESIS_CLAUSES = [
    *rows(
        "car_t_site_designated",
        "chinalife-cancer-rider/CART-5 CART-1",
        collected,
        ("at a designated institution", {}, MET),
        ("at another", {"site": "安徽省阜阳市中医院"}, REFUSED),
    ),
    *rows("apheresis_arranged", "chinalife-cancer-rider/CART-6", collected, *car_t_situations.ARRANGEMENTS),
    *rows("first_apheresis_in_cover", "chinalife-cancer-rider/CART-4", collected, *car_t_situations.FIRST_APHERESES),
    *rows(
        "repeated_apheresis_within_window",
        "chinalife-cancer-rider/CART-4",
        collected,
        ("the first one", {}, SILENT),
        ("the day before the first, by the dates", {"first_apheresis_on": date(2026, 7, 7)}, REFERRED),
        ("on the same day", {"first_apheresis_on": APHERESIS}, MET),
        ("364 days later", {"first_apheresis_on": APHERESIS, "performed_on": date(2027, 7, 5)}, MET),
        ("365 days later, the policy expired", {"first_apheresis_on": APHERESIS, "performed_on": YEAR_ON}, MET),
        ("366 days later", {"first_apheresis_on": APHERESIS, "performed_on": date(2027, 7, 7)}, REFUSED),
    ),
]
INFUSION = [
    *rows("chain_of_identity_unbroken", "chinalife-cancer-rider/CART-5", infusion, *car_t_situations.IDENTITIES),
    *rows("chain_of_custody_unbroken", "chinalife-cancer-rider/CART-5", infusion, *car_t_situations.CUSTODIES),
    *rows("cells_kept_cold", "chinalife-cancer-rider/CART-5", infusion, *car_t_situations.TEMPERATURES),
    *rows("product_at_site", "chinalife-cancer-rider/CART-5", infusion, *car_t_situations.PLACES),
    *rows("product_released", "chinalife-cancer-rider/CART-5", infusion, *car_t_situations.RELEASES),
    *rows("product_not_expired", "chinalife-cancer-rider/CART-5", infusion, *car_t_situations.EXPIRIES),
    *rows("patient_fit", "chinalife-cancer-rider/CART-5", infusion, *car_t_situations.EXAMINATIONS),
    *rows("lymphodepletion_done", "chinalife-cancer-rider/CART-5", infusion, *car_t_situations.CONDITIONING),
    *rows(
        "car_t_site_designated",
        "chinalife-cancer-rider/CART-5 CART-1",
        infusion,
        ("at a designated institution", {}, MET),
        ("at another campus", {"site": "江苏省人民医院宿迁分院"}, REFUSED),
    ),
    *rows(
        "infusion_within_window",
        "chinalife-cancer-rider/CART-4",
        infusion,
        ("364 days after apheresis", {"planned_on": date(2027, 7, 5), "product_expires_on": date(2028, 1, 1)}, MET),
        ("365 days after apheresis", {"planned_on": YEAR_ON, "product_expires_on": date(2028, 1, 1)}, MET),
        ("366 days after apheresis", {"planned_on": date(2027, 7, 7), "product_expires_on": date(2028, 1, 1)}, REFUSED),
        (
            "before the apheresis, by the dates",
            {"planned_on": date(2026, 7, 5), "examined_on": None, "conditioned_on": None},
            REFUSED,
        ),
    ),
]
COSTS = [
    *rows(
        "cost_kind_covered",
        "chinalife-cancer-rider/CART-2 CART-5",
        bill,
        *((f"a cost of the kind {kind}", {"kind": kind}, MET) for kind in [*CostKind][:9]),
        ("bridging therapy", {"kind": CostKind.BRIDGING_THERAPY}, REFERRED),
        ("travel", {"kind": CostKind.TRAVEL}, REFUSED),
        ("another kind", {"kind": CostKind.OTHER}, REFUSED),
    ),
    *rows(
        "first_apheresis_in_cover",
        "chinalife-cancer-rider/CART-4",
        bill,
        ("the last day of cover", {"first_apheresis_on": date(2026, 12, 31), "infused_on": None}, "met refused"),
        ("the day after", {"first_apheresis_on": date(2027, 1, 1), "infused_on": None}, REFUSED),
    ),
    *rows(
        "cost_within_window",
        "chinalife-cancer-rider/CART-4",
        bill,
        ("the day before apheresis", {"incurred_on": date(2026, 7, 5)}, REFUSED),
        ("the day of apheresis", {"incurred_on": APHERESIS}, MET),
        ("29 days after infusion", {"incurred_on": date(2026, 9, 8)}, MET),
        ("30 days after infusion", {"incurred_on": date(2026, 9, 9)}, MET),
        ("31 days after infusion", {"incurred_on": date(2026, 9, 10)}, REFUSED),
        ("365 days after apheresis, not infused", {"incurred_on": YEAR_ON, **MADE}, MET),
        ("366 days after it", {"incurred_on": date(2027, 7, 7), "infused_on": None}, REFUSED),
        ("infused late, 365 days after apheresis", {"incurred_on": YEAR_ON, "infused_on": date(2027, 7, 1)}, MET),
        ("infused late, 366 days", {"incurred_on": date(2027, 7, 7), "infused_on": date(2027, 7, 1)}, REFUSED),
        ("after the policy expired", {"incurred_on": date(2027, 1, 1), **MADE}, MET),
        ("30 days after it could be infused, untold", {"incurred_on": date(2026, 9, 9), **UNTOLD}, MET),
        ("31 days after it could be, untold", {"incurred_on": date(2026, 9, 10), **UNTOLD}, REFERRED),
        ("366 days after apheresis, untold", {"incurred_on": date(2027, 7, 7), **UNTOLD}, REFUSED),
        ("no apheresis", {"first_apheresis_on": None, "infused_on": None}, REFUSED),
        ("infused before the apheresis, by the dates", {"infused_on": date(2026, 7, 5)}, REFERRED),
    ),
    *rows(
        "car_t_site_designated",
        "chinalife-cancer-rider/CART-5 CART-1",
        bill,
        ("at a designated institution", {}, MET),
        ("at another", {"site": "安徽省阜阳市中医院"}, REFUSED),
    ),
    *rows(
        "cost_necessary",
        "chinalife-cancer-rider/CART-2",
        bill,
        ("nobody doubts it", {"necessary": None}, MET),
        ("found necessary", {"necessary": True}, MET),
        ("found unnecessary", {"necessary": False}, REFUSED),
        ("a product released, not infused", {"product_released": True, "infused_on": None}, MET),
        ("a product neither released nor infused", {"infused_on": None}, REFERRED),
        ("such a product, found necessary", {"infused_on": None, "necessary": True}, MET),
        ("such a product, found unnecessary", {"infused_on": None, "necessary": False}, REFUSED),
        ("a bed without any product", {"kind": CostKind.BED, "infused_on": None}, MET),
        ("on the day of death", {"incurred_on": date(2026, 8, 20), "died_on": date(2026, 8, 20)}, MET),
        ("the day after the death", {"incurred_on": date(2026, 8, 21), "died_on": date(2026, 8, 20)}, REFERRED),
        ("such a cost, found necessary", {"necessary": True, "died_on": date(2026, 7, 6)}, MET),
    ),
    *rows(
        "cost_before_cancellation_or_referred",
        "chinalife-cancer-rider/ID-1 CART-4",
        bill,
        *car_t_situations.cancelled_costs(REFERRED),
    ),
]
SETTLEMENT = [
    *rows(
        "insurer_share",
        "chinalife-cancer-rider/CART-3",
        paid,
        ("settled as enrolled", {}, MET),
        ("enrolled, not settled so", {"social_insurance_settled": False}, MET),
        (
            "compensated without being enrolled",
            {"social_insurance_enrolled": False, "social_insurance_compensation": Decimal(300)},
            REFERRED,
        ),
        (
            "compensated without being settled",
            {"social_insurance_settled": False, "social_insurance_compensation": Decimal(300)},
            REFERRED,
        ),
    ),
    *rows(
        "limit_not_exceeded",
        "chinalife-cancer-rider/LIMIT-1",
        paid,
        ("just enough", {"available": Decimal("1000.00")}, MET),
        ("a fen too little", {"available": Decimal("999.99")}, MET),
        ("nothing left", {"available": Decimal("0.00")}, REFUSED),
    ),
]
STANDING = [
    *rows(
        "spent_until_then_covered",
        "chinalife-cancer-rider/CART-4 CART-5",
        ended_by,
        *((f"{news} after apheresis", {"news": news, "infused_on": None}, MET) for news in car_t_situations.ENDS),
        *(
            (f"{news} before any apheresis", {"news": news, "first_apheresis_on": None, "infused_on": None}, REFUSED)
            for news in car_t_situations.ENDS
        ),
        ("on the day of apheresis", {"news": CarTNews.DEATH, "since": APHERESIS, "infused_on": None}, MET),
        (
            "before the apheresis, by the dates",
            {"news": CarTNews.DEATH, "since": date(2026, 7, 5), "infused_on": None},
            REFERRED,
        ),
        (
            "death on the day of the infusion",
            {"news": CarTNews.DEATH, "since": date(2026, 8, 10), "infused_on": date(2026, 8, 10)},
            MET,
        ),
        (
            "death the day before the infusion that is on record",
            {"news": CarTNews.DEATH, "since": date(2026, 8, 9), "infused_on": date(2026, 8, 10)},
            REFERRED,
        ),
        ("another news", {"news": CarTNews.FRAUD}, "not_applicable referred"),
    ),
    *rows(
        "cancelled_before_apheresis_or_referred",
        "chinalife-cancer-rider/ID-1 CART-4",
        ended_by,
        (
            "cancelled before any apheresis",
            {"news": CarTNews.POLICY_CANCELLED, "first_apheresis_on": None, "infused_on": None},
            REFUSED,
        ),
        ("cancelled on the day of apheresis", {"news": CarTNews.POLICY_CANCELLED, "since": APHERESIS}, REFUSED),
        ("cancelled the day after", {"news": CarTNews.POLICY_CANCELLED, "since": date(2026, 7, 7)}, REFERRED),
        ("another news", {"news": CarTNews.DEATH}, SILENT),
    ),
    *rows(
        "used_by_the_insured_or_referred",
        "chinalife-cancer-rider/CART-5",
        ended_by,
        *car_t_situations.car_t_frauds(REFERRED),
    ),
]


@pytest.mark.parametrize(
    "row", [*AUTHORIZATION, *SITES, *ASSESSMENT, *APHERESIS_CLAUSES, *INFUSION, *COSTS, *SETTLEMENT, *STANDING], ids=str
)
def test_each_clause(row: Row) -> None:
    """The rule answers the situation under exactly these ids, with this outcome and verdict."""
    assert decided(PRODUCT, row) == expected(row)


@pytest.mark.parametrize(
    ("rule", "changes", "verdict", "pays"),
    [
        ("chinalife-cancer-rider/CART-3", {}, "approved", "1000.00"),
        ("chinalife-cancer-rider/CART-3", {"social_insurance_settled": False}, "approved", "600.00"),
        (
            "chinalife-cancer-rider/CART-3",
            {"social_insurance_enrolled": False, "social_insurance_settled": False},
            "approved",
            "1000.00",
        ),
        (
            "chinalife-cancer-rider/CART-3",
            {"social_insurance_settled": False, "other_compensation": Decimal(100)},
            "approved",
            "540.00",
        ),
        (
            "chinalife-cancer-rider/CART-3",
            {"social_insurance_compensation": Decimal(300), "other_compensation": Decimal(200)},
            "approved",
            "500.00",
        ),
        (
            "chinalife-cancer-rider/CART-3",
            {"social_insurance_settled": False, "social_insurance_compensation": Decimal(300)},
            "referred",
            None,
        ),
        ("chinalife-cancer-rider/LIMIT-1", {"available": Decimal("999.99")}, "approved", "999.99"),
        ("chinalife-cancer-rider/LIMIT-1", {"available": Decimal("0.00")}, "refused", "0.00"),
    ],
)
def test_amounts(rule: str, changes: dict[str, object], verdict: str, pays: str | None) -> None:
    """A cost of 1,000: in full, or 60 % for the enrolled who did not settle so, after every other compensation."""
    decision = ask(PRODUCT, paid(**changes))
    assert ids_in(rule) <= {cited.rule for each in decision.findings for cited in each.citations}
    assert decision.verdict == verdict
    assert (decision.amounts and str(decision.amounts.insurer_pays)) == pays


def test_papers_of_the_report() -> None:
    """chinalife-cancer-rider/CART-6: contract, identity document, diagnosis with pathology and laboratory reports."""
    wanted = ("policy", "id_document", "diagnosis_certificate", "pathology_report", "laboratory_report")
    assert due(PRODUCT, authorized(papers=())) == dict.fromkeys(wanted, "chinalife-cancer-rider/CART-6")


@pytest.mark.parametrize(
    ("name", "rule", "value"),
    [
        ("car_t_days_after_apheresis", "chinalife-cancer-rider/CART-4", 365),
        ("car_t_days_after_infusion", "chinalife-cancer-rider/CART-4", 30),
        ("car_t_cost_kinds", "chinalife-cancer-rider/CART-2", tuple(CostKind)[:9]),
        ("car_t_unsettled_ratio", "chinalife-cancer-rider/CART-3", Decimal("0.60")),
        ("car_t_sites", "chinalife-cancer-rider/CART-5", "table-5"),
    ],
)
def test_terms_of_the_therapy(name: str, rule: str, value: object) -> None:
    """The printed figures; what they leave open has its reading beside it."""
    assert valued(PRODUCT, name) == (rule, value)
    assert term(PRODUCT, name).note

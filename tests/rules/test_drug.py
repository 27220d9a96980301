"""The drug: listed under any of its names, within its printed limits, applied for in time."""

from datetime import date

import pytest

from schemas.clinical import DrugName
from tests.rules.cases import (
    ALL,
    AXA,
    PINGAN_B,
    PINGAN_CANCER,
    ask,
    authorization,
    diagnosis,
    finding,
    insured,
    outcome,
    prescription,
)

LYMPHOMA = {"icd10": "C83.3", "disease": "弥漫性大B细胞淋巴瘤", "subtype": "弥漫性大B细胞淋巴瘤非特指型"}


def prescribed(name: str, manufacturer: str = "") -> dict[str, object]:
    return {"prescription": prescription(drug=DrugName(name=name, manufacturer=manufacturer))}


@pytest.mark.parametrize("product", ALL)
@pytest.mark.parametrize(("name", "expected"), [("爱博新", "met"), ("阿司匹林", "not_met")])
def test_only_listed_drugs(product: str, name: str, expected: str) -> None:
    """Every list has 爱博新, none has aspirin."""
    assert outcome(product, authorization(product, **prescribed(name)), "drug_listed") == expected


@pytest.mark.parametrize(
    ("name", "manufacturer", "expected"),
    [("帕博利珠单抗", "", "met"), ("帕博利珠单抗", "默沙东", "met"), ("帕博利珠单抗", "某仿制药厂", "not_met")],
)
def test_the_maker_narrows(name: str, manufacturer: str, expected: str) -> None:
    """A generic name alone stands for the listed brands; another maker's drug is another drug."""
    facts = authorization(**prescribed(name, manufacturer))
    assert outcome(PINGAN_B, facts, "drug_listed") == expected


@pytest.mark.parametrize(
    ("code", "disease", "expected"),
    [
        ("C50.9", "乳腺癌", "met"),
        ("C50.1", "乳腺恶性肿瘤", "met"),
        ("C34.1", "肺癌", "not_met"),
        ("C34.1", "乳腺癌肺转移", "referred"),
    ],
)
def test_printed_cancers_are_a_limit(code: str, disease: str, expected: str) -> None:
    """Code or words agree, both disagree, or they contradict each other."""
    facts = authorization(diagnosis=diagnosis(icd10=code, disease=disease))
    assert outcome(PINGAN_CANCER, facts, "drug_limits_met") == expected


def test_a_refusal_by_cancer_says_what_can_be_done() -> None:
    """Where today's label is wider than the list, the insurer can be asked."""
    facts = authorization(diagnosis=diagnosis(icd10="C34.1", disease="肺癌"))
    told = finding(ask(PINGAN_CANCER, facts), "drug_limits_met")
    assert "乳腺癌" in told.why.zh
    assert "label is wider" in told.why.en
    assert told.next_step is not None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"prior_lines": 2}, "met"),
        ({"prior_lines": 3}, "met"),
        ({"prior_lines": 1}, "not_met"),
        ({"prior_lines": None}, "referred"),
        ({"prior_lines": 2, "subtype": ""}, "referred"),
        ({"prior_lines": 2, "subtype": "套细胞淋巴瘤"}, "referred"),
        ({"prior_lines": 1, "subtype": ""}, "not_met"),
    ],
)
def test_car_t_rows_keep_lines_and_subtypes(changes: dict[str, object], expected: str) -> None:
    """Two lines came before, of a printed sub-type; what is unknown or spelled otherwise goes to a person."""
    facts = authorization(diagnosis=diagnosis(**(LYMPHOMA | changes)), **prescribed("奕凯达"))
    assert outcome(PINGAN_B, facts, "drug_limits_met") == expected


def test_each_row_has_its_own_subtypes() -> None:
    """Follicular lymphoma grade 3b is printed for 倍诺达 alone."""
    sick = diagnosis(**(LYMPHOMA | {"subtype": "3b级滤泡性淋巴瘤", "prior_lines": 2}))
    assert outcome(PINGAN_B, authorization(diagnosis=sick, **prescribed("倍诺达")), "drug_limits_met") == "met"
    assert outcome(PINGAN_B, authorization(diagnosis=sick, **prescribed("奕凯达")), "drug_limits_met") == "referred"


def test_adults_only() -> None:
    """The two CAR-T rows are for adults."""
    sick = diagnosis(**(LYMPHOMA | {"prior_lines": 2}))
    facts = authorization(diagnosis=sick, insured=insured(birth_date=date(2010, 1, 1)), **prescribed("奕凯达"))
    assert outcome(PINGAN_B, facts, "drug_limits_met") == "not_met"


def test_no_limits_to_check_for_an_unlisted_drug() -> None:
    """The list rule speaks; the limits stay silent."""
    assert outcome(AXA, authorization(AXA, **prescribed("阿司匹林")), "drug_limits_met") == "not_applicable"


@pytest.mark.parametrize(("lacks", "expected"), [(True, "met"), (False, "not_met"), (None, "referred")])
def test_the_hospital_lacks_the_drug(lacks: bool | None, expected: str) -> None:  # noqa: FBT001 - a table's column
    """AXA serves where the hospital cannot; unknown is asked."""
    assert outcome(AXA, authorization(AXA, hospital_lacks_drug=lacks), "hospital_lacks_drug") == expected


@pytest.mark.parametrize(
    ("planned", "expected"),
    [(date(2026, 7, 5), "met"), (date(2026, 7, 4), "not_met"), (date(2026, 7, 1), "not_met"), (None, "referred")],
)
def test_four_days_before_the_purchase(planned: date | None, expected: str) -> None:
    """Applied on 1 July, the purchase may be planned from 5 July on."""
    assert outcome(AXA, authorization(AXA, planned_purchase_on=planned), "applied_in_time") == expected


def test_a_late_application_is_told_the_earliest_day() -> None:
    """The way out is another day of purchase."""
    told = finding(ask(AXA, authorization(AXA, planned_purchase_on=date(2026, 7, 3))), "applied_in_time")
    assert told.next_step is not None
    assert "2026-07-05" in told.next_step.zh

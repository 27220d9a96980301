"""Diagnosis: first, where, by whom, proven, severe."""

from datetime import date

import pytest

from schemas.clinical import HospitalKind
from schemas.papers import PaperKind
from tests.rules.cases import (
    AXA,
    CHINALIFE,
    EVERY_PAPER,
    HOSPITAL,
    PINGAN_B,
    PINGAN_CANCER,
    YUANXIN,
    ask,
    authorization,
    diagnosis,
    finding,
    outcome,
    under,
)

AT = {
    PINGAN_B: "diagnosed_by_specialist_at_agreed_hospital",
    PINGAN_CANCER: "diagnosed_by_specialist_at_agreed_hospital",
    YUANXIN: "diagnosed_at_ordinary_department",
    CHINALIFE: "diagnosed_at_public_or_recognised_hospital",
}


def at_hospital(product: str, **changes: object) -> str:
    facts = authorization(product, diagnosis=diagnosis(hospital=HOSPITAL.model_copy(update=changes)))
    return outcome(product, facts, AT[product])


@pytest.mark.parametrize("product", [PINGAN_B, PINGAN_CANCER, CHINALIFE, AXA, YUANXIN])
def test_a_recurrence_is_not_a_first_diagnosis(product: str) -> None:
    """Whatever the product, an earlier cancer rules the claim out."""
    decision = ask(product, authorization(product, diagnosis=diagnosis(first_ever=False)))
    assert decision.verdict == "refused"
    assert finding(decision, "first_diagnosis_since_birth").next_step is not None


def test_a_diagnosis_after_the_application_is_looked_into() -> None:
    """A date that cannot be is no reason to refuse."""
    facts = authorization(diagnosis=diagnosis(diagnosed_on=date(2026, 7, 2)))
    assert outcome(PINGAN_B, facts, "first_diagnosis_since_birth") == "referred"


@pytest.mark.parametrize("product", list(AT))
@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, "met"), ({"grade": 2}, "met"), ({"grade": 1}, "not_met"), ({"public": False}, "not_met")],
)
def test_grade_and_ownership(product: str, changes: dict[str, object], expected: str) -> None:
    """Public hospitals of grade 2 and above count everywhere a grade is printed."""
    assert at_hospital(product, **changes) == expected


@pytest.mark.parametrize("product", list(AT))
def test_mainland_only(product: str) -> None:
    """Hospitals elsewhere do not count."""
    assert at_hospital(product, mainland=False) == "not_met"


@pytest.mark.parametrize("kind", [each for each in HospitalKind if each is not HospitalKind.GENERAL])
def test_excluded_kinds_of_hospital(kind: HospitalKind) -> None:
    """Three documents leave institutions out that do not treat first of all; China Life's clause does not."""
    assert at_hospital(PINGAN_B, kind=kind) == "not_met"
    assert at_hospital(YUANXIN, kind=kind) == "not_met"
    assert at_hospital(CHINALIFE, kind=kind) == "met"


def test_only_yuanxin_asks_for_an_ordinary_department_with_staff_at_night() -> None:
    """International departments and unstaffed houses fail there alone."""
    for change in ({"ordinary_department": False}, {"staffed_day_and_night": False}):
        assert at_hospital(YUANXIN, **change) == "not_met"
        assert at_hospital(PINGAN_B, **change) == "met"


def test_only_china_life_accepts_a_recognised_institution() -> None:
    """The insurer's own recognition stands in for grade and ownership where the clause says so."""
    private = {"public": False, "grade": 0, "recognised_by_insurer": True}
    assert at_hospital(CHINALIFE, **private) == "met"
    assert at_hospital(PINGAN_B, **private) == "not_met"


@pytest.mark.parametrize("product", list(AT))
def test_a_specialist_diagnoses(product: str) -> None:
    """A diagnosis by anyone else does not count."""
    facts = authorization(product, diagnosis=diagnosis(by_specialist=False))
    assert outcome(product, facts, AT[product]) == "not_met"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("C00.0", "met"),
        ("C50.9", "met"),
        ("C97", "met"),
        ("C98", "not_met"),
        ("D05.1", "not_met"),
        ("D24", "not_met"),
        ("D47.4", "referred"),
        ("E11.9", "not_met"),
        ("B21.0", "not_met"),
    ],
)
def test_malignant_means_c00_to_c97(code: str, expected: str) -> None:
    """Blood diseases that ICD-10 leaves uncertain go to a person."""
    facts = authorization(diagnosis=diagnosis(icd10=code))
    assert outcome(PINGAN_B, facts, "malignancy_proven_by_pathology") == expected


def test_the_pathology_report_is_asked_for_and_then_read() -> None:
    """Unproven: the report is due; once it has come a person reads it, so that nobody is asked twice."""
    unproven = diagnosis(pathology_confirmed=False)
    without = tuple(paper for paper in EVERY_PAPER if paper.kind is not PaperKind.PATHOLOGY_REPORT)
    decision = ask(PINGAN_B, authorization(diagnosis=unproven, papers=without))
    assert decision.verdict == "papers_due"
    assert [paper.kind for paper in decision.papers_due] == [PaperKind.PATHOLOGY_REPORT]
    assert ask(PINGAN_B, authorization(diagnosis=unproven)).verdict == "referred"


@pytest.mark.parametrize("product", [CHINALIFE, AXA])
@pytest.mark.parametrize(("severe", "expected"), [(True, "met"), (False, "not_met"), (None, "referred")])
def test_severe_malignancy(product: str, severe: bool | None, expected: str) -> None:  # noqa: FBT001 - a table's column
    """Two products cover severe malignancies only; an unestablished grade is asked of a person."""
    facts = authorization(product, diagnosis=diagnosis(severe_malignancy=severe))
    assert outcome(product, facts, "severe_malignancy") == expected


def test_a_policy_without_severe_malignancy_cover() -> None:
    """The policy itself may leave it out."""
    assert outcome(CHINALIFE, under(CHINALIFE, severe_malignancy_cover=False), "severe_malignancy") == "not_met"

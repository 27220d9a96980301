"""The prescription as a document."""

from datetime import date

import pytest

from schemas.clinical import PrescriptionItem
from tests.rules.cases import CHINALIFE, HOSPITAL, PINGAN_B, YUANXIN, ask, finding, outcome, prescription, review


@pytest.mark.parametrize("item", list(PrescriptionItem))
def test_every_particular_is_shown(item: PrescriptionItem) -> None:
    """One missing particular calls for a new prescription."""
    shows = tuple(each for each in PrescriptionItem if each is not item)
    decision = ask(PINGAN_B, review(prescription=prescription(shows=shows)))
    assert decision.verdict == "refused"
    told = finding(decision, "prescription_complete")
    assert told.facts["missing"] == item.value
    assert told.next_step is not None


@pytest.mark.parametrize(
    ("altered", "signed", "expected"),
    [(False, False, "met"), (True, True, "met"), (True, False, "not_met")],
)
def test_alterations_are_signed(altered: bool, signed: bool, expected: str) -> None:  # noqa: FBT001 - a table's columns
    """An unsigned alteration refuses the prescription."""
    facts = review(prescription=prescription(altered=altered, alteration_signed=signed))
    assert outcome(PINGAN_B, facts, "prescription_complete") == expected


@pytest.mark.parametrize(("days", "expected"), [(30, "met"), (31, "not_met")])
def test_thirty_days_in_one_prescription(days: int, expected: str) -> None:
    """China Life's clause ends at thirty."""
    facts = review(prescription=prescription(days_supply=days))
    assert outcome(CHINALIFE, facts, "days_supply_within_limit") == expected


@pytest.mark.parametrize(
    ("previous", "first", "expected"),
    [
        (date(2026, 6, 10), False, "met"),
        (date(2026, 6, 11), False, "not_met"),
        (date(2026, 6, 30), False, "not_met"),
        (date(2026, 7, 1), False, "referred"),
        (None, True, "not_applicable"),
        (None, False, "referred"),
    ],
)
def test_twenty_days_between_prescriptions(
    previous: date | None,
    first: bool,  # noqa: FBT001 - a table's column
    expected: str,
) -> None:
    """With a prescription of 30 June, the one before may be of 10 June or earlier."""
    facts = review(previous_prescribed_on=previous, first_purchase=first)
    assert outcome(CHINALIFE, facts, "interval_since_last_prescription") == expected


@pytest.mark.parametrize(
    ("product", "name"),
    [(CHINALIFE, "prescribed_by_specialist"), (YUANXIN, "prescribed_at_ordinary_department")],
)
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "met"),
        ({"by_specialist": False}, "not_met"),
        ({"hospital": HOSPITAL.model_copy(update={"grade": 1})}, "not_met"),
    ],
)
def test_a_specialist_of_an_agreed_hospital(product: str, name: str, changes: dict[str, object], expected: str) -> None:
    """Who prescribes, and where, counts as it does for the diagnosis."""
    assert outcome(product, review(prescription=prescription(**changes)), name) == expected


def test_recognised_and_ordinary_hospitals_differ_by_product() -> None:
    """China Life recognises institutions of its own choice; Yuanxin asks for ordinary departments."""
    private = prescription(hospital=HOSPITAL.model_copy(update={"public": False, "recognised_by_insurer": True}))
    assert outcome(CHINALIFE, review(prescription=private), "prescribed_by_specialist") == "met"
    special = prescription(hospital=HOSPITAL.model_copy(update={"ordinary_department": False}))
    assert outcome(YUANXIN, review(prescription=special), "prescribed_at_ordinary_department") == "not_met"

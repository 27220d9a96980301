"""How long medication is covered, on the last day and the day after."""

from datetime import date

import pytest

from tests.rules.cases import (
    AXA,
    CHINALIFE,
    EXPIRES,
    PINGAN_B,
    PINGAN_CANCER,
    YUANXIN,
    ask,
    authorization,
    counter,
    outcome,
    prescription,
    review,
    settlement,
    under,
)


@pytest.mark.parametrize(
    ("product", "day", "expected"),
    [
        (PINGAN_B, date(2026, 12, 31), "met"),
        (PINGAN_B, date(2027, 1, 1), "not_met"),
        (CHINALIFE, date(2026, 12, 31), "met"),
        (CHINALIFE, date(2027, 1, 1), "not_met"),
        (AXA, date(2026, 12, 31), "met"),
        (AXA, date(2027, 1, 1), "not_met"),
        (YUANXIN, date(2027, 1, 30), "met"),
        (YUANXIN, date(2027, 1, 31), "not_met"),
        (PINGAN_CANCER, date(2027, 6, 1), "met"),
        (PINGAN_CANCER, date(2027, 6, 2), "not_met"),
    ],
)
def test_the_last_day_of_medication(product: str, day: date, expected: str) -> None:
    """Diagnosed on 2026-06-01, expired on 2026-12-31: what each document still pays."""
    assert outcome(product, review(reviewed_on=day), "within_medication_term") == expected
    facts = authorization(product).model_copy(update={"applied_on": day})
    assert outcome(product, facts, "within_medication_term") == expected


@pytest.mark.parametrize(("day", "expected"), [(date(2027, 12, 31), "met"), (date(2028, 1, 1), "not_met")])
@pytest.mark.parametrize("product", [PINGAN_B, YUANXIN, CHINALIFE])
def test_a_renewed_policy_carries_the_treatment_on(product: str, day: date, expected: str) -> None:
    """The renewed period replaces the days after expiry."""
    facts = review(reviewed_on=day, renewed_to=date(2027, 12, 31))
    assert outcome(product, facts, "within_medication_term") == expected


@pytest.mark.parametrize(
    ("day", "earlier", "expected"),
    [
        (date(2028, 3, 1), {}, "met"),
        (date(2028, 3, 1), {"first_purchase": False, "first_purchased_on": date(2027, 6, 1)}, "not_met"),
        (date(2028, 3, 1), {"first_purchase": False, "first_purchased_on": date(2027, 6, 2)}, "met"),
        (date(2028, 3, 1), {"first_purchase": False}, "referred"),
        (date(2028, 7, 1), {}, "not_met"),
        (date(2028, 7, 1), {"first_purchase": False}, "not_met"),
    ],
)
def test_without_a_first_purchase_in_time_liability_ends_with_the_policy(
    day: date, earlier: dict[str, object], expected: str
) -> None:
    """Past diagnosis + 365, a policy that runs longer pays on where the first purchase came after those days."""
    facts = review(reviewed_on=day, expires_on=date(2028, 6, 30), **earlier)
    assert outcome(PINGAN_CANCER, facts, "within_medication_term") == expected


def test_a_prescription_dated_ahead_counts_by_its_own_day() -> None:
    """Nobody stretches the term by applying early with a later prescription."""
    facts = authorization(prescription=prescription(issued_on=date(2027, 1, 1)))
    assert outcome(PINGAN_B, facts, "within_medication_term") == "not_met"


@pytest.mark.parametrize(
    ("product", "day", "expected"),
    [
        (CHINALIFE, EXPIRES, "met"),
        (CHINALIFE, date(2027, 1, 1), "not_met"),
        (YUANXIN, date(2027, 1, 30), "met"),
        (YUANXIN, date(2027, 1, 31), "not_met"),
    ],
)
def test_the_cost_arises_within_the_term(product: str, day: date, expected: str) -> None:
    """A drug dispensed after the last day is the insured person's own cost, whole."""
    decision = ask(product, settlement(dispensed_on=day))
    assert outcome(product, settlement(dispensed_on=day), "cost_within_term") == expected
    assert decision.amounts is not None
    assert (decision.amounts.insurer_pays == 0) is (expected == "not_met")


@pytest.mark.parametrize("product", [PINGAN_B, CHINALIFE, AXA])
@pytest.mark.parametrize(("booked_on", "expected"), [(EXPIRES, "met"), (date(2027, 1, 1), "not_met")])
def test_the_cost_of_a_delivery_arises_with_its_booking(product: str, booked_on: date, expected: str) -> None:
    """Booked in time it is handed over and paid, whatever days the courier takes: the door and the bill agree."""
    arrived = date(2027, 1, 5)
    bill, door = (
        settlement(dispensed_on=arrived, booked_on=booked_on),
        counter(handed_over_on=arrived, booked_on=booked_on),
    )
    assert outcome(product, bill, "cost_within_term") == expected
    assert outcome(product, door, "handed_over_within_term") == expected


def test_a_long_policy() -> None:
    """The policy's own end decides, whatever its length."""
    assert ask(PINGAN_B, under(PINGAN_B, expires_on=date(2046, 12, 31))).verdict == "approved"

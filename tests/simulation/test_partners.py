"""The partners of a simulated journey: what they are told to do, one call after another."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from activities.errors import PartnerRefusedError, PartnerUnavailableError
from schemas.partners import PartnerName
from simulation.partners import Cast
from simulation.scenario import Behaviour

COURIER = PartnerName.COURIER


def cast(*told: Behaviour) -> Cast:
    return Cast({}, Decimal("8000.00"), {COURIER: {"book": told}}, lambda: datetime(2026, 11, 20, tzinfo=UTC))


def book(of: Cast, call: str) -> object:
    return of.meet(COURIER, "book", ("bookings",), call, {})["tracking_number"]


def test_a_call_whose_answer_was_lost_is_met_as_before() -> None:
    """It takes no other call's turn, and gets the number that was given."""
    told = cast(Behaviour(answer={"tracking_number": "first"}), Behaviour(answer={"tracking_number": "second"}))
    assert [book(told, call) for call in ("one", "one", "two", "one", "two")] == [
        "first",
        "first",
        "second",
        "first",
        "second",
    ]
    assert [book(told, call) for call in ("three", "three", "four")] == ["parcel-3", "parcel-3", "parcel-4"]


def test_a_refusal_that_was_lost_is_a_refusal_again() -> None:
    """The next call gets what comes next."""
    told = cast(Behaviour(refuse="no van today"), Behaviour(answer={"tracking_number": "first"}))
    for _ in range(2):
        with pytest.raises(PartnerRefusedError, match="no van today"):
            book(told, "one")
    assert book(told, "two") == "first"


def test_each_attempt_in_vain_is_one_of_those_that_fail() -> None:
    """Not answering twice is two attempts of one call."""
    told = cast(Behaviour(fail=2))
    for _ in range(2):
        with pytest.raises(PartnerUnavailableError):
            book(told, "one")
    assert book(told, "one") == "parcel-1"

"""The treatment period: its two ends, leap years, and where a decision shows it."""

from datetime import date

import pytest

from rules.context import Context
from rules.treatment_window import treatment_window
from schemas.car_t_facts import CarTNews
from schemas.decision import Facts
from tests.rules.car_t_cases import APHERESIS, authorized, bill, collected, ended, infusion
from tests.rules.cases import AXA, CHINALIFE, EFFECTIVE, PINGAN_B, PINGAN_CANCER, ask, products


def context(product: str = CHINALIFE) -> Context:
    """What a rule sees of a product; nothing is looked up in its lists here."""

    def nothing(*_: object) -> None:
        raise AssertionError

    return Context(products().get(product), EFFECTIVE, nothing, nothing, nothing, nothing)  # type: ignore[arg-type]  # never called


@pytest.mark.parametrize(
    ("apheresis", "infusion_on", "closes", "by"),
    [
        ("2026-03-02", None, "2027-03-02", "apheresis"),
        ("2027-03-01", None, "2028-02-29", "apheresis"),
        ("2027-02-28", None, "2028-02-28", "apheresis"),
        ("2028-02-29", None, "2029-02-28", "apheresis"),
        ("2026-03-02", "2026-04-01", "2026-05-01", "infusion"),
        ("2026-03-02", "2028-01-30", "2027-03-02", "apheresis"),
        ("2026-03-02", "2027-01-30", "2027-03-01", "infusion"),
        ("2026-03-02", "2027-01-31", "2027-03-02", "apheresis"),
        ("2026-03-02", "2027-02-01", "2027-03-02", "apheresis"),
        ("2027-03-01", "2028-01-30", "2028-02-29", "apheresis"),
        ("9999-12-30", None, "9999-12-31", "apheresis"),
    ],
)
def test_the_earlier_end_closes_it(apheresis: str, infusion_on: str | None, closes: str, by: str) -> None:
    """chinalife-cancer-rider/CART-4: apheresis + 365 or infusion + 30, whichever comes first, by the calendar."""
    infused = date.fromisoformat(infusion_on) if infusion_on else None
    window = treatment_window(date.fromisoformat(apheresis), infused, context())
    assert window is not None
    assert (str(window.opens_on), str(window.closes_on), window.closed_by) == (apheresis, closes, by)
    assert window.rule == "chinalife-cancer-rider/CART-4"


def test_it_says_how_it_was_reckoned() -> None:
    """In both languages, with the day that closes it and why."""
    open_one = treatment_window(date(2026, 3, 2), None, context())
    closed = treatment_window(date(2026, 3, 2), date(2026, 4, 1), context())
    assert open_one is not None
    assert closed is not None
    assert open_one.reckoning.en == "day 1 = 2026-03-02; closes 2027-03-02 (apheresis + 365)"
    assert open_one.reckoning.zh == "第 1 日 = 2026-03-02；止于 2027-03-02（单采后第 365 日）"
    assert closed.reckoning.en == "day 1 = 2026-03-02; closes 2026-05-01 (infusion + 30)"
    assert closed.reckoning.zh == "第 1 日 = 2026-03-02；止于 2026-05-01（回输后第 30 日）"


@pytest.mark.parametrize("product", [PINGAN_B, AXA, PINGAN_CANCER])
def test_a_document_without_it_has_none(product: str) -> None:
    """A drug of the list is paid for its term."""
    assert treatment_window(APHERESIS, None, context(product)) is None


@pytest.mark.parametrize(
    ("facts", "opens", "closes"),
    [
        (collected(), "2026-07-06", "2027-07-06"),
        (collected(first_apheresis_on=date(2026, 7, 1)), "2026-07-01", "2027-07-01"),
        (collected(performed_on=date(2027, 1, 1)), None, None),
        (collected(first_apheresis_on=APHERESIS, performed_on=date(2028, 1, 1)), "2026-07-06", "2027-07-06"),
        (infusion(), "2026-07-06", "2027-07-06"),
        (bill(), "2026-07-06", "2026-09-09"),
        (bill(infused_on=None), "2026-07-06", "2027-07-06"),
        (bill(first_apheresis_on=None, infused_on=None), None, None),
        (ended(CarTNews.DEATH), "2026-07-06", "2026-09-09"),
        (ended(CarTNews.WITHDRAWN, first_apheresis_on=None, infused_on=None), None, None),
        (authorized(), None, None),
    ],
)
def test_a_decision_shows_it(facts: Facts, opens: str | None, closes: str | None) -> None:
    """Wherever an apheresis is known; one that was refused opens none, a repeated one no new one."""
    window = ask(CHINALIFE, facts).window
    assert (window and str(window.opens_on), window and str(window.closes_on)) == (opens, closes)

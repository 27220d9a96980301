"""The plan of a journey: which row of the drug list it names, when rows of one name begin and end."""

from datetime import date

import pytest

from activities.decisions import Decisions
from products.calendar import load_calendar
from schemas.plan import PlanRequest
from tests.rules.test_list_days import BEFORE_ALL, DAYS, DECIDED, MEDICINE, PRESCRIBED, REPORTED, relisted, row


async def planned(product: str, day: date, **days: date) -> str:
    """Id of the row that a plan names, where one row ended the day before `day` and another began on it."""
    before = date.fromordinal(day.toordinal() - 1)
    rows = (row(product, BEFORE_ALL, before), row(product, day, id=f"{product}-901"))
    request = PlanRequest(
        product=product,
        drug=MEDICINE,
        effective_on=date(2026, 1, 1),
        expires_on=date(2026, 12, 31),
        diagnosed_on=date(2026, 6, 1),
        first_purchased_on=DECIDED,
        **days,
    )
    return (await Decisions(relisted(product, *rows), load_calendar()).plan(request)).drug_id


@pytest.mark.parametrize(("product", "day"), DAYS)
async def test_the_plan_names_the_row_of_the_day_whose_list_counts(product: str, day: date) -> None:
    """As the rules do: the row that began on that day, not the first one printed."""
    days = {"prescribed_on": PRESCRIBED, "applied_on": REPORTED, "planned_on": DECIDED}
    assert await planned(product, day, **days) == f"{product}-901"


@pytest.mark.parametrize("product", [product for product, _ in DAYS])
async def test_a_drug_off_the_list_is_still_named(product: str) -> None:
    """It is refused by the rules with their reason; the status shows its name all the same."""
    before_all = date(2025, 12, 1)
    days = {"prescribed_on": before_all, "applied_on": before_all, "planned_on": before_all}
    assert await planned(product, DECIDED, **days) == row(product).id


@pytest.mark.parametrize(("product", "day"), DAYS)
async def test_a_request_that_tells_no_days_gets_the_first_row_printed(product: str, day: date) -> None:
    """Requests of an earlier release tell none."""
    assert await planned(product, day) == row(product).id

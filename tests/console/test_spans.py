"""Spans as agents write them: which there are, and until when something is due within one."""

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.spans import check_span, end_of
from console.working_hours import DEFAULT_HOURS, working_hours
from products.calendar import load_calendar
from rules.deadlines import reckon
from schemas.civil import CHINA
from schemas.deadline import Budget, BudgetUnit, DeadlineRequest

CALENDAR = load_calendar()
HOURS = working_hours(DEFAULT_HOURS)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(tzinfo=CHINA))  # noqa: DTZ001 - China's clock is put on it


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("span", "now", "until"),
    [
        ("4wh", "2026-11-20 16:00", "2026-11-23 11:00"),
        ("2h", "2026-11-20 23:00", "2026-11-21 01:00"),
        ("0h", "2026-11-20 23:00", "2026-11-20 23:00"),
        ("0d", "2026-11-20 10:00", "2026-11-21 00:00"),
        ("3d", "2026-11-20 10:00", "2026-11-24 00:00"),
        ("0wd", "2026-11-20 10:00", "2026-11-21 00:00"),
        ("2wd", "2026-11-20 10:00", "2026-11-25 00:00"),
        ("1wd", "2026-02-13 10:00", "2026-02-15 00:00"),
        ("2wd", "2026-02-13 10:00", "2026-02-25 00:00"),
        ("999wh", "2026-01-05 09:00", "2026-06-18 09:00"),
    ],
)
def test_the_end_of_a_span(span: str, now: str, until: str) -> None:
    """Hours are exact, working hours and days go by the calendar, days end at midnight."""
    assert end_of(span, at(now), HOURS, CALENDAR) == at(until)


@given(now=moments, amount=st.integers(0, 99), unit=st.sampled_from(["h", "d", "wd"]))
def test_a_deadline_set_just_now_is_due_within_its_own_span(now: datetime, amount: int, unit: str) -> None:
    """A budget of two working days that begins now is among what is due within two working days."""
    units = {"h": BudgetUnit.HOURS, "d": BudgetUnit.NATURAL_DAYS, "wd": BudgetUnit.WORKING_DAYS}
    budget = Budget(unit=units[unit], amount=amount)
    due_at = reckon(DeadlineRequest(budget=budget, started_at=now), CALENDAR).due_at
    assert due_at == end_of(f"{amount}{unit}", now, HOURS, CALENDAR)


@given(now=moments, amount=st.integers(0, 300), unit=st.sampled_from(["wh", "h", "d", "wd"]))
def test_a_longer_span_ends_no_sooner(now: datetime, amount: int, unit: str) -> None:
    """More of the same unit never narrows the list."""
    ends = [end_of(f"{number}{unit}", now, HOURS, CALENDAR) for number in (amount, amount + 1)]
    assert now <= ends[0] < ends[1]


@pytest.mark.parametrize(
    "text", ["", "4", "wh", "4 wh", "-4wh", "1.5h", "4WH", "4w", "4m", "1000h", "4wh\n", "٤wh", "4hh"]
)
def test_what_is_no_span_is_told_which_there_are(text: str) -> None:
    """The message names every unit."""
    units = "wh (working hours), h (hours), d (natural days) or wd (working days)"
    with pytest.raises(ValueError, match=re.escape(units)):
        check_span(text)

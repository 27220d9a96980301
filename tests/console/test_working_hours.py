"""Working hours: only the open hours of China's working days count, and a number of them ends where work goes on."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.working_hours import DEFAULT_HOURS, WorkingHours, WorkingHoursError, working_hours
from products.calendar import load_calendar
from schemas.civil import CHINA, china_time

CALENDAR = load_calendar()
NINE_TO_SIX = working_hours(DEFAULT_HOURS)
_MOMENT = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=CHINA))  # noqa: DTZ001 - China's clock is put on it
budgets = st.timedeltas(timedelta(), timedelta(hours=120))
day_plans = st.tuples(st.integers(0, 1440), st.integers(0, 1440)).filter(lambda two: two[0] < two[1])
plans = day_plans.map(lambda two: WorkingHours(two[0] * _MINUTE, two[1] * _MINUTE))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("start", "hours", "until"),
    [
        # A plain day, lunch not taken out.
        ("2026-11-23 10:00", 4, "2026-11-23 14:00"),
        ("2026-11-23 09:00", 0, "2026-11-23 09:00"),
        # Before nine and after six.
        ("2026-11-23 06:30", 4, "2026-11-23 13:00"),
        ("2026-11-23 18:00", 1, "2026-11-24 10:00"),
        ("2026-11-23 22:00", 4, "2026-11-24 13:00"),
        ("2026-11-23 22:00", 0, "2026-11-24 09:00"),
        # Used up at closing time: until work begins again.
        ("2026-11-23 14:00", 4, "2026-11-24 09:00"),
        ("2026-11-23 09:00", 9, "2026-11-24 09:00"),
        # Over night and over a weekend.
        ("2026-11-23 16:00", 4, "2026-11-24 11:00"),
        ("2026-11-20 16:00", 4, "2026-11-23 11:00"),
        ("2026-11-21 12:00", 4, "2026-11-23 13:00"),
        ("2026-11-20 14:00", 4, "2026-11-23 09:00"),
        # Saturday 14 and 28 February are made up; Spring Festival is free from the 15th to the 23rd.
        ("2026-02-13 17:00", 4, "2026-02-14 12:00"),
        ("2026-02-14 17:00", 4, "2026-02-24 12:00"),
        ("2026-02-18 11:00", 4, "2026-02-24 13:00"),
        ("2026-02-27 17:00", 4, "2026-02-28 12:00"),
        # An unpublished year counts Monday to Friday.
        ("2027-10-01 17:00", 4, "2027-10-04 12:00"),
        # Weeks.
        ("2026-11-02 09:00", 90, "2026-11-16 09:00"),
    ],
)
def test_a_number_of_working_hours_from_a_moment(start: str, hours: int, until: str) -> None:
    """Nights, weekends, holidays and make-up days count as people work on them."""
    assert NINE_TO_SIX.until(at(start), timedelta(hours=hours), CALENDAR) == at(until)


def test_a_day_may_be_worked_round_the_clock() -> None:
    """00:00-24:00 counts the working day whole."""
    whole = working_hours("00:00-24:00")
    assert whole.until(at("2026-11-20 12:00"), timedelta(hours=13), CALENDAR) == at("2026-11-23 01:00")


@given(plan=plans, start=moments, left=budgets)
def test_just_so_much_has_passed_and_a_moment_later_more(plan: WorkingHours, start: datetime, left: timedelta) -> None:
    """The moment is the last one by which no more than the given time was worked, and work goes on there."""
    until = plan.until(start, left, CALENDAR)
    assert until >= start
    assert plan.worked(start, until, CALENDAR) == left
    assert plan.worked(start, until + _MOMENT, CALENDAR) == left + _MOMENT
    assert CALENDAR.is_working_day(china_time(until).date())


@given(plan=plans, start=moments, first=budgets, then=budgets)
def test_two_stretches_are_one(plan: WorkingHours, start: datetime, first: timedelta, then: timedelta) -> None:
    """Going on from where the first ended comes to the same."""
    between = plan.until(start, first, CALENDAR)
    assert plan.until(between, then, CALENDAR) == plan.until(start, first + then, CALENDAR)


@given(plan=plans, start=moments, later=budgets, left=budgets)
def test_who_starts_later_ends_no_sooner(
    plan: WorkingHours, start: datetime, later: timedelta, left: timedelta
) -> None:
    """The end moves with the start, and the same moment on another clock is the same moment."""
    assert plan.until(start, left, CALENDAR) <= plan.until(start + later, left, CALENDAR)


@given(start=moments, days=st.integers(0, 30))
def test_a_day_holds_its_open_hours_and_no_more(start: datetime, days: int) -> None:
    """Whole days hold nine hours for each one that is worked."""
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    worked = sum(CALENDAR.is_working_day(midnight.date() + timedelta(days=number)) for number in range(days))
    assert NINE_TO_SIX.worked(midnight, midnight + timedelta(days=days), CALENDAR) == worked * timedelta(hours=9)


@pytest.mark.parametrize(
    "text",
    ["", "9-18", "9:00-18:00", "09:00", "09:00-18:00 ", "25:00-26:00", "09:60-18:00", "24:00-24:00", "٠٩:00-18:00"],
)
def test_what_are_no_hours_is_refused(text: str) -> None:
    """The message shows the form."""
    with pytest.raises(WorkingHoursError, match=r"e\.g\. 09:00-18:00"):
        working_hours(text)


@pytest.mark.parametrize("text", ["18:00-09:00", "09:00-09:00"])
def test_hours_end_after_they_begin(text: str) -> None:
    """A working day does not reach over midnight."""
    with pytest.raises(WorkingHoursError, match="must begin before they end"):
        working_hours(text)

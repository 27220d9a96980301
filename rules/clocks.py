"""How each unit of a budget runs: when it is due from a start, and how much of it is used between two moments."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Protocol

from products.calendar import WorkingCalendar
from schemas.civil import CHINA, china_date, china_time, day_ends
from schemas.deadline import BudgetUnit

DAY = timedelta(days=1)
NOON = time(12)
EVENING = time(18)
NOTHING = timedelta()


class Clock(Protocol):
    """One unit's way of counting; what is left of a budget is a length of time, whole days in the units of days."""

    def due(self, start: datetime, left: timedelta) -> datetime:
        """The moment before which it has to happen, with `left` of the budget from `start` on."""

    def used(self, start: datetime, until: datetime) -> timedelta:
        """What of the budget is spent when the clock that runs since `start` stops at `until`."""


class Hours:
    """Exact hours."""

    def due(self, start: datetime, left: timedelta) -> datetime:
        """`left` later."""
        return start + left

    def used(self, start: datetime, until: datetime) -> timedelta:
        """The time between."""
        return until - start


class Days:
    """Days that count: the day of the start does not, the last one ends at 24:00."""

    def __init__(self, counts: Callable[[date], bool]) -> None:
        """`counts` says whether a day is one of the budget's days."""
        self._counts = counts

    def due(self, start: datetime, left: timedelta) -> datetime:
        """The end of the last day; with nothing left, of the day of the start."""
        return day_ends(self.day(start, left.days))

    def day(self, start: datetime, number: int) -> date:
        """The `number`-th day that counts after the day of `start`."""
        day = china_date(start)
        for _ in range(number):
            day += DAY
            while not self._counts(day):
                day += DAY
        return day

    def used(self, start: datetime, until: datetime) -> timedelta:
        """The days between that of the start and that of the stop, neither of them counted."""
        day, last, days = china_date(start) + DAY, china_date(until), 0
        while day < last:
            days += self._counts(day)
            day += DAY
        return days * DAY


class HalfDay:
    """A start before noon is due that afternoon, which ends at 18:00; a later one by noon of the next calendar day."""

    def due(self, start: datetime, left: timedelta) -> datetime:
        """The end of the afternoon, or noon of the next day."""
        del left
        local = china_time(start)
        if local.time() < NOON:
            return datetime.combine(local.date(), EVENING, CHINA)
        return datetime.combine(local.date() + DAY, NOON, CHINA)

    def used(self, start: datetime, until: datetime) -> timedelta:
        """Nothing: a promise for a part of the day begins anew."""
        del start, until
        return NOTHING


class SameDay:
    """Due on the day of the start."""

    def due(self, start: datetime, left: timedelta) -> datetime:
        """The end of the day."""
        del left
        return day_ends(china_date(start))

    def used(self, start: datetime, until: datetime) -> timedelta:
        """Nothing: the day begins anew."""
        del start, until
        return NOTHING


def clock_of(unit: BudgetUnit, calendar: WorkingCalendar) -> Clock:
    """The clock that counts in `unit`."""
    match unit:
        case BudgetUnit.HOURS:
            return Hours()
        case BudgetUnit.NATURAL_DAYS:
            return Days(_every_day)
        case BudgetUnit.WORKING_DAYS:
            return Days(calendar.is_working_day)
        case BudgetUnit.HALF_DAY:
            return HalfDay()
        case BudgetUnit.SAME_DAY:
            return SameDay()


def _every_day(day: date) -> bool:
    del day
    return True

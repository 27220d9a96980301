"""Counting calendar months."""

from calendar import monthrange
from datetime import date


def month_after(start: date, months: int, *, later_than: date) -> date:
    """The first of the days `months`, 2 x `months`, … after `start` that comes after `later_than`.

    A month without that day ends on its last one: a month after January 31 is February 28 or 29.
    """
    passed = max((later_than.year - start.year) * 12 + later_than.month - start.month, months)
    count = passed - passed % months
    while (day := _months_on(start, count)) <= later_than:
        count += months
    return day


def _months_on(start: date, count: int) -> date:
    year, month = divmod(start.month - 1 + count, 12)
    year, month = start.year + year, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))

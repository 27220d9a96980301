"""Lengths of time as agents write them, `4wh` or `2wd`, and the moment until which something is due within one."""

import re
from datetime import datetime, timedelta

from console.working_hours import WorkingHours
from products.calendar import WorkingCalendar
from rules.deadlines import reckon
from schemas.deadline import Budget, BudgetUnit, DeadlineRequest

PATTERN = r"^[0-9]{1,3}(wh|wd|h|d)$"
_FORM = re.compile(PATTERN.removesuffix("$"))
_WORKING_HOURS = "wh"
_UNITS = {"h": BudgetUnit.HOURS, "d": BudgetUnit.NATURAL_DAYS, "wd": BudgetUnit.WORKING_DAYS}


def check_span(text: str) -> str:
    """The text itself, where it is a span; ValueError says which spans there are."""
    if not _FORM.fullmatch(text):
        message = (
            "must be a whole number up to 999 and a unit: wh (working hours), h (hours), d (natural days) or"
            " wd (working days), e.g. 4wh"
        )
        raise ValueError(message)
    return text


def end_of(span: str, now: datetime, hours: WorkingHours, calendar: WorkingCalendar) -> datetime:
    """The moment until which something is due within `span`.

    Days count as those of a budget do: today is left out, the last one counts to its end; 0d is today.
    """
    amount = int(span.rstrip("wdh"))
    unit = span.lstrip("0123456789")
    if unit == _WORKING_HOURS:
        return hours.until(now, timedelta(hours=amount), calendar)
    budget = Budget(unit=_UNITS[unit], amount=amount)
    return reckon(DeadlineRequest(budget=budget, started_at=now), calendar).due_at

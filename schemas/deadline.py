"""Time as data: a budget, the moment it started, who stopped the clock and why, and when it is due."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from schemas.names import RuleId
from schemas.shape import Shape
from schemas.text import Bilingual


class BudgetUnit(StrEnum):
    """How a budget counts: every unit leaves out the day it starts on and includes its last day."""

    HOURS = "hours"
    NATURAL_DAYS = "natural_days"
    WORKING_DAYS = "working_days"
    HALF_DAY = "half_day"
    """Started before noon: due by 18:00 that day; started later: due next day's noon (same-city delivery)."""
    SAME_DAY = "same_day"


class Budget(Shape):
    """How long something may take; `rule` is None for a service level of our own, not printed in a document."""

    unit: BudgetUnit
    amount: int = Field(default=0, ge=0, le=4000)
    rule: RuleId | None = None


class ClockStop(Shape):
    """One stretch in which the clock stood still; `until` None while it still does."""

    since: AwareDatetime
    until: AwareDatetime | None = None
    by: str
    why: Bilingual


class Deadline(Shape):
    """A reckoned deadline. `due_at` is exclusive: the budget is kept by what happens before it."""

    budget: Budget
    started_at: AwareDatetime
    stops: tuple[ClockStop, ...] = ()
    due_at: AwareDatetime
    provisional: bool = False
    """True while it reaches into a year whose working days are not published."""
    calendar_version: str
    reckoning: Bilingual
    """How it was counted, e.g. "day 1 = 2026-03-02, due by the end of 2026-03-02"."""


class DeadlineRequest(Shape):
    """What to reckon: a budget from a start, with the stretches in which the clock stood."""

    budget: Budget
    started_at: AwareDatetime
    stops: tuple[ClockStop, ...] = ()

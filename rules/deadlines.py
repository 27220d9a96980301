"""When a budget of time runs out: China's calendar, working days with make-up days, and clocks that stood still.

A day on which the clock stood, even for a moment, is not counted: what is left of the budget starts anew when the
clock resumes, and the day it resumes, like every day of a start, is not counted either. Hours are exact.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from products.calendar import WorkingCalendar
from rules.clock_stops import Stretch, stretches
from rules.clocks import DAY, Clock, clock_of
from rules.result import say
from schemas.civil import CHINA, china_date, china_time
from schemas.deadline import Budget, BudgetUnit, Deadline, DeadlineRequest
from schemas.text import Bilingual

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Run:
    """How a reckoning went: the last start, what was left then, the stops on the way, and whether one still lasts."""

    start: datetime
    left: timedelta
    due_at: datetime
    stops: int = 0
    stands_still: bool = False


def reckon(request: DeadlineRequest, calendar: WorkingCalendar) -> Deadline:
    """The deadline of a budget; `due_at` is exclusive and in China time.

    While a stop is open no due date runs: `due_at` is then the earliest one possible, as if the clock had resumed at
    the moment it stopped, and `reckoning` says that it stands still. Raises DeadlineError for an impossible stop.
    """
    budget, started_at = request.budget, request.started_at
    run = _run(clock_of(budget.unit, calendar), _whole(budget), started_at, stretches(request.stops, started_at))
    return Deadline(
        budget=budget,
        started_at=started_at,
        stops=request.stops,
        due_at=run.due_at.astimezone(CHINA),
        provisional=_provisional(budget, started_at, run, calendar),
        calendar_version=calendar.version,
        reckoning=_in_words(budget, run, calendar),
    )


def _whole(budget: Budget) -> timedelta:
    hours = budget.unit is BudgetUnit.HOURS
    return timedelta(hours=budget.amount) if hours else timedelta(days=budget.amount)


def _run(clock: Clock, left: timedelta, start: datetime, stood: tuple[Stretch, ...]) -> _Run:
    """Stop by stop: what the clock used before it, then a new start where it resumed."""
    stops = 0
    for stretch in stood:
        if stretch.since >= clock.due(start, left):
            break
        left, stops = left - clock.used(start, stretch.since), stops + 1
        if stretch.until is None:
            return _Run(stretch.since, left, clock.due(stretch.since, left), stops, stands_still=True)
        start = stretch.until
    return _Run(start, left, clock.due(start, left), stops)


def _last_day(due_at: datetime) -> date:
    return china_date(due_at - _MOMENT)


def _provisional(budget: Budget, started_at: datetime, run: _Run, calendar: WorkingCalendar) -> bool:
    """Whether a counted day lies in a year whose working days are not announced."""
    if budget.unit is not BudgetUnit.WORKING_DAYS:
        return False
    first, last = china_date(started_at) + DAY, _last_day(run.due_at)
    return any(not calendar.published(year) for year in range(first.year, last.year + 1))


def _in_words(budget: Budget, run: _Run, calendar: WorkingCalendar) -> Bilingual:
    counted = _counted(budget, run, calendar)
    due = china_time(run.due_at)
    until = f"{_last_day(run.due_at)} 24:00" if due.time() == time() else f"{due:%Y-%m-%d %H:%M}"
    paused = say(f"其间停止计时 {run.stops} 次。", f"Stops of the clock: {run.stops}.") if run.stops else say("", "")
    if run.stands_still:
        since = f"{china_time(run.start):%Y-%m-%d %H:%M}"
        return say(
            f"自 {since} 起停止计时，恢复后重新起算；如即刻恢复，最早 {until} 届满。",
            f"The clock stands still since {since}; resumed at once, due by {until} at the earliest.",
        )
    return say(f"{counted.zh}{until} 前届满。{paused.zh}", f"{counted.en} due by {until}. {paused.en}")


_UNITS = {
    BudgetUnit.NATURAL_DAYS: say("日", "day"),
    BudgetUnit.WORKING_DAYS: say("个工作日", "working day"),
}


def _counted(budget: Budget, run: _Run, calendar: WorkingCalendar) -> Bilingual:
    """The first day that counts since the last start, or the hours and the moment they run from."""
    since = f"{china_time(run.start):%Y-%m-%d %H:%M}"
    number = budget.amount - run.left.days + 1
    if budget.unit in _UNITS and run.left:
        unit = _UNITS[budget.unit]
        first = _last_day(clock_of(budget.unit, calendar).due(run.start, DAY))
        return say(f"第{number}{unit.zh} = {first}，", f"{unit.en} {number} = {first},")
    return say(f"自 {since} 起，", f"From {since},")

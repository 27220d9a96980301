"""One year of the calendar as a table for a terminal, and as data for programs."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TypedDict

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from products.calendar import WorkingCalendar
from workers.cli.words import Words

_MONTHS = range(1, 13)


class Year(TypedDict):
    """What `journeys calendar show --json` prints."""

    year: int
    published: bool
    version: str
    working_days: int
    rest_days: list[date]
    """As announced, the days of a weekend among them."""
    make_up_days: list[date]


def days_of(year: int, calendar: WorkingCalendar) -> Year:
    """The announced days of `year` and how many days of it are worked."""
    announced = calendar.announced(year)
    return Year(
        year=year,
        published=calendar.published(year),
        version=calendar.version,
        working_days=sum(_worked(year, month, calendar) for month in _MONTHS),
        rest_days=[day for day, worked in announced.items() if not worked],
        make_up_days=[day for day, worked in announced.items() if worked],
    )


def year_table(year: int, calendar: WorkingCalendar, words: Words) -> RenderableType:
    """The year month by month; whether it was published stands above, the version below."""
    shown = days_of(year, calendar)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column(words("month"))
    table.add_column(words("rest_days"), style="green", overflow="fold")
    table.add_column(words("make_up_days"), style="yellow", overflow="fold")
    table.add_column(words("working_days"), justify="right")
    for month in _MONTHS:
        days = (_spans(_of(month, shown["rest_days"])), _spans(_of(month, shown["make_up_days"])))
        table.add_row(f"{year}-{month:02}", *days, str(_worked(year, month, calendar)))
    table.add_section()
    counts = (len(shown["rest_days"]), len(shown["make_up_days"]), shown["working_days"])
    table.add_row(str(year), *map(str, counts))
    return Group(_heading(shown, words), Text(), table, Text(f"{words('calendar')} {calendar.version}", style="dim"))


def _heading(shown: Year, words: Words) -> Text:
    state = ("published", "green") if shown["published"] else ("provisional_year", "yellow")
    return Text(f"{shown['year']}  ").append(words(state[0]), style=state[1])


def _worked(year: int, month: int, calendar: WorkingCalendar) -> int:
    days = range(1, monthrange(year, month)[1] + 1)
    return sum(calendar.is_working_day(date(year, month, day)) for day in days)


def _of(month: int, days: Iterable[date]) -> list[int]:
    return [day.day for day in days if day.month == month]


def _spans(days: Sequence[int]) -> str:
    """Days in a row as a span, e.g. `1–3, 28`."""
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in _runs(days))


def _runs(days: Sequence[int]) -> Iterator[tuple[int, int]]:
    if not days:
        return
    breaks = [(one, other) for one, other in pairwise(days) if other != one + 1]
    firsts = [days[0], *(other for _, other in breaks)]
    lasts = [*(one for one, _ in breaks), days[-1]]
    yield from zip(firsts, lasts, strict=True)

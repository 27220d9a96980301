"""One year's holidays and make-up days as the State Council announces them: checked, then entered into the table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from products.calendar import SATURDAY
from products.day_table import read_days
from products.errors import AlreadyAnnouncedError, ProductError

_ALWAYS_FREE = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
"""Month and day of the holidays that no moon moves: a file without one of them is not a whole year."""
_PLAUSIBLE = range(9, 17)
"""Weekdays gained in a year: 9 to 13 in every year from 2004 to 2026; three more for a day granted once."""
_SINCE_2025, _BEFORE_2025 = 13, 11
"""Statutory holidays by the rules on public holidays (全国年节及纪念日放假办法), revised with effect from 2025."""
_REVISED = 2025
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Announcement:
    """What was announced for one year: its days, and those of the December before that its New Year holiday moves."""

    year: int
    days: Mapping[date, bool]
    """Whether each of them is worked."""

    @property
    def rest_days(self) -> int:
        """How many days are free."""
        return len(self.days) - self.make_up_days

    @property
    def make_up_days(self) -> int:
        """How many days of a weekend are worked."""
        return sum(self.days.values())

    @property
    def gained(self) -> int:
        """Weekdays free less weekend days worked in the year: as many as the law knows holidays."""
        own = {day: worked for day, worked in self.days.items() if day.year == self.year}
        return sum(not worked and day.weekday() < SATURDAY for day, worked in own.items()) - sum(own.values())

    @property
    def statutory(self) -> int:
        """How many holidays the law gives in that year; a single year may be granted more."""
        return _SINCE_2025 if self.year >= _REVISED else _BEFORE_2025


def read_announcement(raw: bytes, name: str) -> Announcement:
    """The announcement in a file of the table's form; ProductError lists everything that is wrong with it."""
    days = read_days(raw, name)
    if not days:
        message = f"{name}: no day in it"
        raise ProductError(message)
    announcement = Announcement(max(days).year, days)
    if problems := [f"{name}: {reason}" for reason in _problems(announcement)]:
        raise ProductError("\n".join(problems))
    return announcement


def entered(announcement: Announcement, table: Mapping[date, bool], *, replace: bool) -> dict[date, bool]:
    """The days of `table` with those announced.

    Raises AlreadyAnnouncedError where the table has the year with other days and `replace` is not set, ProductError
    where the year does not follow on those of the table.
    """
    known = {day.year for day in table}
    _check_follows(announcement, known)
    kept = {day: worked for day, worked in table.items() if day.year != announcement.year}
    days = kept | dict(announcement.days)
    changed = sorted(day for day in table if days.get(day) is not table[day])
    if announcement.year in known:
        changed = sorted({*changed, *(day for day in days if day not in table)})
    if changed and not replace:
        raise AlreadyAnnouncedError(announcement.year, changed)
    return days


def _problems(announcement: Announcement) -> Iterator[str]:
    year, days = announcement.year, announcement.days
    strangers = sorted({day.year for day in days if day.year != year and not _turn_of_year(day, year)})
    if strangers:
        yield f"days: holds days of {', '.join(map(str, strangers))} beside those of {year}; give one year at a time"
        return
    for day in sorted(days):
        if days[day] and day.weekday() < SATURDAY:
            yield f"working: {day:%Y-%m-%d} is a {day:%A} and worked anyway; only a weekend day is made up"
    for month, number in _ALWAYS_FREE:
        if days.get(day := date(year, month, number), True):
            yield f"date: {day} is not among the free days; is this the whole year?"
    if announcement.gained not in _PLAUSIBLE:
        yield (
            f"days: {announcement.gained} weekdays are free that are not made up for, {_PLAUSIBLE[0]} to"
            f" {_PLAUSIBLE[-1]} would be plausible; is this the whole year?"
        )


def _turn_of_year(day: date, year: int) -> bool:
    """Whether the New Year holiday of `year` may move that day of the December before (as 2018-12-29 for 2019)."""
    return day.year == year - 1 and day.month == _DECEMBER


def _check_follows(announcement: Announcement, known: set[int]) -> None:
    year = announcement.year
    if known and not known & {year - 1, year, year + 1}:
        message = f"days: {year} does not follow on {min(known)}-{max(known)}, the years of the table"
        raise ProductError(message)
    if any(day.year != year for day in announcement.days) and year - 1 not in known:
        # Else that one day would make the year before look published.
        message = f"days: holds days of December {year - 1}, which is not in the table; import {year - 1} first"
        raise ProductError(message)

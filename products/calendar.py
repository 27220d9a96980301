"""Which days are working days in China: the public holidays and make-up days announced for each year."""

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from products.day_table import read_days

DAYS = Path(__file__).parent / "working_days" / "china.csv"
"""Holidays (`no`) and make-up working days (`yes`) as announced; a year without a row is not published."""

SATURDAY = 5
"""The first day of the week, as `date.weekday` counts them, that is not worked."""


class WorkingCalendar:
    """Working days by announcement where there is one, Monday to Friday elsewhere."""

    def __init__(self, special: Mapping[date, bool], version: str) -> None:
        """`special` says of each announced day whether it is worked; `version` identifies that data."""
        self.version = version
        self._special = dict(special)
        self._years = frozenset(day.year for day in special)

    def published(self, year: int) -> bool:
        """Whether the holidays of `year` are known; until then its working days are provisional."""
        return year in self._years

    def announced(self, year: int) -> dict[date, bool]:
        """The days of `year` that were announced, in order, and whether each is worked; none before it is published."""
        return {day: worked for day, worked in sorted(self._special.items()) if day.year == year}

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is worked; in a year not yet published Monday to Friday are."""
        return self._special.get(day, day.weekday() < SATURDAY)


@cache
def load_calendar(path: Path = DAYS) -> WorkingCalendar:
    """The calendar, read once per process; ProductError lists every line that is wrong."""
    return calendar_of(path.read_bytes(), path.name)


def calendar_of(raw: bytes, name: str) -> WorkingCalendar:
    """The calendar that a table holds, with the version of just these bytes; ProductError names lines of `name`."""
    special = read_days(raw, name)
    years = sorted({day.year for day in special})
    span = f"{years[0]}-{years[-1]}" if years else "none"
    return WorkingCalendar(special, f"china-{span}-{hashlib.sha256(raw).hexdigest()[:12]}")

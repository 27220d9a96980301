"""Which days are working days in China: the public holidays and make-up days announced for each year."""

import csv
import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from products.errors import ProductError

DAYS = Path(__file__).parent / "working_days" / "china.csv"
"""Holidays (`no`) and make-up working days (`yes`) as announced; a year without a row is not published."""

_COLUMNS = ("date", "working")
_SATURDAY = 5
_WORKING = {"yes": True, "no": False}


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

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is worked; in a year not yet published Monday to Friday are."""
        return self._special.get(day, day.weekday() < _SATURDAY)


@cache
def load_calendar(path: Path = DAYS) -> WorkingCalendar:
    """The calendar, read once per process; ProductError lists every line that is wrong."""
    raw = path.read_bytes()
    problems: list[str] = []
    special: dict[date, bool] = {}
    for number, row in enumerate(csv.reader(raw.decode(errors="replace").splitlines()), 1):
        reason = _add(row, special) if number > 1 else _wrong_header(row)
        if reason:
            problems.append(f"{path.name}:{number}: {reason}")
    if problems:
        raise ProductError("\n".join(problems))
    years = sorted({day.year for day in special})
    span = f"{years[0]}-{years[-1]}" if years else "none"
    return WorkingCalendar(special, f"china-{span}-{hashlib.sha256(raw).hexdigest()[:12]}")


def _wrong_header(row: list[str]) -> str:
    return "" if tuple(row) == _COLUMNS else f"header: must be {','.join(_COLUMNS)}"


def _add(row: list[str], special: dict[date, bool]) -> str:
    """Put one row into `special`; returns what is wrong with it, or nothing."""
    if len(row) != len(_COLUMNS):
        return "row: must be a date and yes or no"
    try:
        day = date.fromisoformat(row[0])
    except ValueError:
        return f"date: {row[0]!r} is no date"
    if row[1] not in _WORKING:
        return f"working: {row[1]!r} is neither yes nor no"
    if day in special:
        return f"date: {row[0]} is given twice"
    special[day] = _WORKING[row[1]]
    return ""

"""The table of announced days: a date and whether it is worked, one a line."""

import csv
from collections.abc import Mapping
from datetime import date

from products.errors import ProductError

COLUMNS = ("date", "working")
_WORKING = {"yes": True, "no": False}
_WORDS = {worked: word for word, worked in _WORKING.items()}


def read_days(raw: bytes, name: str) -> dict[date, bool]:
    """Each announced day and whether it is worked; ProductError lists every line that is wrong, in the file `name`."""
    try:
        header, *rows = csv.reader(raw.decode("utf-8-sig", errors="replace").splitlines() or [""])
    except csv.Error as error:
        message = f"{name}: cannot be read as CSV: {error}"
        raise ProductError(message) from error
    if tuple(header) != COLUMNS:
        message = f"{name}:1: header: must be {','.join(COLUMNS)}"
        raise ProductError(message)
    days: dict[date, bool] = {}
    reasons = [(number, _add(row, days)) for number, row in enumerate(rows, 2)]
    if problems := [f"{name}:{number}: {reason}" for number, reason in reasons if reason]:
        raise ProductError("\n".join(problems))
    return days


def table_of(days: Mapping[date, bool]) -> str:
    """The table that holds `days`, in order of their dates."""
    rows = [COLUMNS, *((day.isoformat(), _WORDS[days[day]]) for day in sorted(days))]
    return "".join(f"{','.join(row)}\n" for row in rows)


def _add(row: list[str], days: dict[date, bool]) -> str:
    """Put one row into `days`; returns what is wrong with it, or nothing."""
    if len(row) != len(COLUMNS):
        return "row: must be a date and yes or no"
    try:
        day = date.fromisoformat(row[0])
    except ValueError:
        return f"date: {row[0]!r} is no date"
    if row[1] not in _WORKING:
        return f"working: {row[1]!r} is neither yes nor no"
    if day in days:
        return f"date: {row[0]} is given twice"
    days[day] = _WORKING[row[1]]
    return ""

"""`journeys calendar`: which days of a year are worked, and a newly announced year entered into the table."""

import difflib
import sys
from pathlib import Path
from typing import Annotated

import orjson
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console

from products.announcement import Announcement, entered, read_announcement
from products.calendar import DAYS, WorkingCalendar, calendar_of, load_calendar
from products.day_table import read_days, table_of
from products.errors import AlreadyAnnouncedError, ProductError
from workers.cli.event_files import content
from workers.cli.failures import BadInputError, CommandError
from workers.cli.render_calendar import days_of, year_table
from workers.cli.words import Language, Words

CHECKOUT = DAYS.parents[2]
"""Where this code lies; a commit is made there if it is a checkout."""
calendar = App(name="calendar", help="Working days: show a year, import a newly announced one.")

_Flag = Annotated[bool, Parameter(negative="")]
_out = Console(highlight=False, markup=False)


@calendar.command
def show(
    year: Annotated[int, Parameter(validator=Number(gte=1949, lte=9998))],
    /,
    *,
    json: _Flag = False,
    lang: Language | None = None,
) -> None:
    """Show the days of a year that were announced, month by month, and how many are worked.

    A year that has not been announced is provisional: Monday to Friday count as working days.

    Parameters
    ----------
    year
        The year, e.g. 2026.
    json
        Print for programs.
    lang
        Language of the texts; that of LANG unless told.

    """
    known = load_calendar()
    if json:
        sys.stdout.write(orjson.dumps(days_of(year, known), option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        _out.print(year_table(year, known, Words(lang)))


@calendar.command(name="import")
def import_year(file: Path, /, *, into: Path | None = None, replace: _Flag = False, dry_run: _Flag = False) -> None:
    """Enter a newly announced year into the table of this checkout, to be committed and deployed to all workers.

    The whole file is checked first; what changes and the new version of the calendar are printed.

    Parameters
    ----------
    file
        CSV with the columns date,working: one line a day that the State Council's notice names, `no` for a day off,
        `yes` for a day of a weekend that is worked. One whole year, with the days of the December before that its New
        Year holiday moves.
    into
        Table to enter it into, instead of this checkout's products/working_days/china.csv.
    replace
        Take the file's days where the table has the year with others: the notice was changed.
    dry_run
        Show what would change, and write nothing.

    """
    if into is None and not dry_run:
        _check_checkout()
    table = into or DAYS
    announcement, before = _read(file), content(table)
    after = _entered(announcement, before, table, replace=replace)
    _print_changes(before, after, table)
    _print_summary(announcement, calendar_of(before, table.name), calendar_of(after, table.name))
    if dry_run or after == before:
        _out.print("nothing was written", soft_wrap=True)
        return
    _write(table, after)
    _out.print(f"written to {table}; commit it and deploy it to every worker (docs/operations.md)", soft_wrap=True)


def _check_checkout() -> None:
    if not (CHECKOUT / ".git").exists():
        message = (
            f"{CHECKOUT} is no checkout: a table changed here would be this machine's alone, and all workers must count"
            " alike; run the command of a checkout, or name the table of one with --into"
        )
        raise CommandError(message)


def _read(file: Path) -> Announcement:
    try:
        return read_announcement(content(file), str(file))
    except ProductError as error:
        raise BadInputError(str(error)) from error


def _entered(announcement: Announcement, before: bytes, table: Path, *, replace: bool) -> bytes:
    try:
        return table_of(entered(announcement, read_days(before, str(table)), replace=replace)).encode()
    except AlreadyAnnouncedError as error:
        message = f"{error}; if the State Council has changed its notice, repeat the command with --replace"
        raise BadInputError(message) from error
    except ProductError as error:
        raise BadInputError(str(error)) from error


def _print_changes(before: bytes, after: bytes, table: Path) -> None:
    old, new = (text.decode("utf-8-sig").splitlines() for text in (before, after))
    for line in difflib.unified_diff(old, new, str(table), str(table), lineterm="", n=1):
        _out.print(line, soft_wrap=True)


def _print_summary(announcement: Announcement, old: WorkingCalendar, new: WorkingCalendar) -> None:
    year = announcement.year
    worked = days_of(year, new)["working_days"]
    _out.print(
        f"{year}: {announcement.rest_days} days off and {announcement.make_up_days} make-up days announced,"
        f" {worked} working days",
        soft_wrap=True,
    )
    if announcement.gained != announcement.statutory:
        _out.print(
            f"look at the notice again: {announcement.gained} weekdays are free that are not made up for, and the law"
            f" gives {announcement.statutory} holidays, unless it was changed or a day granted once",
            soft_wrap=True,
        )
    _out.print(f"calendar {old.version} -> {new.version}", soft_wrap=True)


def _write(table: Path, after: bytes) -> None:
    # Beside it and then in its place: a reader finds the old table or the new one, never half of one.
    beside = table.with_name(f"{table.name}.new")
    try:
        beside.write_bytes(after)
        beside.replace(table)
    except OSError as error:
        message = f"{table}: cannot be written: {error.strerror or type(error).__name__}"
        raise CommandError(message) from error

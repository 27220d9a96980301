"""`journeys calendar`: a year is shown, and a newly announced one entered into the table."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from rich.cells import cell_len

from products.announcement import read_announcement
from products.calendar import DAYS, calendar_of, load_calendar
from products.day_table import read_days, table_of
from workers.cli import calendar as module
from workers.cli.calendar import import_year, show
from workers.cli.failures import BadInputError, CommandError
from workers.cli.words import Language

Write = Callable[..., Path]

YEAR = {
    "01-01": "no", "01-02": "no", "01-03": "no", "01-30": "yes",
    "02-05": "no", "02-06": "no", "02-07": "no", "02-08": "no", "02-09": "no", "02-10": "no", "02-11": "no",
    "02-14": "yes",
    "04-05": "no",
    "05-01": "no", "05-02": "no", "05-03": "no", "05-04": "no", "05-05": "no", "05-08": "yes",
    "06-09": "no",
    "09-15": "no",
    "10-01": "no", "10-02": "no", "10-03": "no", "10-04": "no", "10-05": "no", "10-06": "no", "10-07": "no",
    "10-09": "yes",
}  # fmt: skip
"""2027 as it might be announced; these tests invent it."""


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns that speaks English."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A copy of the table."""
    path = tmp_path / "china.csv"
    path.write_bytes(DAYS.read_bytes())
    return path


@pytest.fixture
def notice(tmp_path: Path) -> Write:
    """A file with the days of 2027, or with what is made of them."""

    def written(name: str = "2027.csv", /, **changed: str | None) -> Path:
        days = {f"2027-{day}": word for day, word in YEAR.items()}
        for day, word in changed.items():
            days.pop(key := day.strip("_").replace("_", "-"), None)
            if word is not None:
                days[key] = word
        path = tmp_path / name
        path.write_text("date,working\n" + "".join(f"{day},{word}\n" for day, word in sorted(days.items())))
        return path

    return written


@pytest.mark.parametrize(("language", "said"), [("en", "published"), ("zh", "已公布")])
def test_a_published_year(language: Language, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Month by month with days off, make-up days and working days, then the version."""
    show(2026, lang=language)
    shown = capsys.readouterr().out
    assert max(map(cell_len, shown.splitlines())) <= 80
    assert shown.startswith(f"2026  {said}\n")
    assert re.search(r"^2026-02   15–23 +14, 28 +16$", shown, re.MULTILINE)
    assert re.search(r"^2026-07 +23$", shown, re.MULTILINE)
    assert re.search(r"^2026 +33 +6 +248$", shown, re.MULTILINE)
    assert load_calendar().version in shown


@pytest.mark.parametrize("year", [1949, 2023, 2027, 9998])
def test_a_year_that_is_not_published(year: int, capsys: pytest.CaptureFixture[str]) -> None:
    """It is called provisional, and Monday to Friday count."""
    show(year)
    shown = capsys.readouterr().out
    assert shown.startswith(f"{year}  provisional: its holidays are not published here")
    assert re.search(rf"^{year} +0 +0 +26[0-2]$", shown, re.MULTILINE)


def test_a_year_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """The days as announced, and whether they were."""
    show(2026, json=True)
    year = json.loads(capsys.readouterr().out)
    assert (year["year"], year["published"], year["working_days"]) == (2026, True, 248)
    assert year["version"] == load_calendar().version
    assert (len(year["rest_days"]), year["make_up_days"][0]) == (33, "2026-01-04")
    show(2027, json=True)
    assert json.loads(capsys.readouterr().out)["published"] is False


def test_a_newly_announced_year_is_entered(table: Path, notice: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines are added, none is changed; the difference and the new version are told, and what is left to do."""
    before = table.read_text(encoding="utf-8")
    import_year(notice(), into=table)
    after = table.read_text(encoding="utf-8")
    shown = capsys.readouterr().out
    assert after.startswith(before)
    assert re.findall(r"^[+]2027-.*$", shown, re.MULTILINE) == [f"+{line}" for line in after[len(before) :].split()]
    assert "2027: 25 days off and 4 make-up days announced, 248 working days\n" in shown
    version = calendar_of(table.read_bytes(), "china.csv").version
    assert f"calendar {load_calendar().version} -> {version}\n" in shown
    assert version.startswith("china-2024-2027-")
    assert "commit it and deploy it to every worker (docs/operations.md)" in shown
    assert "look at the notice" not in shown
    calendar = load_calendar(table)
    assert calendar.published(2027)
    assert calendar.is_working_day(date(2027, 2, 14))
    assert not calendar.is_working_day(date(2027, 2, 5))
    assert [path.name for path in table.parent.iterdir() if path.suffix == ".new"] == []


def test_a_dry_run_writes_nothing(notice: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """It shows the same for the checkout's own table."""
    before = DAYS.read_bytes()
    import_year(notice(), dry_run=True)
    shown = capsys.readouterr().out
    assert f"+++ {DAYS}\n" in shown
    assert "+2027-01-01,no\n" in shown
    assert shown.endswith("nothing was written\n")
    assert DAYS.read_bytes() == before


def test_a_repeat_changes_nothing(table: Path, notice: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """The same year once more is harmless."""
    import_year(notice(), into=table)
    before = table.read_bytes()
    capsys.readouterr()
    import_year(notice(), into=table)
    assert capsys.readouterr().out.endswith("nothing was written\n")
    assert table.read_bytes() == before


def test_a_changed_notice_is_taken_on_purpose_alone(
    table: Path, notice: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in 2020, when the Spring Festival was made longer: the days are named, and --replace takes them."""
    import_year(notice(), into=table)
    before = table.read_bytes()
    changed = notice("changed.csv", _2027_02_12="no", _2027_02_14=None)
    with pytest.raises(BadInputError, match=r"2027 would change .*: 2027-02-12, 2027-02-14; .* --replace"):
        import_year(changed, into=table)
    assert table.read_bytes() == before
    import_year(changed, into=table, replace=True)
    shown = capsys.readouterr().out
    assert "+2027-02-12,no\n" in shown
    assert "-2027-02-14,yes\n" in shown
    assert "look at the notice again: 15 weekdays are free" in shown
    assert "gives 13 holidays" in shown


def test_a_new_year_holiday_that_begins_in_december(
    table: Path, notice: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    """As 2019 was announced with 2018-12-29 worked: days of the December before belong to the notice."""
    import_year(notice(_2026_12_27="yes", _2026_12_31="no"), into=table)
    assert "+2026-12-27,yes\n" in capsys.readouterr().out
    assert load_calendar(table).is_working_day(date(2026, 12, 27))


def test_december_of_a_year_that_is_not_published_waits_for_it(table: Path, notice: Write) -> None:
    """That one day would make its year look published."""
    table.write_text("date,working\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="days of December 2026, which is not in the table; import 2026 first"):
        import_year(notice(_2026_12_31="no"), into=table)
    import_year(notice(), into=table)
    assert calendar_of(table.read_bytes(), "t").version.startswith("china-2027-2027-")


def test_years_follow_one_another(table: Path, notice: Write) -> None:
    """A year mistyped, or one left out, is noticed."""
    rows = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(row for row in rows if not row.startswith("2026")), encoding="utf-8")
    with pytest.raises(BadInputError, match="2027 does not follow on 2024-2025, the years of the table"):
        import_year(notice(), into=table)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"_2027_02_30": "no"}, r"'2027-02-30' is no date"),
        ({"_2027_02_05": "maybe"}, r":\d+: working: 'maybe' is neither yes nor no"),
        ({"_2027_02_05": "no\n2027-02-05,no"}, r":\d+: date: 2027-02-05 is given twice"),
        ({"_2027_02_05": "no,Eve"}, r":\d+: row: must be a date and yes or no"),
        ({"_2027_03_01": "yes"}, r"working: 2027-03-01 is a Monday and worked anyway"),
        ({"_2027_10_02": None}, r"date: 2027-10-02 is not among the free days; is this the whole year\?"),
        ({"_2027_05_01": "yes"}, r"date: 2027-05-01 is not among the free days"),
        ({"_2025_10_01": "no"}, r"days: holds days of 2025 beside those of 2027; give one year at a time"),
        ({"_2026_11_30": "no"}, r"days: holds days of 2026 beside those of 2027"),
        (dict.fromkeys((f"_2027_07_{day:02}" for day in range(5, 10)), "no"), r"days: 18 weekdays are free .* 9 to 16"),
        (dict.fromkeys((f"_2027_{day.replace('-', '_')}" for day in YEAR), None), r"2027\.csv: no day in it"),
    ],
)
def test_a_wrong_file_is_refused_whole(changed: dict[str, str | None], said: str, table: Path, notice: Write) -> None:
    """Each line or day is named with what is wrong; the table stays as it was."""
    before = table.read_bytes()
    with pytest.raises(BadInputError, match=said):
        import_year(notice(**changed), into=table)
    assert table.read_bytes() == before


def test_half_a_year_is_told_in_full(tmp_path: Path, table: Path) -> None:
    """All that is missing is named at once."""
    path = tmp_path / "half.csv"
    path.write_text("date,working\n2027-01-01,no\n", encoding="utf-8")
    with pytest.raises(BadInputError) as told:
        import_year(path, into=table)
    missing = ["2027-05-01", "2027-10-01", "2027-10-02", "2027-10-03", "1 weekdays"]
    assert all(each in line for each, line in zip(missing, str(told.value).splitlines(), strict=True))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "1: header: must be date,working"),
        (b"\x00\xff\xfe", "1: header: must be date,working"),
        (b'{"date": 1}', "1: header: must be date,working"),
        (b"date,working\n" + b"x" * 200_000 + b",no\n", "cannot be read as CSV: field larger"),
    ],
)
def test_a_file_that_is_no_table(content: bytes, said: str, tmp_path: Path, table: Path) -> None:
    """It is named, with what a table begins with."""
    path = tmp_path / "notice.csv"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=f"notice.csv: ?{said}"):
        import_year(path, into=table)


def test_what_a_spreadsheet_writes_is_taken(table: Path, notice: Write) -> None:
    """A byte-order mark and line ends of another system are left out of the table."""
    path = notice()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    import_year(path, into=table)
    assert b"\r" not in table.read_bytes()
    assert load_calendar(table).published(2027)


def test_files_that_cannot_be_read_or_written(table: Path, notice: Write, tmp_path: Path) -> None:
    """Both are named; a table that cannot be written is not the input's fault."""
    with pytest.raises(BadInputError, match=r"none\.csv: cannot be read: No such file"):
        import_year(tmp_path / "none.csv", into=table)
    with pytest.raises(BadInputError, match=r"other\.csv: cannot be read: No such file"):
        import_year(notice(), into=tmp_path / "other.csv")
    table.with_name("china.csv.new").mkdir()
    with pytest.raises(CommandError, match=r"china\.csv: cannot be written: Is a directory"):
        import_year(notice(), into=table)


def test_no_machine_gets_a_calendar_of_its_own(notice: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside a checkout nothing could be committed, and one worker would count otherwise than the others."""
    monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    with pytest.raises(CommandError, match="is no checkout: a table changed here would be this machine's alone"):
        import_year(notice())
    import_year(notice(), dry_run=True)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_years_in_the_table_would_be_taken(year: int) -> None:
    """What was announced so far passes the same checks, gains as many weekdays as the law has holidays, and is sorted.

    The rules on public holidays were revised with effect from 2025: 13 days where there were 11.
    """
    table = read_days(DAYS.read_bytes(), DAYS.name)
    announcement = read_announcement(
        table_of({day: worked for day, worked in table.items() if day.year == year}).encode(), "year"
    )
    assert (announcement.year, announcement.gained) == (year, 11 if year == 2024 else 13)
    assert announcement.gained == announcement.statutory
    assert table_of(table).encode() == DAYS.read_bytes()

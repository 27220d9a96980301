"""Working days: as announced by the State Council, provisional where nothing has been announced."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped]  # the package ships no types
import pytest

from products.calendar import load_calendar
from products.errors import ProductError


def test_every_day_agrees_with_an_independent_calendar() -> None:
    """From 2024 to 2026 each day is what the package chinesecalendar says."""
    calendar, day = load_calendar(), date(2024, 1, 1)
    while day < date(2027, 1, 1):
        assert calendar.is_working_day(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 2, 14), True),
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 28), True),
        (date(2026, 10, 8), True),
        (date(2027, 10, 1), True),
        (date(2027, 10, 2), False),
    ],
)
def test_make_up_days_and_holidays(*, day: date, working: bool) -> None:
    """Weekends may be worked, weekdays may be free; in an unpublished year Monday to Friday are worked."""
    assert load_calendar().is_working_day(day) is working


def test_only_announced_years_are_published() -> None:
    """2024 to 2026 are announced, the years around them are not."""
    assert [year for year in range(2022, 2029) if load_calendar().published(year)] == [2024, 2025, 2026]


def test_version_names_years_and_data() -> None:
    """The version changes with the data and says which years it covers."""
    assert load_calendar().version.startswith("china-2024-2026-")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("day,working\n", "days.csv:1: header: must be date,working"),
        ("date,working\n2026-02-30,no\n", "days.csv:2: date: '2026-02-30' is no date"),
        ("date,working\n2026-02-20,maybe\n", "days.csv:2: working: 'maybe' is neither yes nor no"),
        ("date,working\n2026-02-20\n", "days.csv:2: row: must be a date and yes or no"),
        ("date,working\n2026-02-20,no\n2026-02-20,no\n", "days.csv:3: date: 2026-02-20 is given twice"),
    ],
)
def test_broken_line_is_named(text: str, complaint: str, tmp_path: Path) -> None:
    """A wrong line is named with file, line and field."""
    path = tmp_path / "days.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProductError, match=complaint.replace("(", r"\(")):
        load_calendar(path)

"""The monthly follow-up's days."""

from datetime import date

import pytest

from workflows.months import month_after


@pytest.mark.parametrize(
    ("start", "months", "later_than", "day"),
    [
        (date(2026, 1, 31), 1, date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 1), date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28), date(2026, 3, 31)),
        (date(2026, 11, 20), 1, date(2026, 12, 19), date(2026, 12, 20)),
        (date(2026, 11, 20), 1, date(2026, 12, 20), date(2027, 1, 20)),
        (date(2026, 11, 20), 3, date(2026, 11, 20), date(2027, 2, 20)),
        (date(2026, 11, 20), 3, date(2027, 2, 20), date(2027, 5, 20)),
        (date(2026, 11, 20), 1, date(2026, 10, 1), date(2026, 12, 20)),
    ],
)
def test_the_next_of_the_monthly_days_comes_after_the_last(
    start: date, months: int, later_than: date, day: date
) -> None:
    """The same day of the month, or its last where the month has no such day."""
    assert month_after(start, months, later_than=later_than) == day

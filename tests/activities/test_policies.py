"""How often a silent partner is asked."""

from datetime import timedelta
from itertools import accumulate

import pytest

from activities.policies import PATIENCE, poll_after

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("asked", "after"),
    [(0, 4 * HOUR), (1, 8 * HOUR), (2, 16 * HOUR), (3, DAY), (65, DAY), (66, 7 * DAY), (10_000, 7 * DAY)],
)
def test_a_silent_partner_is_asked_at_growing_intervals(asked: int, after: timedelta) -> None:
    """Twice as long each time up to a day; after nine weeks, week by week."""
    assert poll_after(asked) == after


def test_nobody_is_asked_week_by_week_before_a_supervisor_knows() -> None:
    """The patience with each partner ends while it is still asked every day."""
    daily = [moment for asked, moment in enumerate(accumulate(map(poll_after, range(80)))) if poll_after(asked) <= DAY]
    assert max(PATIENCE.values()) < daily[-1]

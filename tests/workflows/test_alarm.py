"""The alarm: which timers it starts, keeps and cancels, and when it rings."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from workflows import alarm
from workflows.alarm import Alarm

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
SOON, LATER = NOW + timedelta(hours=1), NOW + timedelta(days=30)


class Clock:
    """Stands in for the workflow's own: timers run until the test lets one fire."""

    def __init__(self) -> None:
        """No timer runs."""
        self.running: dict[timedelta, asyncio.Future[None]] = {}
        self.log: list[str] = []

    def now(self) -> datetime:
        """The same moment throughout."""
        return NOW

    async def sleep(self, duration: timedelta, *, summary: str) -> None:
        """A timer, noted when it starts and when it is cancelled."""
        self.log.append(f"start {summary}")
        self.running[duration] = asyncio.get_running_loop().create_future()
        try:
            await self.running[duration]
        except asyncio.CancelledError:
            self.log.append(f"cancel {summary}")
            raise


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the workflow whose alarm it is."""
    clock = Clock()
    monkeypatch.setattr(alarm, "workflow", clock)
    return clock


async def settle() -> None:
    """Let every task come to its next wait."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_moment_named_again_takes_no_second_timer(clock: Clock) -> None:
    """Two waits that end at the same time share one."""
    bell = Alarm()
    for summary in ("booking", "hand-over"):
        bell.set(LATER, summary)
        await settle()
    assert clock.log == ["start booking"]
    clock.running[LATER - NOW].set_result(None)
    await settle()
    assert bell.rung


async def test_an_earlier_moment_leaves_the_later_timer_for_another_wait(clock: Clock) -> None:
    """It rings for nobody meanwhile; a moment later than both leaves neither."""
    bell = Alarm()
    bell.set(LATER, "cover")
    await settle()
    bell.set(SOON, "poll")
    await settle()
    clock.running[LATER - NOW].set_result(None)
    await settle()
    assert not bell.rung
    clock.running[SOON - NOW].set_result(None)
    await settle()
    assert bell.rung
    bell.set(LATER + timedelta(days=1), "refund")
    await settle()
    assert (clock.log, bell.rung) == (["start cover", "start poll", "start refund"], False)


@pytest.mark.parametrize("later", [LATER, None], ids=["a later moment", "none"])
async def test_a_timer_that_would_ring_too_early_is_cancelled(clock: Clock, later: datetime | None) -> None:
    """And so is every timer of a wait without a moment."""
    bell = Alarm()
    bell.set(SOON, "review")
    await settle()
    bell.set(later, "cover")
    await settle()
    assert clock.log == ["start review", "cancel review", *(["start cover"] if later else [])]
    assert not bell.rung


async def test_a_moment_that_has_passed_rings_at_once(clock: Clock) -> None:
    """Without a timer."""
    bell = Alarm()
    bell.set(NOW, "overdue")
    await settle()
    assert (bell.rung, clock.log) == (True, [])

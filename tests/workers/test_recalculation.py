"""Provisional deadlines follow the published calendar: each journey once, whoever tells it, whatever is away."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from temporalio.client import Client

from console.database import DatabaseAwayError
from console.performing import Performer
from console.reads import Reads
from privacy.vault import Vault
from products.calendar import DAYS, WorkingCalendar, calendar_of
from products.day_table import read_days, table_of
from schemas.civil import china_date
from schemas.journey import JourneyStatus, Stage, WaitingFor
from schemas.people import Actor, ActorRole
from storage.pool import open_pool
from tests import people
from tests.conftest import RING, temporal_server
from tests.console.conftest import absent_temporal
from tests.rig import Rig, running
from workers import recalculation, worker
from workers.recalculation import Recalculation
from workers.stack.ports import free_port
from workers.stack.postgres import EmbeddedPostgres

PRODUCT = "pingan-longterm-b"
TODAY = china_date(datetime.now(UTC))
_DUE = "SELECT due_at FROM journey_status WHERE journey_id = $1"
_ANNOUNCED = {day: worked for day, worked in read_days(DAYS.read_bytes(), DAYS.name).items() if day.year < TODAY.year}


def calendar_with(days: dict[date, bool]) -> WorkingCalendar:
    return calendar_of(table_of(_ANNOUNCED | days).encode(), "days.csv")


BEFORE = calendar_with({})
"""This year is not published: whatever counts working days is provisional."""
AFTER = calendar_with({TODAY + timedelta(days=number): False for number in range(1, 8)} | {
    TODAY.replace(year=TODAY.year + 1, month=1, day=1): False
})  # fmt: skip
"""This year and the next are published, and the week to come is free."""


@pytest.fixture(scope="module")
async def rig(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[Rig]:
    """A house that runs on the calendar of before, on a Temporal server of its own: another house has that queue."""
    admin = await asyncpg.connect(postgres.url())
    await admin.execute(f"CREATE DATABASE recalculated TEMPLATE {template}")
    await admin.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "load_calendar", lambda: BEFORE)
        async with temporal_server() as client, running(client, postgres.url("recalculated")) as house:
            yield house


@pytest.fixture(autouse=True)
async def alone(rig: Rig) -> None:
    """Journeys of other tests are out of sight."""
    await rig.pool.execute("UPDATE journey_status SET closed_at = now() WHERE closed_at IS NULL")


@pytest.fixture
def tell(rig: Rig) -> Callable[[WorkingCalendar], Recalculation]:
    """A recalculation on a calendar."""
    return lambda calendar: Recalculation(
        rig.pool, rig.vault, Performer(rig.client, rig.reads, wait_seconds=10), calendar
    )


Tell = Callable[[WorkingCalendar], Recalculation]


async def reviewed_provisionally(rig: Rig) -> tuple[str, JourneyStatus]:
    """A journey that waits for its review, due within a working day of a year that is not published."""
    journey = await rig.report(PRODUCT)
    status = await rig.waiting(journey, WaitingFor.REVIEW)
    assert status.wait.deadline
    assert status.wait.deadline.provisional
    assert status.wait.deadline.calendar_version == BEFORE.version
    return journey, status


async def test_the_journey_waits_by_the_published_calendar(rig: Rig, tell: Tell) -> None:
    """Deadline, timeline and the column to list by change; the next round finds nothing to do."""
    journey, before = await reviewed_provisionally(rig)
    assert await tell(AFTER).look() == {"adopted": 1}
    after = await rig.until(journey, lambda status: status.revision > before.revision)
    assert before.wait.deadline
    assert after.wait.deadline
    assert not after.wait.deadline.provisional
    assert after.wait.deadline.calendar_version == AFTER.version
    assert after.wait.deadline.due_at > before.wait.deadline.due_at
    assert after.wait.deadline.due_at.date() >= TODAY + timedelta(days=8)
    assert await rig.pool.fetchval(_DUE, journey) == after.wait.deadline.due_at
    [entry] = [entry for entry in await rig.entries(journey) if entry.kind == "deadline"]
    assert entry.actor == Actor(role=ActorRole.SYSTEM, id="recalculation")
    assert entry.what.en.startswith("reckoned on the published calendar")
    assert await tell(AFTER).look() == {}


async def test_the_journey_goes_on_afterwards(rig: Rig, tell: Tell) -> None:
    """Its review is taken as before."""
    journey, _ = await reviewed_provisionally(rig)
    await tell(AFTER).look()
    await rig.done(journey, people.review())
    assert (await rig.waiting(journey, WaitingFor.BOOKING)).stage is Stage.FULFILMENT


async def test_several_workers_tell_a_journey_once(rig: Rig, tell: Tell) -> None:
    """They send the same update under the same id."""
    journey, before = await reviewed_provisionally(rig)
    await asyncio.gather(*(tell(AFTER).look() for _ in range(4)))
    await rig.until(journey, lambda status: status.revision > before.revision)
    assert [entry.kind for entry in await rig.entries(journey)].count("deadline") == 1


async def test_a_deadline_that_stays_the_same_is_left_alone(rig: Rig, tell: Tell) -> None:
    """A calendar that is new elsewhere changes nothing here."""
    journey, before = await reviewed_provisionally(rig)
    elsewhere = calendar_with({TODAY.replace(year=TODAY.year - 1, month=12, day=30): False})
    assert elsewhere.version != BEFORE.version
    assert await tell(elsewhere).look() == {"unchanged": 1}
    assert await tell(BEFORE).look() == {}
    assert await rig.status(journey) == before


async def test_a_journey_that_moved_on_refuses(rig: Rig, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for something else by the time it is told, and its new wait stays as it is."""
    journey, _ = await reviewed_provisionally(rig)
    late = tell(AFTER)
    found = await late._waiting("")

    async def stale(after: str) -> list[object]:
        return [] if after else list(found)

    await rig.done(journey, people.review())
    moved = await rig.waiting(journey, WaitingFor.BOOKING)
    monkeypatch.setattr(late, "_waiting", stale)
    assert await late.look() == {"refused": 1}
    assert await rig.status(journey) == moved


async def test_while_temporal_is_away_nothing_is_lost(rig: Rig, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch of which nobody could be told ends the round; a later one tells them all."""
    monkeypatch.setattr(recalculation, "_BATCH", 1)
    journeys = [(await reviewed_provisionally(rig))[0] for _ in range(2)]
    away = Recalculation(rig.pool, rig.vault, Performer(await absent_temporal(), rig.reads, wait_seconds=2), AFTER)
    assert await away.look() == {"not_told": 1}
    assert await tell(AFTER).look() == {"adopted": 2}
    for journey in journeys:
        await rig.until(journey, lambda status: bool(status.wait.deadline and not status.wait.deadline.provisional))


async def test_it_looks_at_start_and_ends_when_told(rig: Rig, tell: Tell) -> None:
    """The first round is at once; a worker that stops does not wait out the hour."""
    journey, before = await reviewed_provisionally(rig)
    stop = asyncio.Event()
    working = asyncio.create_task(tell(AFTER).run(stop))
    await rig.until(journey, lambda status: status.revision > before.revision)
    stop.set()
    async with asyncio.timeout(10):
        await working
    assert working.done()
    assert working.exception() is None


async def test_a_database_that_is_away_is_waited_for(temporal: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round that finds no database ends quietly, and the next one tries again."""
    stop, rounds = asyncio.Event(), 0
    async with await open_pool(f"postgresql://nobody:nothing@127.0.0.1:{free_port()}/none", min_size=0) as pool:
        away = Recalculation(pool, Vault(pool, RING), Performer(temporal, Reads(pool, Vault(pool, RING))), AFTER)
        look = away.look

        async def counted() -> Counter[str]:
            nonlocal rounds
            rounds += 1
            if rounds == 2:
                stop.set()
            return await look()

        monkeypatch.setattr(away, "look", counted)
        monkeypatch.setattr(recalculation, "_PAUSE_SECONDS", 0.01)
        await away.run(stop)
        with pytest.raises(DatabaseAwayError):
            await look()
    assert rounds == 2

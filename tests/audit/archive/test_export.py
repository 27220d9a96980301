"""Closed runs come into the archive: each once, whoever exports and however often, whatever fails in between."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from temporalio.client import Client

from audit.archive.chain import START
from audit.archive.entry import Entry, StoreName
from audit.archive.export import Exporter
from audit.archive.postgres import PostgresStore
from audit.archive.register import Register
from audit.archive.stores import StoreError, Stores
from audit.archive.verify import Verification
from audit.listing import Run, closed, windows
from tests.audit.archive.conftest import BY, RETENTION, Walks, new_journey


async def entries(register: Register) -> list[Entry]:
    return [link.entry async for link in register.links()]


async def test_every_closed_run_is_archived_once(
    walks: Walks, exporter: Exporter, register: Register, stores: Stores
) -> None:
    """Those that continued as new while the journey lives on as well; an export again finds nothing to do."""
    journey = await walks.walk(2)
    open_one = await walks.stay(1)
    await walks.listed(4)
    done = await exporter.export()
    assert (done.archived, done.left, done.head.position) == (4, (), 4)
    assert await exporter.export() == (0, 0, (), done.head)
    runs = [entry for entry in await entries(register) if entry.journey_id == journey]
    assert [(run.seq, run.status) for run in runs] == [
        (1, "continued_as_new"),
        (2, "continued_as_new"),
        (3, "completed"),
    ]
    assert [run.continued_as for run in runs] == [runs[1].run_id, runs[2].run_id, ""]
    assert [run.continued_from for run in runs] == ["", runs[0].run_id, runs[1].run_id]
    assert runs[0].versions == {"decided_under": [], "unread": 0, "archived_by": BY.model_dump()}
    assert [run.seq for run in await entries(register) if run.journey_id == open_one.id] == [1]
    verified = await Verification(register, stores).verify(done.head)
    assert (verified.runs, verified.head, verified.flaws) == (4, done.head, ())
    await open_one.signal("go_on")
    await walks.listed(5)
    assert (await exporter.export(datetime.now(UTC) - timedelta(minutes=5))).archived == 1


async def test_exports_side_by_side_archive_each_run_once(
    walks: Walks, exporter: Exporter, register: Register, stores: Stores
) -> None:
    """The chains stay whole."""
    for _ in range(10):
        await walks.walk()
    done = await asyncio.gather(*(exporter.export() for _ in range(4)))
    assert sum(each.archived for each in done) == await register.count()
    assert (await Verification(register, stores).verify(None)).flaws == ()


class Stopped(PostgresStore):
    """Keeps, and is then stopped before anything can be registered."""

    async def keep(self, sha256: bytes, content: bytes) -> None:
        """Keep, and stop."""
        await super().keep(sha256, content)
        raise asyncio.CancelledError


class Full(PostgresStore):
    """Has no room for the first history that it is given."""

    refused: bytes = b""

    async def keep(self, sha256: bytes, content: bytes) -> None:
        """Keep, but not the first."""
        self.refused = self.refused or sha256
        if sha256 == self.refused:
            message = "no space left on device"
            raise StoreError(message)
        await super().keep(sha256, content)


async def test_what_was_kept_and_not_registered_is_used_by_the_next_try(
    walks: Walks, exporter: Exporter, namespace: Client, register: Register, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    """An export that is stopped in between leaves a history that nobody names, once."""
    await walks.walk()
    stopped = Exporter(namespace, register, Stores({StoreName.POSTGRES: Stopped(pool)}, StoreName.POSTGRES), BY)
    with pytest.raises(asyncio.CancelledError):
        await stopped.export()
    assert await pool.fetchval("SELECT count(*) FROM archived_history") > 0
    assert await register.head() == START
    done = await exporter.export()
    assert await pool.fetchval("SELECT count(*) FROM archived_history") == done.archived


async def test_a_run_that_the_store_has_no_room_for_is_told_and_tried_again(
    walks: Walks, namespace: Client, register: Register, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    """The others are archived."""
    await walks.walk(1)
    full = Full(pool)
    exporter = Exporter(namespace, register, Stores({StoreName.POSTGRES: full}, StoreName.POSTGRES), BY)
    first = await exporter.export()
    [left] = first.left
    assert left.reason == "no space left on device"
    assert left.dropped_at - left.closed_at == RETENTION
    assert first.archived > 0
    full.refused = b"room again"
    assert ((await exporter.export()).archived, (await exporter.export()).left) == (1, ())


async def test_what_is_no_journey_is_none_of_ours(walks: Walks, exporter: Exporter, register: Register) -> None:
    """Another workflow in the same namespace stays where it is."""
    await walks.walk(journey="somebody-elses")
    await walks.walk()
    await exporter.export()
    assert "somebody-elses" not in {entry.journey_id for entry in await entries(register)}


async def test_a_run_that_the_server_dropped_meanwhile_is_told(exporter: Exporter) -> None:
    """The list still has it for a moment."""
    gone = Run(new_journey(), str(uuid.uuid4()), datetime.now(UTC), datetime.now(UTC), 100)
    assert await exporter._keep(gone) == "the server has dropped its history"


async def test_a_whole_day_is_looked_at_before_the_next(walks: Walks, register: Register, exporter: Exporter) -> None:
    """Oldest first, although the server lists the newest first: a journey's runs are archived in their order."""
    await walks.walk(5)
    await walks.listed(6)
    await exporter.export()
    archived = await entries(register)
    assert archived == sorted(archived, key=lambda entry: entry.closed_at)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert windows(None, now, timedelta(days=2)) == [
        closed(None, now - timedelta(days=1)),
        closed(now - timedelta(days=1)),
    ]
    assert windows(now - timedelta(minutes=5), now, RETENTION) == [closed(now - timedelta(minutes=5))]

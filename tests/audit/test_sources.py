"""Every run once, in order: from the archive, and from the server what is not archived; either may be away."""

from datetime import UTC

import asyncpg
import pytest

from audit.archive.export import Exporter
from audit.archive.register import Register
from audit.archive.stores import Stores
from audit.histories import Recorded
from audit.replaying import Replayed
from audit.sources import ONLY_ARCHIVE, ONLY_SERVER, Sources, Wanted
from storage.pool import open_pool
from tests.audit.archive.conftest import Walks, exporter, in_postgres, namespace, register, stores, walks
from tests.audit.archive.filled import REFILLED, content_of, fill, tampering

__all__ = ["exporter", "namespace", "register", "stores", "walks"]
Pool = asyncpg.Pool


async def all_of(sources: Sources, wanted: Wanted) -> list[Recorded | Replayed]:
    return [each async for each in sources.runs(wanted)]


async def of(sources: Sources, journey: str) -> list[Recorded | Replayed]:
    return [each async for each in sources.runs_of(journey)]


async def test_a_run_comes_once_wherever_it_is(
    walks: Walks, register: Register, stores: Stores, exporter: Exporter
) -> None:
    """Archived and still on the server, or on the server alone."""
    before = await walks.walk(1)
    await walks.listed(2)
    await exporter.export()
    after = await walks.walk()
    await walks.stay()
    await walks.listed(3)
    sources = Sources(register, stores, walks.client)
    found = await all_of(sources, Wanted())
    assert [each.name.partition("/")[0] for each in found[:2]] == [before, before]
    assert len({each.name for each in found}) == 4
    assert await sources.count(Wanted()) == 3
    assert await all_of(sources, Wanted(journey_id=after)) == await of(sources, after)
    [first, _] = await of(sources, before)
    assert isinstance(first, Recorded)
    began = first.history.events[0].event_time.ToDatetime(tzinfo=UTC)
    assert len(await all_of(sources, Wanted(since=began.replace(year=began.year + 1)))) == 0


async def test_the_runs_of_a_journey_come_in_their_order(register: Register, stores: Stores, walks: Walks) -> None:
    """Also where a later one was archived first."""
    await fill(register, stores, REFILLED[2], REFILLED[0], REFILLED[1])
    [journey] = {place.journey_id async for place in register.runs()}
    found = await of(Sources(register, stores, walks.client), journey)
    contents = [each.history.SerializeToString(deterministic=True) for each in found if isinstance(each, Recorded)]
    assert contents == [content_of(name) for name in REFILLED]


async def test_without_a_server_the_archive_is_read_and_that_is_told(register: Register, stores: Stores) -> None:
    """The history of a journey is then what is archived of it."""
    [entry] = await fill(register, stores, REFILLED[0])
    sources = Sources(register, stores, None)
    for found in (await all_of(sources, Wanted()), await of(sources, entry.journey_id)):
        assert {each.name for each in found} == {f"{entry.journey_id}/{entry.run_id}", ONLY_ARCHIVE.name}
    assert await sources.count(Wanted()) == 1


async def test_without_an_archive_the_server_is_read_and_that_is_told(walks: Walks) -> None:
    """PostgreSQL may be away, or not be prepared yet."""
    journey = await walks.walk()
    await walks.listed(1)
    async with await open_pool("postgresql://127.0.0.1:1/nothing", min_size=0) as away:
        sources = Sources(Register(away), in_postgres(away), walks.client)
        for found in (await all_of(sources, Wanted()), await of(sources, journey)):
            assert found[0] == ONLY_SERVER
            assert len(found) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("substring(content FROM 1 FOR 100)", "was altered in the archive: `journeys audit verify` says where"),
        (None, "is not in its store"),
    ],
)
async def test_what_the_archive_no_longer_has_as_it_was_is_told(
    content: str | None, reason: str, register: Register, stores: Stores, pool: Pool
) -> None:
    """And stops nothing else."""
    altered, whole = await fill(register, stores, *REFILLED[:2])
    change = f"UPDATE archived_history SET content = {content}" if content else "DELETE FROM archived_history"  # noqa: S608 - our own words
    async with tampering(pool) as hands:
        await hands.execute(f"{change} WHERE sha256 = $1", bytes.fromhex(altered.sha256))
    first, second, _ = await all_of(Sources(register, stores, None), Wanted())
    assert isinstance(first, Replayed)
    assert first.reason == reason
    assert isinstance(second, Recorded)
    assert second.run_id == whole.run_id

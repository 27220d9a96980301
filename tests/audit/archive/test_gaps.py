"""What is missing in the archive: by the server's list, by what runs say of each other, by what was started."""

import uuid

import asyncpg

from audit.archive.export import Exporter
from audit.archive.gaps import Gap, GapKind, Gaps
from audit.archive.register import Register
from audit.archive.stores import Stores
from tests.audit.archive.conftest import RETENTION, Walks, new_journey
from tests.audit.archive.filled import REFILLED, fill
from tests.console import samples

Pool = asyncpg.Pool


async def test_nothing_is_missing_where_nothing_ran(walks: Walks, register: Register) -> None:
    """And that is said in numbers."""
    assert await Gaps(walks.client, register).look() == (0, 0, 0, ())


async def test_a_closed_run_is_a_gap_until_it_is_archived(walks: Walks, register: Register, exporter: Exporter) -> None:
    """An open one is none; the gap says until when it can be mended."""
    journey = await walks.walk()
    await walks.stay(1)
    await walks.listed(2)
    looked = await Gaps(walks.client, register).look()
    assert (looked.closed, looked.open, looked.archived) == (2, 1, 0)
    assert {gap.kind for gap in looked.gaps} == {GapKind.NOT_ARCHIVED}
    [gap] = [gap for gap in looked.gaps if gap.journey_id == journey]
    assert gap.dropped_at
    assert gap.closed_at
    assert gap.dropped_at - gap.closed_at == RETENTION
    await exporter.export()
    assert await Gaps(walks.client, register).look() == (2, 1, 2, ())


async def test_a_run_that_another_names_is_missed(walks: Walks, register: Register, stores: Stores) -> None:
    """The server has dropped it long ago: only its neighbours know of it."""
    first, _, last = await fill(register, stores, *REFILLED[:1]), None, await fill(register, stores, *REFILLED[2:])
    looked = await Gaps(walks.client, register).look()
    assert [(gap.kind, gap.run_id, gap.named_by) for gap in looked.gaps] == [
        (GapKind.NO_SUCCESSOR, first[0].continued_as, first[0].run_id),
        (GapKind.NO_PREDECESSOR, last[0].continued_from, last[0].run_id),
    ]
    await fill(register, stores, REFILLED[1])
    assert (await Gaps(walks.client, register).look()).gaps == ()


async def test_a_journey_without_any_run_is_missed(walks: Walks, register: Register, pool: Pool) -> None:
    """It was started, or has a status. One that is open on the server is not missed, nor one that has to be started."""
    open_one = await walks.stay()
    journeys = {name: new_journey() for name in ("started", "shown", "pending")} | {"open": open_one.id}
    for name, journey in journeys.items():
        await start(pool, journey, "pending" if name == "pending" else "started")
    await samples.write_all(pool, samples.status(1, journey_id=journeys["shown"]))
    looked = await Gaps(walks.client, register).look()
    missed = sorted((journeys["started"], journeys["shown"]))
    assert looked.gaps == tuple(Gap(kind=GapKind.NO_RUN, journey_id=journey) for journey in missed)


async def start(pool: Pool, journey: str, status: str) -> None:
    """A start as the intake orders it and the dispatcher marks it."""
    person = f"person-{journey.removeprefix('journey-')}"
    await pool.execute(
        "INSERT INTO person VALUES ($1, 'x', $1, 'x', now(), 'x', 'x', 'x', 'x', 'x', 'x', now())", person
    )
    await pool.execute(
        "INSERT INTO claim (product, claim_number, journey_id, person_ref, content, salt)"
        " VALUES ('x', $1, $2, $3, '{}', '')",
        uuid.uuid4().hex,
        journey,
        person,
    )
    await pool.execute("INSERT INTO journey_start (journey_id, claim, status) VALUES ($1, '{}', $2)", journey, status)

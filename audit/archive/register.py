"""The list of archived runs: appended to in both chains, and read in order."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from activities.custody_chain import stored
from audit.archive.chain import START, Head, Link, journey_root, linked
from audit.archive.entry import Entry
from storage.away import ACQUIRE_SECONDS
from storage.queries import load

_SQL = load("archive")
_PAGE = 500
_Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
_LINKS = ("position", "journey_previous", "journey_link", "previous", "link")


class Place(NamedTuple):
    """An archived run, and where its history is."""

    position: int
    journey_id: str
    run_id: str
    started_at: datetime
    sha256: bytes
    store: str


class Missing(NamedTuple):
    """A run that an archived one names and that is not archived."""

    journey_id: str
    named_by: str
    run_id: str


class Register:
    """Any number may append side by side. Whatever makes PostgreSQL fail is raised as it is."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        """Append and read through `pool`."""
        self._pool = pool

    async def head(self) -> Head:
        """The newest link."""
        async with self._connected() as connection:
            return await _head(connection)

    async def archived(self, run_ids: Sequence[str]) -> set[str]:
        """Those of these runs that are archived."""
        async with self._connected() as connection:
            return await _archived(connection, run_ids)

    async def append(self, entries: Sequence[Entry]) -> list[Link]:
        """Link those of these runs that are not archived yet, all or none; gives their links. `seq` is set here."""
        async with self._connected() as connection, connection.transaction():
            await connection.execute(_SQL["lock_archive"])
            known = await _archived(connection, [entry.run_id for entry in entries])
            new = [entry for entry in entries if entry.run_id not in known]
            links = _linked(new, await _head(connection), await _journey_heads(connection, new))
            await connection.executemany(_SQL["append"], map(_row, links))
        return links

    async def links(self, journey_id: str | None = None) -> AsyncIterator[Link]:
        """Every link in its order, or those of one journey."""
        after = 0
        while rows := await self._page("links", after, journey_id):
            for row in rows:
                yield _link(row)
            after = rows[-1]["position"]

    async def runs(self, journey_id: str | None = None, since: datetime | None = None) -> AsyncIterator[Place]:
        """Runs in the order in which they were archived: of a journey, or of those that began then or later."""
        after = 0
        while rows := await self._page("runs", after, journey_id, since):
            for row in rows:
                yield Place(*row)
            after = rows[-1]["position"]

    async def count(self, journey_id: str | None = None, since: datetime | None = None) -> int:
        """How many there are of these."""
        async with self._connected() as connection:
            return int(await connection.fetchval(_SQL["count_runs"], journey_id, since) or 0)

    async def named(self, contents: Sequence[bytes]) -> set[bytes]:
        """Those of these contents that a run has."""
        async with self._connected() as connection:
            return {row["sha256"] for row in await connection.fetch(_SQL["named"], contents)}

    async def missing(self, *, behind: bool) -> list[Missing]:
        """Runs that archived ones name as the run `behind` them, else before them, and that are not archived."""
        async with self._connected() as connection:
            return [Missing(*row) for row in await connection.fetch(_SQL["neighbours"], behind)]

    async def journeys_without_runs(self) -> list[str]:
        """Journeys that were started and of which no run is archived."""
        async with self._connected() as connection:
            return [row["journey_id"] for row in await connection.fetch(_SQL["journeys_without_runs"])]

    @asynccontextmanager
    async def sole(self) -> AsyncIterator[bool]:
        """Whether this is the only one that looks for closed runs, for as long as it does."""
        async with self._connected() as connection:
            mine = bool(await connection.fetchval(_SQL["try_round"]))
            try:
                yield mine
            finally:
                if mine:
                    await connection.execute(_SQL["end_round"])

    async def _page(self, name: str, *given: object) -> "list[asyncpg.Record]":
        async with self._connected() as connection:
            return await connection.fetch(_SQL[name], *given, _PAGE)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[_Connection]:
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            yield connection


async def _head(connection: _Connection) -> Head:
    row = await connection.fetchrow(_SQL["head"])
    return Head(*row) if row else START


async def _archived(connection: _Connection, run_ids: Sequence[str]) -> set[str]:
    return {row["run_id"] for row in await connection.fetch(_SQL["archived"], run_ids)}


async def _journey_heads(connection: _Connection, entries: Iterable[Entry]) -> dict[str, tuple[int, bytes]]:
    rows = await connection.fetch(_SQL["journey_heads"], list({entry.journey_id for entry in entries}))
    return {row["journey_id"]: (row["seq"], row["journey_link"]) for row in rows}


def _linked(entries: Iterable[Entry], head: Head, journeys: dict[str, tuple[int, bytes]]) -> list[Link]:
    links = list[Link]()
    for entry in entries:
        seq, previous = journeys.get(entry.journey_id, (0, journey_root(entry.journey_id)))
        link = linked(entry.model_copy(update={"seq": seq + 1}), previous, head)
        links.append(link)
        head, journeys[entry.journey_id] = Head(link.position, link.link), (seq + 1, link.journey_link)
    return links


def _row(link: Link) -> tuple[object, ...]:
    """In the order of the statement."""
    entry = link.entry
    return (
        link.position,
        *(entry.journey_id, entry.seq, entry.run_id, entry.original_run_id, entry.namespace, entry.workflow_type),
        *(entry.status, entry.started_at, entry.closed_at, entry.events, list(entry.builds), entry.continued_from),
        *(entry.continued_as, entry.versions, entry.size, bytes.fromhex(entry.sha256)),
        *(bytes.fromhex(entry.marks), entry.store, entry.archived_at),
        *(link.journey_previous, link.journey_link, link.previous, link.link),
    )


def _link(row: "asyncpg.Record") -> Link:
    given = {name: value for name, value in row.items() if name not in _LINKS}
    given |= {name: given[name].hex() for name in ("sha256", "marks")}
    given |= {"builds": tuple(given["builds"]), "versions": stored(given["versions"])}
    entry = Entry.model_construct(**given)  # unchecked: what somebody put there that cannot be is told by its hash
    return Link(row["position"], entry, row["journey_previous"], row["journey_link"], row["previous"], row["link"])

"""Every run there is, each once: from the archive, and from the Temporal server what is not archived yet."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from asyncpg import UndefinedTableError
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from audit import listing, live
from audit.archive.register import Place, Register
from audit.archive.stores import StoreError, Stores
from audit.histories import HistoryError, Recorded, parse, recorded
from audit.replaying import Replayed, unreadable
from storage.away import DATABASE_AWAY

ARCHIVE_AWAY = (*DATABASE_AWAY, UndefinedTableError)
ONLY_ARCHIVE = unreadable("the Temporal server", "does not answer: only the archive was read")
ONLY_SERVER = unreadable("the archive", "PostgreSQL does not answer: only what the Temporal server has was read")


class Wanted(NamedTuple):
    """Which runs; every one where neither is given."""

    journey_id: str | None = None
    since: datetime | None = None
    """Those that began then or later."""

    @property
    def query(self) -> str:
        """As the Temporal server is asked for them."""
        if self.journey_id is not None:
            return live.of_journey(self.journey_id)
        return live.since(self.since) if self.since else ""


class _Found(NamedTuple):
    started_at: datetime
    run_id: str
    read: Callable[[], Awaitable[Recorded | Replayed]]


class Sources:
    """Archive and server; either may be away, which is told among the runs and stops nothing."""

    def __init__(self, register: Register, stores: Stores, client: Client | None) -> None:
        """`client` is None where the server is known to be away."""
        self._register = register
        self._stores = stores
        self._client = client

    async def count(self, wanted: Wanted) -> int:
        """How many there are, nearly; raises what PostgreSQL and RPCError where either is away."""
        archived = await self._register.count(*wanted)
        if self._client is None:
            return archived
        is_open = 'ExecutionStatus = "Running"'
        query = f"{wanted.query} AND {is_open}" if wanted.query else is_open
        return archived + await listing.count(self._client, query)

    async def runs(self, wanted: Wanted) -> AsyncIterator[Recorded | Replayed]:
        """The archived ones first, in the order of the archive; what cannot be read comes as what is to be told."""
        try:
            async for place in self._register.runs(*wanted):
                yield await self._read(place)
        except ARCHIVE_AWAY:
            yield ONLY_SERVER
        if self._client is None:
            yield ONLY_ARCHIVE
            return
        async for each in live.runs(self._client, wanted.query, self._known):
            yield each

    async def runs_of(self, journey_id: str) -> AsyncIterator[Recorded | Replayed]:
        """Every run of a journey in the order in which they began, wherever each is."""
        found = list[_Found]()
        try:
            async for place in self._register.runs(journey_id):
                found.append(_Found(place.started_at, place.run_id, partial(self._read, place)))
        except ARCHIVE_AWAY:
            yield ONLY_SERVER
        try:
            found += await self._listed(journey_id, {each.run_id for each in found})
        except RPCError:
            yield ONLY_ARCHIVE
        for each in sorted(found, key=lambda one: one[:2]):
            yield await each.read()

    async def _listed(self, journey_id: str, archived: set[str]) -> "list[_Found]":
        """Those that only the server has; raises RPCError where it is away."""
        if (client := self._client) is None:
            raise RPCError(ONLY_ARCHIVE.reason, RPCStatusCode.UNAVAILABLE, b"")
        pages = listing.runs(client, live.of_journey(journey_id))
        runs = [run async for page in pages for run in page if run.run_id not in archived]
        return [
            _Found(run.started_at, run.run_id, partial(live.of_run, client, run.journey_id, run.run_id)) for run in runs
        ]

    async def _known(self, run_ids: Sequence[str]) -> set[str]:
        try:
            return await self._register.archived(run_ids)
        except ARCHIVE_AWAY:
            return set()

    async def _read(self, place: Place) -> Recorded | Replayed:
        name = f"{place.journey_id}/{place.run_id}"
        try:
            content = await self._stores.read(place.store, place.sha256)
            if hashlib.sha256(content).digest() != place.sha256:
                return unreadable(name, "was altered in the archive: `journeys audit verify` says where")
            return recorded(name, parse(content), place.run_id)
        except (StoreError, HistoryError) as error:
            return unreadable(name, str(error))

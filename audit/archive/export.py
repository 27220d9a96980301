"""Takes closed runs into the archive before the Temporal server drops them: every one, once, oldest first.

A run goes into its store first and into the register then. Whoever is stopped between the two leaves an object that
nobody names; the next try finds it there and names it. So it may be stopped at any time and run any number of times,
also side by side.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from audit import listing
from audit.archive.chain import Head
from audit.archive.entry import CodeVersions, Entry
from audit.archive.marks import marks
from audit.archive.register import Register
from audit.archive.stores import StoreError, Stores
from audit.archive.telling import told
from audit.archive.versions import versions
from audit.histories import HistoryError
from audit.listing import Run
from schemas.shape import Shape

_AT_ONCE = 8
"""Histories fetched and kept at once."""
_MOST, _LARGEST = 64, 32 * 2**20
"""Runs, and bytes of history, that are linked in one transaction."""


class Left(Shape):
    """A closed run that could not be archived: it is tried again at the next export."""

    journey_id: str
    run_id: str
    closed_at: datetime
    dropped_at: datetime
    """When the server may drop it."""
    reason: str


class Exported(NamedTuple):
    """What an export came to."""

    archived: int
    bytes: int
    left: tuple[Left, ...]
    head: Head


class Exporter:
    """Exports what the server has into the archive."""

    def __init__(self, client: Client, register: Register, stores: Stores, by: CodeVersions) -> None:
        """`by` is the code that exports."""
        self._client = client
        self._register = register
        self._stores = stores
        self._by = by

    async def count(self, since: datetime | None = None) -> int:
        """How many closed runs an export has to look at."""
        return await listing.count(self._client, listing.closed(since))

    async def export(self, since: datetime | None = None, advance: Callable[[int], None] = lambda _: None) -> Exported:
        """Archive every run that closed then or later; `advance` hears how many more were looked at.

        What cannot be archived is told, and stops nothing else. Raises RPCError where the Temporal server is away,
        and whatever PostgreSQL raises.
        """
        retention = await listing.retention(self._client)
        archived, size, left = 0, 0, list[Left]()
        for window in listing.windows(since, datetime.now(UTC), retention):
            async for some in self._closed(window, advance):
                done = await self._kept(some)
                links = await self._register.append([entry for entry in done if isinstance(entry, Entry)])
                left += [
                    _left(run, why, retention) for run, why in zip(some, done, strict=True) if isinstance(why, str)
                ]
                archived, size = archived + len(links), size + sum(link.entry.size for link in links)
                advance(len(some))
        return Exported(archived, size, tuple(left), await self._register.head())

    async def _closed(self, window: str, advance: Callable[[int], None]) -> AsyncIterator[list[Run]]:
        """Runs of one window that are not archived, oldest first, a few at a time."""
        new = list[Run]()
        async for page in listing.runs(self._client, window):
            known = await self._register.archived([run.run_id for run in page])
            new += [run for run in page if run.run_id not in known]
            advance(len(known))
        new.sort(key=lambda run: (run.closed_at or datetime.now(UTC), run.run_id))
        for some in _few(new):
            yield some

    async def _kept(self, some: Iterable[Run]) -> list[Entry | str]:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(run: Run) -> Entry | str:
            async with slots:
                return await self._keep(run)

        return await asyncio.gather(*map(one, some))

    async def _keep(self, run: Run) -> Entry | str:
        """Put one history into its store; gives what is to be registered, or why nothing is."""
        try:
            return await self._entry(run)
        except HistoryError as error:
            return f"its history {error}"
        except StoreError as error:
            return str(error)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return "the server has dropped its history"
            raise

    async def _entry(self, run: Run) -> Entry:
        history = await listing.history(self._client, run.journey_id, run.run_id)
        known = told(history)
        if known.journey_id != run.journey_id:
            message = f"is one of {known.journey_id}"
            raise HistoryError(message)
        content = history.SerializeToString(deterministic=True)
        digest = hashlib.sha256(content).digest()
        under = await versions(history, run.journey_id, self._client.namespace, self._client.data_converter, self._by)
        await self._stores.keep(digest, content)
        return Entry(
            **known.model_dump(),
            run_id=run.run_id,
            namespace=self._client.namespace,
            seq=1,
            versions=under.model_dump(mode="json"),
            size=len(content),
            sha256=digest.hex(),
            marks=marks(content).hex(),
            store=self._stores.current,
            archived_at=datetime.now(UTC),
        )


def _few(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """In their order, as many at a time as may be in memory together."""
    some, size = list[Run](), 0
    for run in runs:
        if some and (len(some) == _MOST or size + run.size > _LARGEST):
            yield some
            some, size = [], 0
        some.append(run)
        size += run.size
    if some:
        yield some


def _left(run: Run, reason: str, retention: timedelta) -> Left:
    closed_at = run.closed_at or datetime.now(UTC)
    return Left(
        journey_id=run.journey_id,
        run_id=run.run_id,
        closed_at=closed_at,
        dropped_at=closed_at + retention,
        reason=reason,
    )

"""What should be in the archive and is not: by what the server lists, what runs say of each other, what was started.

A run that is still open is no gap. One that closed is, until it is archived: there is nothing else to keep it once the
server drops it.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from temporalio.client import Client

from audit import listing
from audit.archive.register import Missing, Register
from audit.listing import Run
from schemas.shape import Shape

_AT_ONCE = 8
_OPEN = f'{listing.OURS} AND ExecutionStatus = "Running"'


class GapKind(StrEnum):
    """What is missing."""

    NOT_ARCHIVED = "not_archived"
    """The server has the run, closed."""
    NO_SUCCESSOR = "no_successor"
    """An archived run continued as this one, which is neither archived nor on the server."""
    NO_PREDECESSOR = "no_predecessor"
    """An archived run continues this one, which is neither archived nor on the server."""
    NO_RUN = "no_run"
    """The journey was started, and no run of it is archived or on the server."""


class Gap(Shape):
    """Something that is missing, and how it is known."""

    kind: GapKind
    journey_id: str
    run_id: str = ""
    """The run that is missing; empty where nobody knows its id."""
    named_by: str = ""
    """The archived run that names it."""
    closed_at: datetime | None = None
    dropped_at: datetime | None = None
    """When the server may drop it: until then an export brings it in."""


class Looked(NamedTuple):
    """What looking for gaps came to."""

    closed: int
    """Closed runs that the server lists."""
    open: int
    archived: int
    gaps: tuple[Gap, ...]


class Gaps:
    """Looks once through what the server lists, and keeps of it only what may be missing."""

    def __init__(self, client: Client, register: Register) -> None:
        """Hold `register` against what `client` lists."""
        self._client = client
        self._register = register

    async def look(self, advance: Callable[[int], None] = lambda _: None) -> Looked:
        """Every gap. Raises RPCError where the server is away, and whatever PostgreSQL raises."""
        retention = await listing.retention(self._client)
        suspects = await self._suspects()
        closed = found = 0
        gaps = list[Gap]()
        async for page in listing.runs(self._client, listing.closed(None)):
            known = await self._register.archived([run.run_id for run in page])
            gaps += [_not_archived(run, retention) for run in page if run.run_id not in known]
            closed += len(page)
            advance(len(page))
        there = {(gap.journey_id, gap.run_id) for gap in gaps}
        async for page in listing.runs(self._client, _OPEN):
            there |= {(run.journey_id, run.run_id) for run in page}
            found += len(page)
            advance(len(page))
        gaps += await self._missing(_left(suspects, there))
        return Looked(closed, found, await self._register.count(), tuple(gaps))

    async def _suspects(self) -> list[Gap]:
        """What the archive and the read model say there must be, and the archive has not."""
        named = [(GapKind.NO_SUCCESSOR, each) for each in await self._register.missing(behind=True)]
        named += [(GapKind.NO_PREDECESSOR, each) for each in await self._register.missing(behind=False)]
        started = await self._register.journeys_without_runs()
        return [_named(*each) for each in named] + [Gap(kind=GapKind.NO_RUN, journey_id=each) for each in started]

    async def _missing(self, suspects: Iterable[Gap]) -> list[Gap]:
        """Those that the server does not have when it is asked for each: its lists lag behind."""
        slots = asyncio.Semaphore(_AT_ONCE)

        async def missing(gap: Gap) -> bool:
            async with slots:
                return not await listing.is_there(self._client, gap.journey_id, gap.run_id)

        asked = list(suspects)
        return [gap for gap, gone in zip(asked, await asyncio.gather(*map(missing, asked)), strict=True) if gone]


def _left(suspects: Iterable[Gap], there: set[tuple[str, str]]) -> list[Gap]:
    journeys = {journey for journey, _ in there}
    return [
        gap
        for gap in suspects
        if (gap.journey_id not in journeys if gap.kind is GapKind.NO_RUN else (gap.journey_id, gap.run_id) not in there)
    ]


def _named(kind: GapKind, missing: Missing) -> Gap:
    return Gap(kind=kind, **missing._asdict())


def _not_archived(run: Run, retention: timedelta) -> Gap:
    dropped_at = run.closed_at + retention if run.closed_at else None
    return Gap(
        kind=GapKind.NOT_ARCHIVED,
        journey_id=run.journey_id,
        run_id=run.run_id,
        closed_at=run.closed_at,
        dropped_at=dropped_at,
    )

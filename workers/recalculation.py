"""Reckons provisional deadlines anew once the holidays of their year are published, and tells the journeys.

A deadline that reaches into a year without announced working days counts Monday to Friday there and is provisional. A
release that brings the year (decision 0020) starts workers with a newer calendar: they look at start and every hour
which journeys still wait by an older one. Any number may run side by side: the update's id is made of journey, calendar
and revision, so that a journey hears of it once. The deadline travels with the update, and the journey only adopts it:
one that is pinned to an older build needs no calendar of its own for that.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import NamedTuple

import asyncpg
import structlog

from console.database import DatabaseAwayError, connected
from console.performing import Performer
from console.problems import ProblemError
from console.sealed import readable
from privacy import places
from privacy.vault import Vault
from products.calendar import WorkingCalendar
from rules.deadlines import reckon
from schemas.actions import AdoptDeadline
from schemas.deadline import Deadline, DeadlineRequest
from schemas.people import Actor, ActorRole
from storage.queries import load

_BATCH = 20
"""Journeys told at once; each waits at most as long as the performer does."""
_PAUSE_SECONDS = 3600.0
_SQL = load("recalculation")
_SYSTEM = Actor(role=ActorRole.SYSTEM, id="recalculation")
_log = structlog.get_logger(__name__)


class _Candidate(NamedTuple):
    journey_id: str
    revision: int
    deadline: Deadline


class Recalculation:
    """Several may run side by side on one database."""

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault, performer: Performer, calendar: WorkingCalendar
    ) -> None:
        """Find deadlines through `pool` and `vault`, reckon by `calendar`, tell the journeys through `performer`."""
        self._pool = pool
        self._vault = vault
        self._performer = performer
        self._calendar = calendar

    async def run(self, stop: asyncio.Event) -> None:
        """Look now and every hour until `stop` is set; what could not be told is told in a later round."""
        while not stop.is_set():
            with suppress(ProblemError):  # the database is away; the doors say so
                await self.look()
            with suppress(TimeoutError):
                async with asyncio.timeout(_PAUSE_SECONDS):
                    await stop.wait()

    async def look(self) -> Counter[str]:
        """One round; returns how many deadlines were adopted, refused, unchanged, not_told.

        Refused: the journey moved on meanwhile, or its build knows no such update. Not told: Temporal or the journey's
        worker is away; a batch of which nobody could be told ends the round. Raises DatabaseAwayError.
        """
        told: Counter[str] = Counter()
        last = ""
        while rows := await self._waiting(last):
            found = await self._candidates(rows)
            batch = Counter(await asyncio.gather(*map(self._tell, found)))
            told += batch
            last = rows[-1]["journey_id"]
            if found and batch["not_told"] == len(found):
                break
        if told:
            _log.info("recalculation.done", calendar=self._calendar.version, **told)
        return told

    async def _waiting(self, after: str) -> list[asyncpg.Record]:
        async with connected(self._pool) as connection:
            return await connection.fetch(_SQL["provisional"], self._calendar.version, after, _BATCH)

    async def _candidates(self, rows: list[asyncpg.Record]) -> list[_Candidate]:
        """Those whose status can be opened; what hinders the others is logged."""
        found = []
        for row in rows:
            journey_id = row["journey_id"]
            try:
                async with readable(journey_id):
                    status = await self._vault.open(journey_id, places.STATUS, row["status"])
            except DatabaseAwayError:
                raise
            except ProblemError as error:
                _log.warning("recalculation.not_read", journey_id=journey_id, problem=error.problem.type)
                continue
            deadline = Deadline.model_validate(status["wait"]["deadline"])
            found.append(_Candidate(journey_id, row["revision"], deadline))
        return found

    async def _tell(self, candidate: _Candidate) -> str:
        known = candidate.deadline
        deadline = self._reckoned(known)
        if (deadline.due_at, deadline.provisional) == (known.due_at, known.provisional):
            return "unchanged"
        key = f"adopt/{candidate.journey_id}/{self._calendar.version}/{candidate.revision}"
        action = AdoptDeadline(key=key, actor=_SYSTEM, deadline=deadline)
        try:
            await self._performer.perform(candidate.journey_id, action)
        except ProblemError as error:
            outcome = "refused" if error.is_refusal else "not_told"
            _log.warning(f"recalculation.{outcome}", journey_id=candidate.journey_id, problem=error.problem.type)
            return outcome
        return "adopted"

    def _reckoned(self, known: Deadline) -> Deadline:
        request = DeadlineRequest(budget=known.budget, started_at=known.started_at, stops=known.stops)
        return reckon(request, self._calendar)

"""The status read model as the console reads it: from PostgreSQL alone, so that it answers while workers are down."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import asyncpg

from console.cursors import cursor_of, place_of
from console.database import Connection, connected
from console.problems import ProblemError
from console.sealed import ErasedJourneyError, readable
from console.spans import end_of
from console.views import JourneyFilter, JourneyPage, JourneyRow, JourneyView, RefusedLater, TimelinePage
from console.working_hours import DEFAULT_HOURS, WorkingHours, working_hours
from privacy import places
from privacy.vault import Vault
from products.calendar import load_calendar
from schemas.claims import ANY_CLAIM, AnyClaim
from schemas.journey import CLOSED_STAGES, JourneyStatus, TimelineEntry
from schemas.shape import Shape
from storage.queries import load

_SQL = load("console")
_ACTIONS = load("actions")
_LEFT = load("left_behind")
_LATEST = 100
"""History entries shown with a status."""
_REFUSED = 5
"""Actions refused later that are shown with it: older ones have been dealt with, or overtaken."""
_FOUND = 10
_HOURS = working_hours(DEFAULT_HOURS)
_FEW = 2000
"""Fewer journeys that fit a searched text are picked out by id; more are soon met by reading in the list's order."""


class UnknownJourneyError(ProblemError):
    """There is no such journey: check the id; a claim that has just come in may take a second to start."""

    def __init__(self, journey_id: str) -> None:
        """`journey_id` is what was asked for."""
        detail = f"There is no journey {journey_id}. A claim that has just come in may take a moment to start."
        super().__init__(HTTPStatus.NOT_FOUND, "journey-unknown", detail)


class Found(Shape):
    """A journey that fits what an agent typed."""

    journey_id: str
    product: str
    claim_number: str


class Reads:
    """Lists and statuses of journeys. Every method raises DatabaseAwayError while PostgreSQL is away."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault, hours: WorkingHours = _HOURS) -> None:
        """Read through `pool`, opened by `vault`; what is due within working hours is reckoned by `hours`."""
        self._pool = pool
        self._vault = vault
        self._hours = hours

    async def page(self, wanted: JourneyFilter) -> JourneyPage:
        """The journeys that fit, at most `wanted.limit`; InvalidRequestError for a cursor that is none of ours."""
        after = _cursor(wanted)
        async with connected(self._pool) as connection:
            text = await _searched(connection, wanted.q)
            narrowing = (*_narrowing(wanted), *self._worklist(wanted), *text, *after)
            rows = await connection.fetch(_SQL["list"], *narrowing, wanted.order, wanted.limit + 1)
        items = tuple(JourneyRow.model_validate(dict(row)) for row in rows[: wanted.limit])
        return JourneyPage(items=items, next=_next(wanted, items[-1]) if len(rows) > wanted.limit else None)

    def _worklist(self, wanted: JourneyFilter) -> tuple[datetime | None, bool | None, str | None]:
        now, span = datetime.now(UTC), wanted.due_within
        until = end_of(span, now, self._hours, load_calendar()) if span else None
        return until, wanted.held, wanted.missing

    async def left(self, journey_id: str) -> AnyClaim | None:
        """What the journey left when it closed; None where it is open, or cannot be taken up again."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_LEFT["left"], journey_id)
        if row is None:
            return None
        async with readable(journey_id):
            return ANY_CLAIM.validate_python(await self._vault.open(journey_id, places.LEFT, row["claim"]))

    async def status(self, journey_id: str) -> JourneyStatus:
        """The status of one journey; UnknownJourneyError for one that is not there."""
        async with connected(self._pool) as connection:
            row = await _status(connection, journey_id)
        return JourneyStatus.model_validate(await self._opened(journey_id, row))

    async def view(self, journey_id: str) -> JourneyView:
        """The status of one journey with the latest of its history; UnknownJourneyError where there is none."""
        async with connected(self._pool) as connection, connection.transaction(isolation="repeatable_read"):
            row = await _status(connection, journey_id)
            entries = await connection.fetch(_SQL["latest"], journey_id, _LATEST)
            refused = await connection.fetch(_ACTIONS["refused_later"], journey_id, _REFUSED)
        told = {"timeline": await self._entries(journey_id, entries), "refused_later": [*map(_refused, refused)]}
        return JourneyView.model_validate(await self._opened(journey_id, row) | told)

    async def timeline(self, journey_id: str, after: int = 0, limit: int = 200) -> TimelinePage:
        """History entries numbered above `after`; UnknownJourneyError where there is no such journey."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_SQL["timeline"], journey_id, after, limit + 1)
            if not rows:
                await _status(connection, journey_id)
        items = tuple(map(TimelineEntry.model_validate, await self._entries(journey_id, rows[:limit])))
        return TimelinePage(items=items, next=items[-1].seq if len(rows) > limit else None)

    async def _opened(self, journey_id: str, row: asyncpg.Record) -> dict[str, Any]:
        open_, numbers, records = self._vault.open, row["numbers"], row["records"]
        async with readable(journey_id):
            status: dict[str, Any] = await open_(journey_id, places.STATUS, row["status"])
            status["decisions"] = [
                await open_(journey_id, places.decision(number), record)
                for number, record in zip(numbers, records, strict=True)
            ]
        # Workers that are down cannot say that a deadline passed.
        passed = row["due_at"] is not None and row["due_at"] <= row["asked_at"] and row["stage"] not in CLOSED_STAGES
        return status | {"wait": status["wait"] | {"overdue": status["wait"]["overdue"] or passed}}

    async def _entries(self, journey_id: str, rows: list[asyncpg.Record]) -> list[dict[str, Any]]:
        async with readable(journey_id):
            return [await self._vault.open(journey_id, places.entry(row["seq"]), row["entry"]) for row in rows]

    async def find(self, text: str) -> tuple[Found, ...]:
        """Journeys that `text` may mean: journey id, beginning of one, or claim number; at most ten."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_SQL["find"], text, _FOUND)
        return tuple(Found.model_validate(dict(row)) for row in rows)


def _refused(row: asyncpg.Record) -> RefusedLater:
    return RefusedLater(action=row["name"], received_at=row["received_at"], reason=row["refusal"])


async def _status(connection: Connection, journey_id: str) -> asyncpg.Record:
    row = await connection.fetchrow(_SQL["status"], journey_id)
    if row is None:
        raise UnknownJourneyError(journey_id)
    if row["erased_at"] is not None:
        raise ErasedJourneyError(journey_id)
    return row


def _narrowing(wanted: JourneyFilter) -> tuple[str | bool | None, ...]:
    return (
        wanted.stage,
        wanted.product,
        wanted.waiting_for,
        wanted.waiting_on,
        wanted.overdue,
        wanted.escalated,
        wanted.open,
        wanted.claim_number,
    )


async def _searched(connection: Connection, text: str | None) -> tuple[str | None, list[str] | None]:
    """How the list is narrowed to what `text` fits: by the text itself where that is much, else by journey ids."""
    if text is None:
        return None, None
    found = await connection.fetch(_SQL["search"], text, _FEW)
    return (text, None) if len(found) == _FEW else (None, [row["journey_id"] for row in found])


def _next(wanted: JourneyFilter, last: JourneyRow) -> str:
    moment = last.updated_at if wanted.order == "updated" else last.due_at
    assert moment is not None  # noqa: S101 - rows sorted by due_at have one
    return cursor_of(wanted.order, moment, last.journey_id)


def _cursor(wanted: JourneyFilter) -> tuple[datetime | None, str]:
    if wanted.cursor is None:
        return None, ""
    moment, journey_id = place_of(wanted.cursor, wanted.order, str)
    return moment, journey_id

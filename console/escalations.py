"""The supervisor's queue: every open escalation, oldest first, and the journeys that our own code fails on."""

from typing import Any

import asyncpg
from pydantic import AwareDatetime, Field
from temporalio.client import Client

from console.cursors import cursor_of, place_of
from console.database import connected
from console.failing import TemporalSilentError, failing_journeys
from console.sealed import readable
from console.views import KnownProduct
from privacy import places
from privacy.errors import ErasedError, PrivacyError
from privacy.vault import Vault
from schemas.journey import Stage, WaitingFor
from schemas.names import ClaimNumber, JourneyId, ProductId
from schemas.people import ActorRole
from schemas.shape import Shape, Strict
from schemas.text import Bilingual
from storage.queries import load

_SQL = load("escalations")
_ORDER = "escalations"
_ERASED = Bilingual(zh="已删除", en="erased")
_UNREADABLE = Bilingual(zh="无法读取：缺少密钥", en="cannot be read: its key is missing")


class EscalationFilter(Strict):
    """Which escalations to list, and where to go on."""

    product: KnownProduct | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=200)
    """`next` of the page before."""


class EscalationRow(Shape):
    """One open escalation: why, since when, and how its journey stands."""

    journey_id: JourneyId
    product: ProductId
    claim_number: ClaimNumber
    reason: Bilingual
    since: AwareDatetime
    stage: Stage
    waiting_for: WaitingFor
    waiting_on: ActorRole | None
    due_at: AwareDatetime | None
    overdue: bool


class FailingRow(Shape):
    """A journey whose next step fails again and again for a reason that is ours; the Temporal Web UI shows the error.

    How it stands is empty where it failed before it wrote anything.
    """

    journey_id: str
    product: ProductId | None
    claim_number: ClaimNumber | None
    since: AwareDatetime | None
    attempts: int | None
    stage: Stage | None
    waiting_for: WaitingFor | None
    waiting_on: ActorRole | None
    due_at: AwareDatetime | None
    overdue: bool


class EscalationPage(Shape):
    """One page of the queue; `next` is the cursor of the following page, None on the last."""

    items: tuple[EscalationRow, ...]
    next: str | None = None
    failing: tuple[FailingRow, ...] | None = ()
    """Journeys that our own code fails on, with the first page; None while Temporal does not say."""


class Escalations:
    """Reads the queue. PostgreSQL must answer, Temporal may be away."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault, client: Client) -> None:
        """Read the escalations through `pool` and `vault`; ask `client` (a lazy one will do) what keeps failing."""
        self._pool = pool
        self._vault = vault
        self._client = client

    async def page(self, wanted: EscalationFilter) -> EscalationPage:
        """The oldest open escalations; raises InvalidRequestError for a cursor that is none of ours."""
        after = place_of(wanted.cursor, _ORDER, str, int) if wanted.cursor else (None, "", 0)
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_SQL["open"], wanted.product, *after, wanted.limit + 1)
        shown = rows[: wanted.limit]
        return EscalationPage(
            items=await self._items(shown),
            next=_next(shown[-1]) if len(rows) > wanted.limit else None,
            failing=() if wanted.cursor else await self._failing(wanted.product),
        )

    async def _items(self, rows: list[asyncpg.Record]) -> tuple[EscalationRow, ...]:
        async with readable(""):
            await self._vault.keys.recall({row["journey_id"] for row in rows})
        return tuple([EscalationRow.model_validate(dict(row) | {"reason": await self._reason(row)}) for row in rows])

    async def _reason(self, row: asyncpg.Record) -> Any:  # noqa: ANN401 - a bilingual text
        journey_id = row["journey_id"]
        async with readable(journey_id):
            try:
                status = await self._vault.open(journey_id, places.STATUS, row["status"])
            except PrivacyError as error:  # told in its line, so that the others are seen
                return _ERASED if isinstance(error, ErasedError) else _UNREADABLE
        told = status["escalations"]
        return told[row["place"] - 1]["reason"]

    async def _failing(self, product: str | None) -> tuple[FailingRow, ...] | None:
        try:
            found = {one.journey_id: one for one in await failing_journeys(self._client)}
        except TemporalSilentError:
            return None
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_SQL["standing"], list(found), product)
        failing = (FailingRow.model_validate(dict(row) | found[row["journey_id"]]._asdict()) for row in rows)
        return tuple(sorted(failing, key=_age))


def _next(last: asyncpg.Record) -> str:
    return cursor_of(_ORDER, last["since"], last["journey_id"], last["place"])


def _age(row: FailingRow) -> Any:  # noqa: ANN401 - a key to sort by
    return row.since is None, row.since, row.journey_id

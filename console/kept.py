"""Actions of people: kept in PostgreSQL before the journey is told, so that what somebody has said is never lost.

A worker and the Temporal server that die together forget an update that they had already begun to act on, and either
may be away when an agent sends one. The door that took an action delivers it; what it could not deliver, any worker
does (`workers/delivery.py`). Delivering twice is harmless: the action's key is the update's id.
"""

from contextlib import suppress
from typing import NamedTuple, TypeAlias

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy
from pydantic import JsonValue

from console.catalogue import ACTIONS, name_of
from console.database import connected
from console.performing import (
    FailedActionError,
    InvalidActionError,
    Pending,
    Performer,
    RefusedError,
    TemporalAwayError,
)
from console.problems import ProblemError
from console.sealed import readable
from privacy import places
from privacy.vault import Vault
from schemas.action_input import ActionInput
from schemas.actions import Receipt
from storage.queries import load

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
_SQL = load("actions")
_log = structlog.get_logger("console.kept")


class KeptAction(NamedTuple):
    """An action as it is kept."""

    action_id: int
    journey_id: str
    action: ActionInput
    receipt: Receipt | None = None
    """The journey's answer, where it came before."""


class KeptActions:
    """Takes people's actions, keeps each, and delivers them in the order in which they came."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault, performer: Performer) -> None:
        """Keep in the database of `pool`, sealed by `vault`; deliver through `performer`."""
        self._pool = pool
        self._vault = vault
        self._performer = performer

    async def perform(self, journey_id: str, action: ActionInput) -> Receipt | Pending:
        """Keep `action` and let the journey take it: its receipt, or Pending while it is on its way or at work.

        Raises ProblemError as `Performer.perform` does, but never for an absent Temporal: the action is kept and will
        be delivered, as it is after a fault of ours. A key that was used before with other content is refused with 409.
        """
        kept = await self._keep(journey_id, action)
        if kept.receipt:
            return kept.receipt.model_copy(update={"repeated": True})
        try:
            return await self.deliver(kept)
        except TemporalAwayError:
            return Pending(journey_id=journey_id, action=name_of(action), key=action.key)
        except FailedActionError as fault:
            raise FailedActionError(kept=True) from fault

    async def deliver(self, kept: KeptAction) -> Receipt | Pending:
        """Let the journey take a kept action, after those that came before it.

        Raises ProblemError: one that `is_refusal` was the journey's answer and is noted; after any other the action
        is still to be delivered.
        """
        for earlier in await self._earlier(kept):
            # Whoever sent it was told, or asks with its key; a fault of ours over it must not hold up what follows.
            with suppress(RefusedError, InvalidActionError, FailedActionError):
                await self._deliver(earlier, 0)
        return await self._deliver(kept, self._performer.wait_seconds)

    async def _deliver(self, kept: KeptAction, seconds: float) -> Receipt | Pending:
        try:
            taken = await self._performer.start(kept.journey_id, kept.action)
            answer = await self._performer.finish(taken, seconds)
        except ProblemError as problem:
            if problem.is_refusal:
                await self._note("refused_action", kept.action_id, problem.problem.detail)
            raise
        receipt = answer.model_dump(mode="json") if isinstance(answer, Receipt) else None
        await self._note("delivered_action", kept.action_id, receipt)
        return answer

    async def claim(self, most: int, seconds: float) -> list[KeptAction]:
        """Take up to `most` actions that should have arrived by now, the oldest first, for at least `seconds`."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_SQL["claim_actions"], most, seconds)
        read = []
        for row in rows:
            try:
                read.append(await self._read(row["journey_id"], row))
            except ProblemError as problem:  # erased meanwhile, or not to be opened: the others must not wait for it
                _log.warning("action.not_read", journey_id=row["journey_id"], problem=problem.problem.type)
                if problem.is_refusal:
                    await self._note("refused_action", row["action_id"], problem.problem.detail)
        return read

    async def _keep(self, journey_id: str, action: ActionInput) -> KeptAction:
        name, body = name_of(action), action.model_dump(mode="json")
        seconds, place = self._performer.wait_seconds + 2, places.action(action.key)
        async with readable(journey_id):
            sealed = await self._vault.seal(journey_id, place, body)
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_SQL["keep_action"], journey_id, action.key, name, sealed, seconds)
        assert row is not None  # noqa: S101 - INSERT … RETURNING gives a row
        async with readable(journey_id):
            kept = await self._vault.open(journey_id, place, row["body"])
        if (row["name"], kept) != (name, body):
            detail = f"key: was used before, for {row['name']} with other content. Take a new key for a new action."
            raise RefusedError(detail, "key-reused")
        receipt = Receipt.model_validate(row["receipt"]) if row["receipt"] else None
        return KeptAction(row["action_id"], journey_id, action, receipt)

    async def _earlier(self, kept: KeptAction) -> list[KeptAction]:
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_SQL["earlier_actions"], kept.journey_id, kept.action_id)
        return [await self._read(kept.journey_id, row) for row in rows]

    async def _read(self, journey_id: str, row: asyncpg.Record) -> KeptAction:
        async with readable(journey_id):
            body = await self._vault.open(journey_id, places.action(row["key"]), row["body"])
        return KeptAction(row["action_id"], journey_id, ACTIONS[row["name"]].model_validate(body))

    async def _note(self, query: str, action_id: int, *more: JsonValue) -> None:
        async with connected(self._pool) as connection:
            await connection.execute(_SQL[query], action_id, *more)

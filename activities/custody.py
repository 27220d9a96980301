"""What a journey may do with the chain of custody: add to it."""

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.custody_chain import digest, root
from activities.epcis import document_of
from privacy import places
from privacy.vault import Vault
from schemas.custody import CustodyEntry, CustodyHead
from storage import queries

_SQL = queries.load("custody")


class CustodyConflictError(ApplicationError):
    """The key was used for another event or journey. Nothing was appended; use a new key for another event."""

    def __init__(self, key: str) -> None:
        """`key` is the one that was used before."""
        message = f"key {key} was appended before with other content; use a new key for another event"
        super().__init__(message, type="CustodyConflict", non_retryable=True)


class Custody:
    """Appends custody events. Each is one transaction and harmless to repeat under the same key."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault) -> None:
        """Append through `pool`, sealed by `vault`."""
        self._pool = pool
        self._vault = vault

    @activity.defn(name="custody.append")
    async def append(self, entry: CustodyEntry) -> CustodyHead:
        """Append one event to its journey's chain and return the link it became, also when it is repeated later.

        Raises CustodyConflictError.
        """
        event, place = document_of(entry), places.custody(entry.key)
        sealed = await self._vault.seal(entry.journey_id, place, event)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_SQL["lock_chain"], entry.journey_id)
            known = await connection.fetchrow(_SQL["link_by_key"], entry.key)
            if known is None:
                return await _append(connection, entry, sealed)
        if known["journey_id"] != entry.journey_id:
            raise CustodyConflictError(entry.key)
        if await self._vault.open(entry.journey_id, place, known["event"]) != event:
            raise CustodyConflictError(entry.key)
        return CustodyHead(seq=known["seq"], sha256=known["sha256"].hex())


async def _append(connection: "PoolConnectionProxy[asyncpg.Record]", entry: CustodyEntry, event: str) -> CustodyHead:
    head = await connection.fetchrow(_SQL["head"], entry.journey_id)
    seq, previous = (head["seq"] + 1, head["sha256"]) if head else (1, root(entry.journey_id))
    sha256 = digest(previous, event)
    await connection.execute(_SQL["append"], entry.journey_id, seq, entry.key, event, previous, sha256)
    return CustodyHead(seq=seq, sha256=sha256.hex())

"""LISTEN on PostgreSQL: rings when a journey is ordered, and once after every (re)connection, to catch up."""

import asyncio
import random

import structlog
from asyncpg import Connection, Pool, Record
from asyncpg.pool import PoolConnectionProxy

from storage.away import ACQUIRE_SECONDS, DATABASE_AWAY

_log = structlog.get_logger(__name__)
_RECONNECT_SECONDS = 0.5
_RECONNECT_SECONDS_MAX = 15.0


class Doorbell:
    """Sets `ring` on each notification; whoever waits on it clears it."""

    def __init__(self, pool: "Pool[Record]", channel: str, ring: asyncio.Event) -> None:
        """Hold one connection of `pool` for listening on `channel`."""
        self._pool = pool
        self._channel = channel
        self._ring = ring

    async def listen(self) -> None:
        """Listen until cancelled, through any loss of the connection."""
        failures = 0
        while True:
            try:
                async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                    failures = 0
                    await self._until_lost(connection)
            except DATABASE_AWAY as error:
                failures += 1
                _log.warning("intake.doorbell_lost", error=type(error).__name__)
            longest = min(_RECONNECT_SECONDS * 2**failures, _RECONNECT_SECONDS_MAX)
            await asyncio.sleep(random.uniform(longest / 2, longest))  # noqa: S311 - spreads load, hides nothing

    async def _until_lost(self, connection: "PoolConnectionProxy[Record]") -> None:
        lost = asyncio.Event()

        def rang(*_notification: object) -> None:
            self._ring.set()

        def gone(_connection: "Connection[Record] | PoolConnectionProxy[Record]") -> None:
            lost.set()

        connection.add_termination_listener(gone)
        await connection.add_listener(self._channel, rang)
        try:
            self._ring.set()  # what was ordered while nobody listened
            await lost.wait()
        finally:
            connection.remove_termination_listener(gone)
            await connection.remove_listener(self._channel, rang)

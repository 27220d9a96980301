"""Histories kept in PostgreSQL, which is where they go unless a setting says otherwise."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from audit.archive.stores import AbsentError, Kept, StoreError
from storage.away import ACQUIRE_SECONDS, DATABASE_AWAY, fault_of_ours
from storage.queries import load

_SQL = load("archive")
_PAGE = 1000


class PostgresStore:
    """The table `archived_history`."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        """Keep through `pool`."""
        self._pool = pool

    async def keep(self, sha256: bytes, content: bytes) -> None:
        """Keep `content`; raises StoreError."""
        async with self._connected() as connection:
            await connection.execute(_SQL["keep_history"], sha256, content)

    async def read(self, sha256: bytes) -> bytes:
        """What is kept under this name; raises AbsentError, StoreError."""
        async with self._connected() as connection:
            content: bytes | None = await connection.fetchval(_SQL["history"], sha256)
        if content is None:
            raise AbsentError
        return content

    async def kept(self) -> AsyncIterator[Kept]:
        """Everything there is; raises StoreError."""
        after = b""
        while True:
            async with self._connected() as connection:
                rows = await connection.fetch(_SQL["histories"], after, _PAGE)
            if not rows:
                return
            for row in rows:
                yield Kept(row["sha256"], row["size"], row["kept_at"])
            after = rows[-1]["sha256"]

    @asynccontextmanager
    async def _connected(self) -> "AsyncIterator[PoolConnectionProxy[asyncpg.Record]]":
        try:
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                yield connection
        except DATABASE_AWAY as error:
            if fault_of_ours(error):
                raise
            message = f"PostgreSQL does not do it just now ({type(error).__name__})"
            raise StoreError(message) from error

"""Connections of the doors to PostgreSQL: when it is away, the asker is told to come back, nothing else breaks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from console.problems import ProblemError
from storage.away import ACQUIRE_SECONDS, DATABASE_AWAY, fault_of_ours

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
_RETRY_SECONDS = 2


class DatabaseAwayError(ProblemError):
    """PostgreSQL does not answer. Repeat after a moment; when it lasts, look at the server and DATABASE_URL."""

    def __init__(self) -> None:
        """The cause travels as `__cause__`, for the log only: its text may name hosts and users."""
        detail = "The database does not answer just now; nothing was changed. Repeat the request in a moment."
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, "database-away", detail, retry_after=_RETRY_SECONDS)


@asynccontextmanager
async def connected(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Connection]:
    """A connection from `pool`; raises DatabaseAwayError where PostgreSQL is away or goes away meanwhile."""
    try:
        async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            yield connection
    except DATABASE_AWAY as error:
        if fault_of_ours(error):
            raise
        raise DatabaseAwayError from error

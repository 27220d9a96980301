"""Connections of the doors to PostgreSQL: when it is away, the asker is told to come back, nothing else breaks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from console.problems import ProblemError

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
_AWAY = (
    OSError,  # refused, reset; TimeoutError is one of them
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutting down or starting up
    asyncpg.InsufficientResourcesError,  # too many connections
    asyncpg.InvalidAuthorizationSpecificationError,  # a password that is being rotated
    asyncpg.InvalidCatalogNameError,  # a database that is being restored
    asyncpg.InterfaceError,  # the connection broke under us
)
_ACQUIRE_SECONDS = 5
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
        async with pool.acquire(timeout=_ACQUIRE_SECONDS) as connection:
            yield connection
    except _AWAY as error:
        if isinstance(error, ValueError):
            raise  # a wrong argument is a fault of ours; asyncpg counts it among the interface errors
        raise DatabaseAwayError from error

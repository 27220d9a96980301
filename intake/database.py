"""What it looks like when PostgreSQL is away: the errors after which the same request may simply be repeated."""

from asyncpg import (
    InsufficientResourcesError,
    InterfaceError,
    OperatorInterventionError,
    PostgresConnectionError,
)
from asyncpg.exceptions import TransactionRollbackError

DATABASE_AWAY = (
    OSError,  # refused, reset; TimeoutError is one of them
    PostgresConnectionError,
    OperatorInterventionError,  # shutting down, starting up, session ended by an administrator
    InsufficientResourcesError,  # too many connections
    TransactionRollbackError,  # a deadlock, broken by the server
    InterfaceError,  # the connection broke under us
)
ACQUIRE_SECONDS = 5

"""What it looks like when PostgreSQL is away: the errors after which the same request may simply be repeated."""

from asyncpg import (
    InsufficientResourcesError,
    InterfaceError,
    InternalClientError,
    InvalidAuthorizationSpecificationError,
    InvalidCatalogNameError,
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
    InvalidAuthorizationSpecificationError,  # a password that is being rotated
    InvalidCatalogNameError,  # a database that is being restored
    InterfaceError,  # the connection broke under us
    InternalClientError,  # it is breaking: the server's last words were read, its hanging up was not yet
)
"""A wrong query argument counts among them in asyncpg; `fault_of_ours` tells it apart."""
ACQUIRE_SECONDS = 5


def fault_of_ours(error: BaseException) -> bool:
    """Whether one of DATABASE_AWAY is really a wrong argument, which no repeat mends."""
    return isinstance(error, ValueError)

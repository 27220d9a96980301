"""The partners' own books: a schema apart from ours, with its migrations and queries."""

from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from storage.migrations import migrate
from storage.queries import Queries

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = PoolConnectionProxy[asyncpg.Record]

SCHEMA = "sandbox"
_HERE = Path(__file__).parent


async def prepare(url: str) -> None:
    """Bring the schema of the database at `url` up to date."""
    connection = await asyncpg.connect(url)
    try:
        await migrate(connection, SCHEMA, _HERE / "migrations")
    finally:
        await connection.close()


def load(name: str) -> Queries:
    """The queries of `sandbox/queries/<name>.sql`."""
    return Queries(_HERE / "queries" / f"{name}.sql")

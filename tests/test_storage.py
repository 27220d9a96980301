"""The database layer: connections and JSON."""

import asyncpg


async def test_a_connection_gives_and_takes_json(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    """Jsonb columns speak Python values."""
    assert await pool.fetchval("SELECT $1::jsonb", {"a": 1}) == {"a": 1}

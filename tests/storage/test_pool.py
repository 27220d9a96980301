"""The database layer: connections and JSON."""

import asyncpg


async def test_a_connection_gives_and_takes_json(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    """Jsonb columns speak Python values."""
    assert await pool.fetchval("SELECT $1::jsonb", {"a": 1}) == {"a": 1}


async def test_a_connection_finds_our_schema(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    """Unqualified table names mean the schema `journeys`."""
    assert await pool.fetchval("SELECT to_regclass('journal')::oid = to_regclass('journeys.journal')::oid") is True

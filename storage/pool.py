"""Connection pools whose connections speak JSON and find our schema."""

from collections.abc import Callable
from typing import Any

import orjson
from asyncpg import Connection, Pool, Record, create_pool
from asyncpg.pool import PoolConnectionProxy

SCHEMA = "journeys"


async def speak_json(
    connection: "Connection[Record] | PoolConnectionProxy[Record]", decoder: Callable[[str], Any] = orjson.loads
) -> None:
    """Have jsonb columns of `connection` take Python values, and give what `decoder` makes of their text."""
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name, encoder=lambda value: orjson.dumps(value).decode(), decoder=decoder, schema="pg_catalog"
        )


async def _leave_as_it_is(connection: "Connection[Record]") -> None:
    """Our queries leave nothing behind in a session, so the reset that asyncpg makes at each release is saved."""
    del connection


async def open_pool(url: str, *, schema: str = SCHEMA, min_size: int = 1, max_size: int = 10) -> "Pool[Record]":
    """Open a pool on `url` (postgresql://…) with `schema` first on the search path.

    jsonb columns take and give Python values. Raises OSError or asyncpg errors when the server cannot be reached.
    """
    return await create_pool(
        url,
        min_size=min_size,
        max_size=max_size,
        init=speak_json,
        reset=_leave_as_it_is,
        server_settings={"search_path": schema, "application_name": "patient-journeys"},
        command_timeout=30,
    )

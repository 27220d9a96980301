"""Archives filled with recorded histories, without a server; and hands that tamper with them."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from temporalio.api.history.v1 import History

from audit.archive.entry import Entry, RunVersions
from audit.archive.marks import marks
from audit.archive.register import Register
from audit.archive.stores import Stores
from audit.archive.telling import told
from audit.histories import read_file
from tests import histories
from tests.audit.archive.conftest import BY

FOLDER = Path(histories.__file__).parent
REFILLED = tuple(f"refilled-once.{number}.json" for number in (1, 2, 3))
NAMES = (*REFILLED, "withdrawn-for-an-unknown-policy.json", "car-t-unsuitable.json")


def content_of(name: str) -> bytes:
    return read_file(FOLDER / name).history.SerializeToString(deterministic=True)


def entry_of(content: bytes, stores: Stores) -> Entry:
    known = told(History.FromString(content))
    return Entry(
        **known.model_dump(),
        run_id=known.original_run_id,
        namespace="default",
        seq=1,
        versions=RunVersions(archived_by=BY).model_dump(mode="json"),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        marks=marks(content).hex(),
        store=stores.current,
        archived_at=datetime.now(UTC),
    )


async def fill(register: Register, stores: Stores, *names: str) -> list[Entry]:
    """Archive these recorded histories in their order."""
    entries = []
    for name in names or NAMES:
        content = content_of(name)
        entries.append(entry_of(content, stores))
        await stores.keep(bytes.fromhex(entries[-1].sha256), content)
    return [link.entry for link in await register.append(entries)]


@asynccontextmanager
async def tampering(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    """Somebody who owns the database, and switches its guards off."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        hands: Any = connection
        yield hands

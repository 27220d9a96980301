"""What every test may ask for: a real PostgreSQL server and a migrated database of its own."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from storage.migrations import migrate
from storage.pool import SCHEMA, open_pool
from workers.stack.postgres import EmbeddedPostgres

_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server for the whole run; its data does not outlive it, so it need not be flushed."""
    folder = tmp_path_factory.mktemp("postgres")
    for parent in [folder, *folder.parents]:
        if parent == Path("/tmp"):  # noqa: S108 - pytest's own folder
            break
        parent.chmod(0o755)
    server = EmbeddedPostgres(folder, settings=_FAST)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def template(postgres: EmbeddedPostgres) -> str:
    """Name of a migrated database from which each test's own is copied."""
    admin = await asyncpg.connect(postgres.url())
    await admin.execute("CREATE DATABASE template_journeys")
    await admin.close()
    connection = await asyncpg.connect(postgres.url("template_journeys"))
    await migrate(connection, SCHEMA)
    await connection.close()
    return "template_journeys"


@pytest.fixture
async def database(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[str]:
    """URL of a fresh, migrated database; it is dropped after the test."""
    name = f"test_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres.url())
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield postgres.url(name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def pool(database: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    """A connection pool on the test's own database."""
    opened = await open_pool(database)
    yield opened
    await opened.close()

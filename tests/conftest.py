"""What every test may ask for: a real PostgreSQL server and a migrated database of its own."""

import asyncio
import gc
import logging
import os
import shutil
import sysconfig
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog
import uvloop
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment

from privacy.key_ring import KeyRing
from privacy.vault import Vault
from schemas.routing import SEARCH_ATTRIBUTES
from storage.migrations import migrate
from storage.pool import SCHEMA, open_pool
from workers.clients import connect
from workers.converter import data_converter
from workers.settings import Settings
from workers.stack.postgres import EmbeddedPostgres

for _name, _value in {"GOGC": "400", "GOMAXPROCS": "1", "GODEBUG": "adaptivestackstart=1"}.items():
    os.environ.setdefault(_name, _value)
"""For the Temporal servers that tests start: they have memory to spare, and live for minutes; side by side they keep
every core busy with one thread each, and spare the hand-overs between threads; stacks begin as large as they become."""
asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())  # as the processes of production do
RING = KeyRing.new()
"""The key ring of the whole run, of the programs that tests start as well."""
os.environ["KEY_RING"] = RING.text()
TEMPORAL = Path(sysconfig.get_path("scripts")) / "temporal"
PROMPT_TIMERS = ["--dynamic-config-value", 'history.timerProcessorMaxTimeShift="10ms"']
LONGEST = (
    "tests/simulation/test_survival.py",
    "tests/workers/demo/test_demo.py",
    "tests/simulation/test_any_order.py",
    "tests/workers/stack/test_embedded.py",
)
"""Modules with tests that take half a minute, or wait for most of their time."""
_ROOM = 4 * 2**30
_GARBAGE = (20_000, 20, 20)
"""New objects before the collector looks at the young, and looks of each kind before one at the next older."""
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "max_wal_size": "128MB",  # each new database goes through the log, which may lie in memory
}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, whatever the order of the rest: none of them then runs alone at the end."""
    ranks = {file: rank for rank, file in enumerate(LONGEST, -len(LONGEST))}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], 0))


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector of garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


def _in_memory() -> Path | None:
    """A folder in memory, where there is one with room: a disk spends more on a new database than its test does."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder made in it has a random name
    room = shutil.disk_usage(memory).free if os.access(memory, os.W_OK) else 0
    return memory if room > _ROOM else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server for the whole run; its data does not outlive it, so it need not be flushed."""
    # Not pytest's own folder: runs side by side clear away one another's.
    with tempfile.TemporaryDirectory(prefix="journeys-tests-", dir=_in_memory()) as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder), settings=_FAST)
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
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield postgres.url(name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def pool(database: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    """A connection pool on the test's own database."""
    opened = await open_pool(database)
    yield opened
    await opened.close()


@pytest.fixture
def vault(pool: "asyncpg.Pool[asyncpg.Record]") -> Vault:
    """What seals and opens in the test's own database."""
    return Vault(pool, RING)


def attributes() -> list[SearchAttributeKey[Any]]:
    """Our search attributes, to register on a test server."""
    make: dict[str, Callable[[str], SearchAttributeKey[Any]]] = {
        "Keyword": SearchAttributeKey.for_keyword,
        "Bool": SearchAttributeKey.for_bool,
    }
    return [make[kind](name) for name, kind in SEARCH_ATTRIBUTES.items()]


@asynccontextmanager
async def temporal_server(*settings: str) -> AsyncIterator[Client]:
    """A client of a real Temporal server of one's own with dynamic `settings`, our search attributes registered."""
    async with await WorkflowEnvironment.start_local(
        data_converter=data_converter(),
        dev_server_existing_path=str(TEMPORAL),
        dev_server_extra_args=[*PROMPT_TIMERS, *(part for one in settings for part in ("--dynamic-config-value", one))],
        search_attributes=attributes(),
    ) as environment:
        address = environment.client.service_client.config.target_host
        # Connected as our processes are: the environment's own client compresses what it says to its neighbour.
        yield await connect(Settings.model_validate({"temporal_address": address, "temporal_namespace": "default"}))


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[Client]:
    """A client of a real Temporal server for the whole run: what one test sets for the server, all others meet."""
    async with temporal_server() as client:
        yield client


@pytest.fixture
def logs_as_before() -> Iterator[None]:
    """What a test sets up for logs ends with it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)

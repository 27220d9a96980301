"""What the tests of the door share: sample events, the real HTTP app on a real database, a real Temporal server."""

import copy
import json
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from intake.api import router
from intake.door import Door
from intake.received import STRUCTURED
from privacy.vault import Vault
from products.loader import load_products
from storage.migrations import migrate
from storage.pool import SCHEMA, open_pool
from tests.conftest import RING
from tests.serving import TRUST
from workers.stack.postgres import EmbeddedPostgres

SAMPLES = Path(__file__).parents[2] / "samples"
TEMPORAL = Path(sys.executable).with_name("temporal")
Event = dict[str, Any]
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


@pytest.fixture
def door(pool: Pool, vault: Vault) -> Door:
    return Door(pool, vault, load_products())


@pytest.fixture
async def http(door: Door) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the real app on the test's own database."""
    async with client_of(door) as client:
        yield client


def client_of(door: Door) -> httpx2.AsyncClient:
    app = FastAPI()
    app.include_router(router(lambda: door))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://door", verify=TRUST)


def sample(product: str = "pingan-cancer-drug") -> Event:
    """A fresh copy of a product's sample event."""
    event: Event = json.loads((SAMPLES / "claims" / f"{product}.json").read_text(encoding="utf-8"))
    return event


def another(claim: str | None = None, *, event_id: str | None = None) -> Event:
    """The sample event for another claim, under an id of its own."""
    event = copy.deepcopy(sample())
    event["subject"] = event["data"]["claim_number"] = claim or f"CLAIM-{uuid.uuid4().hex[:12]}"
    event["id"] = event_id or uuid.uuid4().hex
    return event


def changed(change: Callable[[Event], object]) -> Event:
    """The sample event with something done to its data."""
    event = another()
    change(event["data"])
    return event


def raw(event: object) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


async def send(http: httpx2.AsyncClient, body: bytes | Event, media_type: str = STRUCTURED) -> httpx2.Response:
    """POST one event."""
    content = body if isinstance(body, bytes) else raw(body)
    return await http.post("/events", content=content, headers={"content-type": media_type})


@pytest.fixture
async def mortal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedPostgres]:
    """A PostgreSQL server that the test may stop and start."""
    folder = tmp_path_factory.mktemp("mortal")
    for parent in [folder, *folder.parents]:
        if parent == Path("/tmp"):  # noqa: S108 - pytest's own folder
            break
        parent.chmod(0o755)
    server = EmbeddedPostgres(folder)
    server.start()
    connection = await asyncpg.connect(server.url())
    await migrate(connection, SCHEMA)
    await connection.close()
    yield server
    server.stop()


@pytest.fixture
async def mortal_pool(mortal: EmbeddedPostgres) -> AsyncIterator[Pool]:
    pool = await open_pool(mortal.url())
    yield pool
    pool.terminate()


@pytest.fixture
async def mortal_http(mortal_pool: Pool) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(Door(mortal_pool, Vault(mortal_pool, RING), load_products())) as client:
        yield client


async def cut_connections(pool: Pool) -> None:
    """End every session of this pool's database but the one that does it."""
    sessions = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    await pool.fetch(f"SELECT pg_terminate_backend(pid) FROM ({sessions}) AS sessions")  # noqa: S608 - no input


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """A real Temporal server with our search attributes."""
    keys = [SearchAttributeKey.for_keyword("JourneyProduct")]
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(TEMPORAL),
        data_converter=pydantic_data_converter,
        search_attributes=keys,
        dev_server_log_level="error",
    )
    yield environment
    await environment.shutdown()


@pytest.fixture
def client(temporal: WorkflowEnvironment) -> Client:
    return temporal.client

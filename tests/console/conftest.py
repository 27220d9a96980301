"""A gateway application over the test's own database and a real Temporal server with a small recording journey."""

import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
import httpx2
import pytest
from cyclopts import App
from fastapi import FastAPI
from rich.console import Console
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from console.app import create_app
from privacy.vault import Vault
from storage.pool import open_pool
from tests.console.recording import RecordingJourney
from tests.rig import sealing
from tests.serving import TRUST
from workers.cli import acting, custody, escalations, views
from workers.converter import data_converter
from workers.stack.ports import free_port

WEBHOOK_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"  # noqa: S105 - a secret of the tests
QUEUE = "console-tests"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


@pytest.fixture(scope="session")
async def worker(temporal: Client) -> AsyncIterator[Worker]:
    """A worker that runs recording journeys."""
    runner = UnsandboxedWorkflowRunner()
    async with Worker(temporal, task_queue=QUEUE, workflows=[RecordingJourney], workflow_runner=runner) as running:
        yield running


@dataclass(frozen=True)
class Running:
    """A recording journey that runs."""

    journey_id: str
    handle: WorkflowHandle[RecordingJourney, list[str]]

    async def taken(self) -> list[str]:
        """Keys of the actions it has taken, in order."""
        return await self.handle.query(RecordingJourney.taken)


def new_journey_id() -> str:
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return "journey-" + "".join(letters[byte % 32] for byte in uuid.uuid4().bytes + b"abcd")


@pytest.fixture
async def journey(temporal: Client, worker: Worker) -> AsyncIterator[Running]:
    """A journey of its own for the test."""
    del worker
    journey_id = new_journey_id()
    handle = await temporal.start_workflow(RecordingJourney.run, id=journey_id, task_queue=QUEUE)
    yield Running(journey_id, handle)
    with suppress(RPCError):  # the test ended it
        await handle.terminate()


@pytest.fixture
async def sealed_journey(temporal: Client, vault: Vault) -> AsyncIterator[Running]:
    """A recording journey whose worker seals and opens payloads, as the commands do."""
    client, queue, journey_id = sealing(temporal, vault), f"sealed-{uuid.uuid4().hex}", new_journey_id()
    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue=queue, workflows=[RecordingJourney], workflow_runner=runner):
        handle = await client.start_workflow(RecordingJourney.run, id=journey_id, task_queue=queue)
        yield Running(journey_id, handle)
        with suppress(RPCError):  # the test ended it
            await handle.terminate()


@pytest.fixture
def app(pool: Pool, vault: Vault, temporal: Client) -> FastAPI:
    """The gateway's application."""
    return create_app(pool, vault, temporal, webhook_secret=WEBHOOK_SECRET, wait_seconds=2)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that speaks to the application."""
    async with client_of(app) as client:
        yield client


async def absent_temporal() -> Client:
    """A client of a Temporal server that is not there."""
    return await Client.connect("127.0.0.1:1", lazy=True, data_converter=data_converter())


@pytest.fixture
async def absent_database() -> AsyncIterator[Pool]:
    """A pool on a PostgreSQL server that is not there."""
    async with await open_pool(f"postgresql://nobody:nothing@127.0.0.1:{free_port()}/none", min_size=0) as opened:
        yield opened


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    """An HTTP client on the ASGI interface of `app`."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://gateway", verify=TRUST)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, database: str, temporal: Client) -> App:
    """The commands that show and act, set to the test's own servers and a wide terminal that speaks English."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal.service_client.config.target_host)
    monkeypatch.setenv("COLUMNS", "240")
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    app = App(name="journeys", exit_on_error=False, error_console=Console(stderr=True))
    app.command(views.list_journeys, name="list")
    app.command(views.status, name="status")
    app.command(escalations.escalations, name="escalations")
    app.command(custody.custody, name="custody")
    app.command(acting.act, name="act")
    return app


async def run(command: App, *tokens: str) -> None:
    await command.run_async(list(tokens), result_action="return_value")

"""Runs that close at once, in a Temporal namespace of one's own, and an archive to put them into."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio import workflow
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from audit import listing
from audit.archive.entry import CodeVersions, StoreName
from audit.archive.export import Exporter
from audit.archive.postgres import PostgresStore
from audit.archive.register import Register
from audit.archive.stores import Store, Stores

BY = CodeVersions(build="0123456789ab", rules="r1", products="p1", calendar="c1")
RETENTION = timedelta(days=3)
_QUEUE = "archive-tests"


@workflow.defn(sandboxed=False)
class Stroll:
    """Continues as new so many times, and waits at the end where it is told to; nobody of ours knows its type."""

    def __init__(self) -> None:
        """Not told to go on yet."""
        self._on = False

    @workflow.run
    async def run(self, more: int, stay: bool) -> str:  # noqa: FBT001 - a workflow is given what it is given
        """Go on `more` times."""
        if more:
            workflow.continue_as_new(args=[more - 1, stay])
        await workflow.wait_condition(lambda: self._on or not stay)
        return "home"

    @workflow.signal
    def go_on(self) -> None:
        """Stay no longer."""
        self._on = True


@dataclass
class Walks:
    """A namespace in which journeys can be walked."""

    client: Client

    async def walk(self, more: int = 0, *, journey: str | None = None) -> str:
        """A journey of one run and `more`, closed; gives its id."""
        handle = await self.stay(more, stay=False, journey=journey)
        await handle.result()
        return handle.id

    async def stay(
        self, more: int = 0, *, stay: bool = True, journey: str | None = None
    ) -> WorkflowHandle[Stroll, str]:
        """A journey whose last run is open."""
        name = journey or new_journey()
        return await self.client.start_workflow(Stroll.run, args=[more, stay], id=name, task_queue=_QUEUE)

    async def listed(self, closed: int) -> None:
        """Wait until the server lists so many closed runs."""
        while await listing.count(self.client, listing.closed(None)) != closed:
            pass


def new_journey() -> str:
    letters = uuid.uuid4().hex.translate(str.maketrans("0189", "abcd"))[:20]
    return f"journey-{letters}"


@pytest.fixture
async def namespace(temporal: Client) -> AsyncIterator[Client]:
    """A client of a namespace of the test's own, in which a worker strolls."""
    name = f"archive-{uuid.uuid4().hex[:8]}"
    period = Duration(seconds=int(RETENTION.total_seconds()))
    request = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=period)
    await temporal.workflow_service.register_namespace(request)
    config = temporal.config()
    config["namespace"] = name
    client = Client(**config)
    async with Worker(client, task_queue=_QUEUE, workflows=[Stroll], workflow_runner=UnsandboxedWorkflowRunner()):
        yield client


@pytest.fixture
async def walks(namespace: Client) -> Walks:
    """The test's namespace."""
    return Walks(namespace)


@pytest.fixture
def register(pool: "asyncpg.Pool[asyncpg.Record]") -> Register:
    return Register(pool)


@pytest.fixture
def stores(pool: "asyncpg.Pool[asyncpg.Record]") -> Stores:
    return in_postgres(pool)


@pytest.fixture
def exporter(namespace: Client, register: Register, stores: Stores) -> Exporter:
    return Exporter(namespace, register, stores, BY)


def in_postgres(pool: "asyncpg.Pool[asyncpg.Record]") -> Stores:
    known: dict[StoreName, Store] = {StoreName.POSTGRES: PostgresStore(pool)}
    return Stores(known, StoreName.POSTGRES)

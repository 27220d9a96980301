"""Builds on a real Temporal server: which one is current, and which journeys follow."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig

from schemas.routing import DEPLOYMENT
from tests.conftest import temporal_server
from tests.workers.stack.waiting import eventually
from workers.stack.versions import NoWorkerError, adopt_older_journeys, make_current

RUNNER = UnsandboxedWorkflowRunner()


@pytest.fixture(scope="module", name="temporal")
async def a_server_apart() -> AsyncIterator[Client]:
    """A server of this module's own: a build made current here would take the new journeys of every other test."""
    async with temporal_server() as client:
        yield client


@workflow.defn(name="Waiting", versioning_behavior=VersioningBehavior.PINNED)
class Waiting:
    """A journey that waits for a word."""

    @workflow.init
    def __init__(self) -> None:
        """Nothing has been said."""
        self.word = ""

    @workflow.run
    async def run(self) -> str:
        """Wait."""
        await workflow.wait_condition(lambda: bool(self.word))
        return self.word

    @workflow.signal
    def say(self, word: str) -> None:
        """Hear the word."""
        self.word = word


@workflow.defn(name="Waiting", versioning_behavior=VersioningBehavior.PINNED)
class Sleeping:
    """The same journey as an older build wrote it: its histories hold a timer that today's code does not start."""

    @workflow.run
    async def run(self) -> str:
        """Sleep."""
        await workflow.sleep(timedelta(days=1))
        return ""


def worker(client: Client, queue: str, build: str, code: type = Waiting) -> Worker:
    config = WorkerDeploymentConfig(version=WorkerDeploymentVersion(DEPLOYMENT, build), use_worker_versioning=True)
    return Worker(client, task_queue=queue, workflows=[code], deployment_config=config, workflow_runner=RUNNER)


def build(name: str) -> str:
    """A build of this test's own: the server outlives it."""
    return f"{name}-{uuid.uuid4().hex[:8]}"


async def journey(client: Client, queue: str, on: str) -> "WorkflowHandle[Waiting, str]":
    """A running journey that has taken its first step on build `on`."""
    handle = await client.start_workflow(Waiting.run, id=f"waiting-{uuid.uuid4().hex}", task_queue=queue)
    query = f"WorkflowId = '{handle.id}' AND TemporalWorkerDeploymentVersion = '{DEPLOYMENT}:{on}'"

    async def pinned() -> bool:
        return (await client.count_workflows(query)).count == 1

    await eventually(pinned, f"the journey is pinned to {on}")
    return handle


async def test_a_build_becomes_current_once_a_worker_of_it_asks_for_work(temporal: Client) -> None:
    """It is waited for, and the server then routes new journeys to it."""
    queue, ours = uuid.uuid4().hex, build("first")
    waiting = asyncio.create_task(make_current(temporal, ours))
    async with worker(temporal, queue, ours):
        await waiting
        handle = await journey(temporal, queue, ours)
        await handle.signal(Waiting.say, "done")
        assert await handle.result() == "done"


async def test_a_build_nobody_runs_does_not_become_current(temporal: Client) -> None:
    """The error names the build."""
    with pytest.raises(NoWorkerError, match="no worker of build unheard-of"):
        await make_current(temporal, "unheard-of", patience=0.5)


async def test_an_older_journey_that_replays_goes_on_with_the_new_build(temporal: Client) -> None:
    """Its own build is gone for good; the new one ends it."""
    queue, old, new = uuid.uuid4().hex, build("old"), build("new")
    async with worker(temporal, queue, old):
        await make_current(temporal, old)
        handle = await journey(temporal, queue, old)
    async with worker(temporal, queue, new):
        await make_current(temporal, new)
        adopted = await adopt_older_journeys(temporal, new, [Waiting], RUNNER)
        assert handle.id in adopted.moved
        await handle.signal(Waiting.say, "still here")
        assert await handle.result() == "still here"


async def test_an_older_journey_that_does_not_replay_is_left_and_reported(temporal: Client) -> None:
    """It keeps its build, and the reason is told."""
    queue, old, new = uuid.uuid4().hex, build("old"), build("new")
    async with worker(temporal, queue, old, Sleeping):
        await make_current(temporal, old)
        handle = await journey(temporal, queue, old)
    async with worker(temporal, queue, new):
        await make_current(temporal, new)
        adopted = await adopt_older_journeys(temporal, new, [Waiting], RUNNER)
    await handle.terminate()
    assert "ondeterminism" in adopted.stuck[handle.id]

"""Which build of the workers runs new journeys, and what becomes of journeys that an older build started."""

import asyncio
import time
from collections.abc import Sequence

import structlog
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.deployment.v1 import WorkerDeploymentVersion
from temporalio.api.enums.v1 import RoutingConfigUpdateState
from temporalio.api.workflow.v1 import VersioningOverride, WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
    UpdateWorkflowExecutionOptionsRequest,
)
from temporalio.client import Client
from temporalio.client import WorkflowExecution as Execution
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer, WorkflowRunner

from schemas.routing import DEPLOYMENT
from workers.stack.adoption import Adoption

_POLLED_SECONDS = 75
_NOT_YET = (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.UNAVAILABLE)
_log = structlog.get_logger("workers.stack")


class NoWorkerError(Exception):
    """No worker of this build asked the server for work in time: look into the worker's log."""


async def make_current(client: Client, build: str, *, patience: float = _POLLED_SECONDS) -> None:
    """New journeys start on `build`, and running ones go on with it at their next run.

    Waits until a worker of it has asked for work, else NoWorkerError, and until every task queue knows, else
    RuntimeError.
    """
    deadline = time.monotonic() + patience
    await _set_current(client, build, deadline)
    while not await _known_everywhere(client):
        if time.monotonic() > deadline:
            message = f"build {build} is current, but not every task queue knows it after {patience:.0f} s"
            raise RuntimeError(message)
        await asyncio.sleep(0.1)


async def _set_current(client: Client, build: str, deadline: float) -> None:
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=DEPLOYMENT, build_id=build, ignore_missing_task_queues=True
    )
    while True:
        try:
            await client.workflow_service.set_worker_deployment_current_version(request)
        except RPCError as error:
            if error.status not in _NOT_YET:
                raise
            if time.monotonic() > deadline:
                message = f"no worker of build {build} has asked for work in time ({error.message})"
                raise NoWorkerError(message) from error
            await asyncio.sleep(0.2)
        else:
            return


async def _known_everywhere(client: Client) -> bool:
    """The server tells its task queues one after another; until then a journey does not hear of the release."""
    asked = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=DEPLOYMENT)
    told = await client.workflow_service.describe_worker_deployment(asked)
    state = told.worker_deployment_info.routing_config_update_state
    return state != RoutingConfigUpdateState.ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS


async def adopt_older_journeys(
    client: Client, build: str, workflows: Sequence[type], runner: WorkflowRunner
) -> Adoption:
    """Move running journeys of other builds to `build`, each only after its history replayed with today's code.

    A journey is pinned to the build that started it; on one machine that build is gone after an upgrade, and the
    journey would wait for ever. One that does not replay is left where it is and reported.
    """
    replayer = Replayer(
        workflows=workflows,
        workflow_runner=runner,
        namespace=client.namespace,
        data_converter=client.data_converter,
        build_id=build,
    )
    moved: list[str] = []
    stuck: dict[str, str] = {}
    query = (
        f"TemporalWorkerDeployment = '{DEPLOYMENT}' AND ExecutionStatus = 'Running'"
        f" AND TemporalWorkerDeploymentVersion != '{DEPLOYMENT}:{build}'"
    )
    async for journey in client.list_workflows(query):
        if reason := await _reason_not_to(client, replayer, journey):
            stuck[journey.id] = reason
            _log.error("journey needs a worker of its own build", journey=journey.id, reason=reason)
        else:
            await _move(client, journey, build)
            moved.append(journey.id)
    return Adoption(moved=tuple(moved), stuck=stuck)


async def _reason_not_to(client: Client, replayer: Replayer, journey: Execution) -> str:
    history = await client.get_workflow_handle(journey.id, run_id=journey.run_id).fetch_history()
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    return str(result.replay_failure) if result.replay_failure else ""


async def _move(client: Client, journey: Execution, build: str) -> None:
    """The override acts once, at the journey's next step: from then on the journey is pinned to `build`."""
    target = WorkerDeploymentVersion(deployment_name=DEPLOYMENT, build_id=build)
    once = VersioningOverride(one_time=VersioningOverride.OneTimeOverride(target_deployment_version=target))
    await client.workflow_service.update_workflow_execution_options(
        UpdateWorkflowExecutionOptionsRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=journey.id, run_id=journey.run_id),
            workflow_execution_options=WorkflowExecutionOptions(versioning_override=once),
            update_mask=FieldMask(paths=["versioning_override"]),
        )
    )

"""Runs as the Temporal server lists them, a page at a time, asked and told in its own terms.

The SDK's list cannot read every status that a server may tell.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.history.v1 import History
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    CountWorkflowExecutionsRequest,
    DescribeNamespaceRequest,
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
    GetWorkflowExecutionHistoryRequest,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from audit.archive.telling import moment

_PAGE = 1000
_WINDOW = timedelta(days=1)
_RUNNING = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
OURS = 'WorkflowId STARTS_WITH "journey-"'
"""Whatever else a namespace holds is not ours to keep."""


class Run(NamedTuple):
    """One run as it is listed."""

    journey_id: str
    run_id: str
    started_at: datetime
    closed_at: datetime | None
    size: int
    """Bytes of its history, as the server reckons them."""


class Standing(NamedTuple):
    """How the newest run of a journey stands."""

    run_id: str
    events: int
    working: bool
    """A workflow task is to be done, or is being done."""


async def runs(client: Client, query: str) -> AsyncIterator[list[Run]]:
    """Pages of runs, in the server's order; raises RPCError."""
    token = b""
    while True:
        request = ListWorkflowExecutionsRequest(
            namespace=client.namespace, query=query, page_size=_PAGE, next_page_token=token
        )
        page = await client.workflow_service.list_workflow_executions(request, retry=True)
        yield [_run(info) for info in page.executions]
        token = page.next_page_token
        if not token:
            return


async def count(client: Client, query: str) -> int:
    """How many there are, nearly; raises RPCError."""
    request = CountWorkflowExecutionsRequest(namespace=client.namespace, query=query)
    return (await client.workflow_service.count_workflow_executions(request, retry=True)).count


def closed(since: datetime | None, before: datetime | None = None) -> str:
    """The query for runs that closed at `since` or later, and before `before`."""
    query = f'{OURS} AND CloseTime >= "{(since or datetime.fromtimestamp(0, UTC)).isoformat()}"'
    return f'{query} AND CloseTime < "{before.isoformat()}"' if before else query


def windows(since: datetime | None, now: datetime, retention: timedelta) -> list[str]:
    """Queries that give every closed run since then a day at a time, oldest first: the server lists newest first.

    Without `since`, everything there is; what is older than the retention may be there for a while yet.
    """
    edges = [since]
    edge = since or now - retention
    while edge < now - _WINDOW:
        edge += _WINDOW
        edges.append(edge)
    return [closed(start, end) for start, end in zip(edges, [*edges[1:], None], strict=True)]


async def history(client: Client, journey_id: str, run_id: str) -> History:
    """The whole history of a run as the server gives it, nothing decoded; raises RPCError."""
    whole, token = History(), b""
    while True:
        request = GetWorkflowExecutionHistoryRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=journey_id, run_id=run_id),
            next_page_token=token,
        )
        page = await client.workflow_service.get_workflow_execution_history(request, retry=True)
        whole.MergeFrom(page.history)
        token = page.next_page_token
        if not token:
            return whole


async def is_there(client: Client, journey_id: str, run_id: str = "") -> bool:
    """Whether the server has this run, or any of the journey; raises RPCError where it does not answer."""
    return await _described(client, journey_id, run_id) is not None


async def standing(client: Client, journey_id: str) -> Standing | None:
    """How the newest run of a journey stands, None where the server has none; raises RPCError."""
    told = await _described(client, journey_id)
    if told is None:
        return None
    info = told.workflow_execution_info
    # One that was terminated in the middle of a task keeps it, and nobody will ever do it.
    working = info.status == _RUNNING and told.HasField("pending_workflow_task")
    return Standing(info.execution.run_id, info.history_length, working)


async def _described(client: Client, journey_id: str, run_id: str = "") -> DescribeWorkflowExecutionResponse | None:
    execution = WorkflowExecution(workflow_id=journey_id, run_id=run_id)
    request = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
    try:
        return await client.workflow_service.describe_workflow_execution(request, retry=True)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def retention(client: Client) -> timedelta:
    """For how long the server keeps a closed run; raises RPCError."""
    request = DescribeNamespaceRequest(namespace=client.namespace)
    answer = await client.workflow_service.describe_namespace(request, retry=True)
    return answer.config.workflow_execution_retention_ttl.ToTimedelta()


def _run(info: WorkflowExecutionInfo) -> Run:
    closed_at = moment(info.close_time) if info.HasField("close_time") else None
    run = info.execution
    return Run(run.workflow_id, run.run_id, moment(info.start_time), closed_at, info.history_size_bytes)

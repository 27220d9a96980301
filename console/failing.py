"""Journeys that our own code fails on: Temporal tries their next step again and again, and nobody is told."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

_log = structlog.get_logger("console.failing")
_QUERY = (
    "TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"
    " AND ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH 'journey-'"
)
_MOST = 100
"""Where more fail, a release is at fault, and one of them tells as much as all."""
_PATIENCE = timedelta(seconds=3)


class TemporalSilentError(Exception):
    """Temporal does not answer, or cannot tell: an older server does not report problems. Look at its health."""


class Failing(NamedTuple):
    """A journey whose step fails; `since` and `attempts` are None where it has got over it meanwhile."""

    journey_id: str
    since: datetime | None
    attempts: int | None


async def failing_journeys(client: Client) -> list[Failing]:
    """Journeys whose workflow task failed several times in a row; TemporalSilentError when Temporal does not say."""
    try:
        async with asyncio.timeout(2 * _PATIENCE.total_seconds()):
            found = client.list_workflows(_QUERY, limit=_MOST, rpc_timeout=_PATIENCE)
            return await asyncio.gather(*[_failing(client, one.id, one.run_id) async for one in found])
    except (RPCError, RuntimeError, TimeoutError) as error:  # RuntimeError: a lazy client that never connected
        _log.warning("failing.unknown", cause=type(error).__name__)
        raise TemporalSilentError from error


async def _failing(client: Client, journey_id: str, run_id: str) -> Failing:
    described = await client.get_workflow_handle(journey_id, run_id=run_id).describe(rpc_timeout=_PATIENCE)
    task = described.raw_description.pending_workflow_task
    if not task.attempt:
        return Failing(journey_id, None, None)
    return Failing(journey_id, task.original_scheduled_time.ToDatetime(UTC), task.attempt)

"""One journey on the Temporal server: started on its day, moved through time, acted on, waited for until it rests."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from intake.starter import start
from schemas.action_input import ActionInput
from schemas.actions import Receipt
from schemas.claims import AnyClaim
from simulation.errors import StuckError
from simulation.house import House

_PATIENCE_SECONDS = 60
_LOOK_SECONDS = 0.003
_LOOK_SECONDS_MOST = 0.02
"""A look costs the server as much as the journey's own doing: each pause is half as long again as the one before."""


class Rest(NamedTuple):
    """A journey that does nothing until time passes or somebody acts."""

    now: datetime
    running: bool
    wakes: datetime | None
    """When a timer of its own wakes it, by Temporal's clock."""


class Traveller:
    """One journey of a house; all times are the journey's own."""

    def __init__(self, house: House, claim: AnyClaim) -> None:
        """The journey of `claim`, which does not run yet."""
        self._house = house
        self._claim = claim
        # Without the id of a run: a journey that continues as new is followed.
        self._handle = house.client.get_workflow_handle(claim.journey_id)

    async def start(self, at: datetime) -> Rest:
        """Start the journey at `at`."""
        self._house.clock.start(self._claim.journey_id, at)
        await start(self._house.client, self._claim)
        return await self._rest()

    async def wait_until(self, at: datetime) -> Rest:
        """Let the time pass until the minute `at`."""
        return await self._skip_to(self._house.clock.temporal(self._claim.journey_id, at))

    async def wake(self, rest: Rest) -> Rest:
        """Let the time pass until the journey's own next doing."""
        return await self._skip_to(rest.wakes) if rest.wakes else rest

    async def act(self, action: ActionInput, name: str) -> tuple[Rest, str]:
        """Take an action: where the journey rests afterwards, and why it refused, empty when it did not.

        Raises StuckError when the journey neither takes nor refuses it.
        """
        refusal = ""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._handle.execute_update(name, action, id=action.key, result_type=Receipt)
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
            message = f"{name} is neither taken nor refused"
            raise StuckError(message) from None
        except WorkflowUpdateFailedError as error:
            refusal = error.cause.message if isinstance(error.cause, ApplicationError) else str(error.cause)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            refusal = "the journey is closed"
        return await self._rest(), refusal

    async def end(self) -> None:
        """Take the journey off the server, where it is still open when the simulation ends."""
        await self._handle.terminate(reason="the simulation ends here")

    def own_time(self, temporal: datetime) -> datetime:
        """The journey's own time at a moment of Temporal's clock."""
        return self._house.clock.simulated(self._claim.journey_id, temporal)

    async def _skip_to(self, temporal: datetime) -> Rest:
        now = _now_of(await self._described())
        if temporal > now:
            await self._house.skipper.fast_forward(self._handle, temporal - now)
        return await self._rest()

    async def _rest(self) -> Rest:
        """Wait until the journey can do nothing more at this moment. Raises StuckError."""
        give_up, pause = time.monotonic() + _PATIENCE_SECONDS, _LOOK_SECONDS
        while True:
            described = await self._described()
            if rest := await self._resting(described):
                return rest
            if time.monotonic() > give_up:
                message = f"the journey does not come to rest: {_at_work_on(described)}"
                raise StuckError(message)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LOOK_SECONDS_MOST)

    async def _resting(self, described: DescribeWorkflowExecutionResponse) -> Rest | None:
        now = _now_of(described)
        if described.workflow_execution_info.status != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING:
            return Rest(self.own_time(now), running=False, wakes=None)
        # Temporal does not skip the time between two attempts at a partner: they are waited for.
        if described.pending_activities or described.pending_workflow_task.attempt == 1:
            return None
        history = await self._handle.fetch_history()
        if failure := failing(history.events):
            message = f"the journey's workflow task fails: {failure}"
            raise StuckError(message)
        # The history is younger than the description: a timer may have fired in between, a new run not have begun.
        if described.HasField("pending_workflow_task") or not at_rest(history.events):
            return None
        wakes = min(timers(history.events), default=None)
        if wakes is not None and wakes <= now:
            return None
        return Rest(self.own_time(now), running=True, wakes=wakes)

    async def _described(self) -> DescribeWorkflowExecutionResponse:
        return (await self._handle.describe()).raw_description


def timers(events: Iterable[HistoryEvent]) -> Iterator[datetime]:
    """When each running timer of a history fires, by Temporal's clock."""
    running: dict[int, datetime] = {}
    for event in events:
        if event.HasField("timer_started_event_attributes"):
            length = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
            running[event.event_id] = _moment(event.event_time) + length
        elif event.HasField("timer_fired_event_attributes"):
            running.pop(event.timer_fired_event_attributes.started_event_id, None)
        elif event.HasField("timer_canceled_event_attributes"):
            running.pop(event.timer_canceled_event_attributes.started_event_id, None)
    yield from running.values()


def failing(events: Iterable[HistoryEvent]) -> str:
    """Why the last workflow task of a history failed; empty where none has, or one has succeeded since."""
    failure = ""
    for event in events:
        if event.HasField("workflow_task_failed_event_attributes"):
            failure = event.workflow_task_failed_event_attributes.failure.message
        elif event.HasField("workflow_task_completed_event_attributes"):
            failure = ""
    return failure


def at_rest(events: Sequence[HistoryEvent]) -> bool:
    """Whether the last workflow task of a history is completed, and no other was scheduled since."""
    for event in reversed(events):
        if event.HasField("workflow_task_completed_event_attributes"):
            return True
        if event.HasField("workflow_task_scheduled_event_attributes"):
            return False
    return False


def _moment(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(UTC)


def _now_of(described: DescribeWorkflowExecutionResponse) -> datetime:
    info = described.workflow_extended_info.time_skipping_info
    return _moment(info.current_time) if info.HasField("current_time") else datetime.now(UTC)


def _at_work_on(described: DescribeWorkflowExecutionResponse) -> str:
    asked = ", ".join(one.activity_type.name for one in described.pending_activities)
    failed = described.pending_workflow_task.attempt
    return f"a workflow task in attempt {failed}" if failed else f"asking {asked or 'nobody'}"

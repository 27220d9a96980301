"""One journey on the Temporal server: started on its day, moved through time, acted on, waited for until it rests."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from intake.starter import start
from schemas.action_input import ActionInput
from schemas.actions import Receipt
from schemas.claims import AnyClaim
from simulation.errors import OvershotError, StuckError
from simulation.following import Follower, moment
from simulation.house import House

_PATIENCE_SECONDS = 60
_CONTINUED = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW
_SILENCE_SECONDS = 3
_PAST_A_TIMER = timedelta(seconds=0.5)
"""So much further than the timer itself. Where a skip ends while the timer's workflow task does, the server (1.32)
may not notice before it has skipped to the next timer; half a second later the journey is idle again."""
_OVERSHOT = timedelta(minutes=10)
"""More than any call takes: the server skipped on all the same."""
_RETRY_SECONDS = 0.05
_FAILURES = 2
"""Of one workflow task: a busy machine may fail it once."""


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
        self._history = Follower(house.client, claim.journey_id)
        self._ahead = timedelta()
        """How far the time that was skipped has brought the journey; it grows by our own skips only."""

    async def start(self, at: datetime) -> Rest:
        """Start the journey at `at`."""
        self._house.clock.start(self._claim.journey_id, at)
        await start(self._house.client, self._claim)
        return await self.come_to_rest()

    async def wait_until(self, at: datetime) -> Rest:
        """Let the time pass until the minute `at`."""
        return await self._skip_to(self._house.clock.temporal(self._claim.journey_id, at))

    async def wake(self, rest: Rest) -> Rest:
        """Let the time pass until the journey's own next doing."""
        return await self._skip_to(rest.wakes + _PAST_A_TIMER) if rest.wakes else rest

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
                message = f"{name} finds a journey whose code fails: {error.message}"
                raise StuckError(message) from error
            refusal = "the journey is closed"
        return await self.come_to_rest(news=not refusal), refusal

    async def end(self) -> None:
        """Take the journey off the server, where it is still open when the simulation ends."""
        await self._handle.terminate(reason="the simulation ends here")

    def own_time(self, temporal: datetime) -> datetime:
        """The journey's own time at a moment of Temporal's clock."""
        return self._house.clock.simulated(self._claim.journey_id, temporal)

    async def _skip_to(self, temporal: datetime) -> Rest:
        now = self._now()
        if temporal <= now:
            return await self.come_to_rest(news=False)
        await self._house.skipper.fast_forward(self._handle, temporal - now)
        self.skipped(temporal - now)
        return await self.come_to_rest()

    def skipped(self, length: timedelta) -> None:
        """Time was skipped."""
        self._ahead += length

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    async def come_to_rest(self, *, news: bool = True) -> Rest:
        """Wait until the journey can do nothing more at this moment; with `news` it has done something.

        A look at the journey costs the server as much as the journey's own doing, so its history is waited for instead.
        Raises StuckError.
        """
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                if news:
                    await self._read_on()
                while (rest := await self._resting()) is None:
                    await self._read_on()
                return rest
        except TimeoutError:
            message = f"the journey does not come to rest: {_at_work_on(await self._described())}"
            raise StuckError(message) from None

    async def _read_on(self) -> None:
        """Read the history on, until it does not show by itself that the journey will do more at this moment."""
        history = self._history
        try:
            async with asyncio.timeout(_SILENCE_SECONDS):
                await history.more()
                while not (history.closed or history.run.failure or (history.run.at_rest and not self._due())):
                    await history.more()
        except TimeoutError:
            history.begin_anew()  # a busy server may have told of what it took back, and then nothing more comes

    def _due(self) -> bool:
        wakes = self._history.run.wakes
        return wakes is not None and wakes <= self._now()

    async def _resting(self) -> Rest | None:
        described = await self._not_failing()
        # A run that has just begun does not tell its time yet: what was skipped before it still counts.
        now = _now_of(described) or self._now()
        if now - self._now() > _OVERSHOT:
            message = "the server skipped more time than it was told to, as it may when the machine is too busy"
            raise OvershotError(message)
        self._ahead = now - datetime.now(UTC)
        if described.workflow_execution_info.status != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING:
            return Rest(self.own_time(now), running=False, wakes=None)
        # Temporal does not skip the time between two attempts at a partner: they are waited for.
        at_work = described.pending_activities or described.HasField("pending_workflow_task")
        if at_work or not self._history.is_all(described) or self._due():
            return None
        return Rest(self.own_time(now), running=True, wakes=self._history.run.wakes)

    async def _not_failing(self) -> DescribeWorkflowExecutionResponse:
        """The journey as it stands, its workflow task not failing. Raises StuckError where it fails for good."""
        while True:
            described, failure = await self._described(), self._history.run.failure
            if not failure or not self._history.is_all(described):
                return described
            if described.pending_workflow_task.attempt > _FAILURES:
                message = f"the journey's workflow task fails: {failure}"
                raise StuckError(message)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _described(self) -> DescribeWorkflowExecutionResponse:
        # Not the handle's describe, which decodes what nobody looks at here.
        client = self._house.client
        execution = WorkflowExecution(workflow_id=self._claim.journey_id)
        asked = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
        while True:
            described = await client.workflow_service.describe_workflow_execution(asked, retry=True)
            # A run that was the newest when the server began to look may have been continued when it looked.
            if described.workflow_execution_info.status != _CONTINUED:
                return described


def _now_of(described: DescribeWorkflowExecutionResponse) -> datetime | None:
    info = described.workflow_extended_info.time_skipping_info
    return moment(info.current_time) if info.HasField("current_time") else None


def _at_work_on(described: DescribeWorkflowExecutionResponse) -> str:
    asked = ", ".join(one.activity_type.name for one in described.pending_activities)
    failed = described.pending_workflow_task.attempt
    return f"a workflow task in attempt {failed}" if failed else f"asking {asked or 'nobody'}"

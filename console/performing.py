"""Actions of people and partners on a journey: one Temporal update each, waited for a bounded time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import NamedTuple, Protocol

import structlog
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateStage,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from console.catalogue import name_of
from console.problems import FieldProblem, ProblemError
from console.reopening import reopen, reopens
from schemas.action_input import ActionInput
from schemas.actions import Receipt
from schemas.claims import AnyClaim
from schemas.journey import CLOSED_STAGES, JourneyStatus
from schemas.shape import Shape

_log = structlog.get_logger("console.performing")
_NOT_POSSIBLE = "ActionNotPossible"
_INVALID = "ActionInvalid"
_OVERTAKEN = "AcceptedUpdateCompletedWorkflow"
_LAZY_CONNECT_FAILED = "Failed client connect"
_RETRY_SECONDS = 5
_SERVER = "The Temporal server"
_WORKER = "The journey's worker"


class Pending(Shape):
    """The action is on its way or the journey is at work on it; ask for its status, or repeat with the same key."""

    journey_id: str
    action: str
    key: str
    pending: bool = True


class RefusedError(ProblemError):
    """The journey refused the action and nothing changed; the detail says why, in its own words."""

    def __init__(self, detail: str, name: str = "action-not-possible") -> None:
        """`name` of the problem, where it is not that the stage does not allow the action."""
        super().__init__(HTTPStatus.CONFLICT, name, detail)


class InvalidActionError(ProblemError):
    """The journey found a field of the action wrong: correct the field and send again with a new key."""

    def __init__(self, detail: str) -> None:
        """`detail` is `field: reason` as the journey gave it."""
        field, found, reason = detail.partition(": ")
        error = FieldProblem(field=field, reason=reason) if found else FieldProblem(field="action", reason=detail)
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY, "action-invalid", detail, (error,))


class TemporalAwayError(ProblemError):
    """Temporal or its workers do not answer: repeat with the same key, which cannot act twice."""

    def __init__(self, silent: str) -> None:
        """`silent` is who does not answer."""
        detail = (
            f"{silent} does not answer just now, and whether the action was taken is open."
            " Repeat it with the same key: it acts once."
        )
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, "temporal-away", detail, retry_after=_RETRY_SECONDS)


class FailedActionError(ProblemError):
    """The journey failed on the action for a reason that is ours; the log and the Temporal Web UI say more."""

    def __init__(self, *, kept: bool = False) -> None:
        """The cause stays in the log; `kept` where the action will be tried again without being sent again."""
        detail = "The journey could not work on this action because of a fault of ours, which has been logged."
        if kept:
            detail += " The action is kept and will be tried again."
        super().__init__(HTTPStatus.INTERNAL_SERVER_ERROR, "action-failed", detail)


class Known(Protocol):
    """What is asked of the read model when Temporal does not run a journey."""

    async def status(self, journey_id: str) -> JourneyStatus:
        """The journey's status; raises a 404 problem for one that never was."""

    async def left(self, journey_id: str) -> AnyClaim | None:
        """What the journey left when it closed; None where it is open, or cannot be taken up again."""


class Taken(NamedTuple):
    """An update that the journey has in its history, or has refused: `Performer.finish` tells which."""

    journey_id: str
    action: ActionInput
    update: WorkflowUpdateHandle[Receipt]


class Performer:
    """Performs actions; the action's key is the update's id, so that a repeat gets the first answer."""

    def __init__(self, client: Client, known: Known, *, wait_seconds: float = 10) -> None:
        """Wait at most `wait_seconds` for a worker to take an action, and once more for it to finish."""
        self._client = client
        self._known = known
        self.wait_seconds = wait_seconds

    async def perform(self, journey_id: str, action: ActionInput) -> Receipt | Pending:
        """Let the journey take `action`: its receipt, or Pending when it was taken and is not finished in time.

        Raises ProblemError: 404 unknown journey; 409 not possible now, closed, or a key used before for something
        else; 422 wrong field; 503 Temporal or the workers away.
        """
        return await self.finish(await self.start(journey_id, action), self.wait_seconds)

    async def start(self, journey_id: str, action: ActionInput) -> Taken:
        """Let the journey take `action` into its history. Raises ProblemError as `perform` does."""
        name = name_of(action)
        async with self._problems(journey_id, name):
            try:
                async with asyncio.timeout(self.wait_seconds):
                    update = await self._told(journey_id, action)
            except (TimeoutError, RPCTimeoutOrCancelledError) as error:
                raise TemporalAwayError(_WORKER) from error
        return Taken(journey_id, action, update)

    async def _told(self, journey_id: str, action: ActionInput) -> WorkflowUpdateHandle[Receipt]:
        """Tell the journey; one that has closed is taken up again for news that may undo what was owed."""
        try:
            return await self._client.get_workflow_handle(journey_id).start_update(
                name_of(action),
                action,
                id=action.key,
                wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                result_type=Receipt,
            )
        except RPCError as error:
            closed = error.status is RPCStatusCode.NOT_FOUND and reopens(action)
            left = await self._known.left(journey_id) if closed else None
            if left is None:
                raise
        return await reopen(self._client, left, action)

    async def finish(self, taken: Taken, seconds: float) -> Receipt | Pending:
        """Wait at most `seconds` until the journey has worked on what it took; 0: what it has answered already.

        Raises ProblemError as `perform` does.
        """
        journey_id, action, update = taken
        name = name_of(action)
        async with self._problems(journey_id, name):
            try:
                async with asyncio.timeout(seconds):
                    receipt = await update.result()
            except (TimeoutError, RPCTimeoutOrCancelledError):
                return Pending(journey_id=journey_id, action=name, key=action.key)
        if receipt.action != name:
            detail = f"key: was used before, for {receipt.action}. Take a new key for a new action."
            raise RefusedError(detail, "key-reused")
        return receipt

    @asynccontextmanager
    async def _problems(self, journey_id: str, name: str) -> AsyncIterator[None]:
        """What Temporal answers, as problems for whoever sent the action."""
        try:
            yield
        except WorkflowUpdateFailedError as error:
            raise _refusal(error, journey_id, name) from error
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise await self._not_running(journey_id) from error
            raise TemporalAwayError(_SERVER) from error
        except RuntimeError as error:
            if not str(error).startswith(_LAZY_CONNECT_FAILED):
                raise
            raise TemporalAwayError(_SERVER) from error

    async def _not_running(self, journey_id: str) -> ProblemError:
        status = await self._known.status(journey_id)
        if status.stage in CLOSED_STAGES:
            return RefusedError(f"The journey is closed ({status.stage}): it takes no more actions.", "journey-closed")
        return RefusedError("Temporal does not run this journey: its work has been ended there.", "journey-not-running")


def _refusal(error: WorkflowUpdateFailedError, journey_id: str, name: str) -> ProblemError:
    cause = error.cause
    kind = cause.type if isinstance(cause, ApplicationError) else None
    if isinstance(cause, ApplicationError) and kind == _NOT_POSSIBLE:
        return RefusedError(cause.message)
    if isinstance(cause, ApplicationError) and kind == _INVALID:
        return InvalidActionError(cause.message)
    if kind == _OVERTAKEN:
        return RefusedError("The journey closed before it could take the action.", "journey-closed")
    _log.error("action_failed", journey_id=journey_id, action=name, kind=kind or type(cause).__name__)
    return FailedActionError()

"""Asking our own side: rules, ledger and status, as local activities that cost a journey one event each."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, FailureError

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from activities import policies

from workflows.evidence import digest

Asked = TypeVar("Asked", bound=BaseModel)
Answered = TypeVar("Answered")


class OwnSideError(Exception):
    """A decision, posting or status write of ours was refused: mend the code or data, the task is then tried again."""


class UndecidableError(OwnSideError):
    """The rules or products do not reach this case, e.g. a policy older than the first known terms: ask a person."""


async def ask(method: Callable[[Any, Asked], Awaitable[Answered]], request: Asked) -> Answered:
    """Run one of our own activities until it succeeds.

    Raises OwnSideError when it refuses: no journey ends by our own defect, its workflow task waits for the mend.
    """
    config: workflow.LocalActivityConfig = {**policies.OWN, "summary": digest(request)}
    try:
        return await workflow.execute_local_activity_method(method, request, **config)
    except CancelledError:
        raise
    except FailureError as error:  # a local activity raises its failure bare, an activity of a queue wraps it
        cause = error.cause if isinstance(error, ActivityError) else error
        message = f"{method.__qualname__}: {cause}"
        undecidable = isinstance(cause, ApplicationError) and cause.type == "Undecidable"
        raise (UndecidableError if undecidable else OwnSideError)(message) from error

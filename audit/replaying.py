"""Replaying one history after the other with today's code, and saying of each what came of it."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from enum import StrEnum
from typing import Self

from pydantic import Field
from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer, WorkflowReplayResult, WorkflowRunner
from temporalio.workflow import NondeterminismError

from audit.asking import AskingRunner
from audit.histories import Recorded
from audit.opening import opened
from audit.story import Story, story_of
from audit.strict import differences
from audit.watching import WatchingRunner
from privacy.errors import ErasedError, PrivacyError
from schemas.shape import Shape
from storage.away import DATABASE_AWAY

_MESSAGE = re.compile(r'message: "((?:[^"\\]|\\.)+)"')
_SHOWN = 20
"""Differences told of one history."""


class Verdict(StrEnum):
    """What came of replaying one history."""

    REPLAYS = "replays"
    DIFFERS = "differs"
    """It replays as the SDK sees it; a strict look finds other arguments, times, attributes or results."""
    ACCEPTED = "accepted"
    """It differs in nothing but what a file accepts, with the reason."""
    DIVERGES = "diverges"
    """Today's code does something else than was recorded: a running journey like it would get stuck."""
    NOT_REPLAYED = "not_replayed"
    """It could not be replayed at all: unreadable, of an unknown type, or without end."""
    ERASED = "erased"
    """Its key was dropped with the personal data of its journey: there is nothing left to replay, and that is meant."""


GOOD = frozenset({Verdict.REPLAYS, Verdict.ACCEPTED, Verdict.ERASED})


class Divergence(Shape):
    """One place where the replay does not do what was recorded."""

    event_id: int
    """Event that records the step; 0 where none does."""
    what: str
    recorded: str
    emitted: str


class Replayed(Shape):
    """What came of replaying one history."""

    name: str
    verdict: Verdict
    workflow_type: str = ""
    build: str = ""
    """The build that recorded its end."""
    events: int = Field(default=0, ge=0)
    reason: str = ""
    differences: tuple[Divergence, ...] = ()
    story: Story | None = None
    """What the run did, where that was asked for."""


def unreadable(name: str, reason: str) -> Replayed:
    """What is told of a history that cannot be read."""
    return Replayed(name=name, verdict=Verdict.NOT_REPLAYED, reason=reason)


class Replays:
    """Replays histories of `workflows`, all by one worker of the SDK; an async context manager."""

    def __init__(
        self,
        workflows: Sequence[type],
        runner: WorkflowRunner,
        converter: DataConverter,
        build: str,
        *,
        strict: bool = False,
        telling: bool = False,
    ) -> None:
        """Run workflows by `runner`; the codec of `converter` opens payloads.

        `strict` compares what the SDK does not, `telling` gives the story of each.
        """
        self._asking = AskingRunner(runner) if telling else None
        runner = self._asking or runner
        self._watching = WatchingRunner(runner)
        self._names = {workflow.__name__ for workflow in workflows}
        self._codec = converter.payload_codec
        self._strict = strict
        self._next: WorkflowHistory | None = None
        self._stack = AsyncExitStack()
        self._replayer = Replayer(
            workflows=workflows,
            workflow_runner=self._watching,
            data_converter=replace(converter, payload_codec=None),  # histories are opened before
            build_id=build,
        )

    async def __aenter__(self) -> Self:
        """Start the worker."""
        replaying = self._replayer.workflow_replay_iterator(self._queue())
        self._results = await self._stack.enter_async_context(replaying)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the worker."""
        self._next = None
        await self._stack.aclose()

    async def replay(self, recorded: Recorded) -> Replayed:
        """Replay one history and tell what came of it."""
        told = Replayed(
            name=recorded.name,
            verdict=Verdict.REPLAYS,
            workflow_type=recorded.workflow_type,
            build=recorded.build,
            events=len(recorded.history.events),
        )
        if recorded.workflow_type not in self._names:
            return _with(told, Verdict.NOT_REPLAYED, f"workflow type {recorded.workflow_type}: today's code has none")
        try:
            history = await opened(recorded.history, self._codec) if self._codec else recorded.history
        except ErasedError as error:
            return _with(told, Verdict.ERASED, str(error))
        except PrivacyError as error:
            return _with(told, Verdict.NOT_REPLAYED, str(error))
        except DATABASE_AWAY as error:
            return _with(told, Verdict.NOT_REPLAYED, f"its data key cannot be read: {type(error).__name__}")
        self._watching.tasks.clear()
        if self._asking:
            self._asking.answers.clear()
        self._next = WorkflowHistory(recorded.workflow_id, history.events)
        result = await anext(self._results)
        if self._asking:
            told = told.model_copy(update={"story": story_of(history.events, self._asking.answers)})
        return self._told(told, history, result)

    async def _queue(self) -> AsyncIterator[WorkflowHistory]:
        while self._next is not None:
            yield self._next

    def _told(self, told: Replayed, history: History, result: WorkflowReplayResult) -> Replayed:
        failure = result.replay_failure
        if failure is not None and not isinstance(failure, NondeterminismError):
            return _with(told, Verdict.NOT_REPLAYED, _said(failure))
        found: tuple[Divergence, ...] = ()
        if self._strict or failure is not None:
            compared = differences(history.events, self._watching.tasks)
            found = tuple(Divergence(**each._asdict()) for each in compared[:_SHOWN])
        if failure is not None:  # what is missing after the first place follows from it
            return _with(told, Verdict.DIVERGES, _said(failure), found[:1])
        return _with(told, Verdict.DIFFERS, "", found) if found else told


def _said(failure: Exception) -> str:
    """What the SDK says, without the structures of Rust around it."""
    found = _MESSAGE.search(str(failure))
    return found.group(1) if found else str(failure)


def _with(told: Replayed, verdict: Verdict, reason: str, found: tuple[Divergence, ...] = ()) -> Replayed:
    return told.model_copy(update={"verdict": verdict, "reason": reason, "differences": found})

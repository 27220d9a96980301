"""Replaying one history after the other with today's code, and saying of each what came of it."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from enum import StrEnum
from typing import Self

from pydantic import Field
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer, WorkflowReplayResult, WorkflowRunner
from temporalio.workflow import NondeterminismError

from audit.histories import Recorded
from audit.strict import differences
from audit.watching import WatchingRunner
from schemas.shape import Shape

_MESSAGE = re.compile(r'message: "(\[TMPRL\d+\] .*?)", source: ')
_SHOWN = 20
"""Differences told of one history."""


class Verdict(StrEnum):
    """What came of replaying one history."""

    REPLAYS = "replays"
    DIFFERS = "differs"
    """It replays as the SDK sees it; a strict look finds other arguments, times, attributes or results."""
    DIVERGES = "diverges"
    """Today's code does something else than was recorded: a running journey like it would get stuck."""
    NOT_REPLAYED = "not_replayed"
    """It could not be replayed at all: unreadable, of an unknown type, or without end."""


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


def unreadable(name: str, reason: str) -> Replayed:
    """What is told of a history that cannot be read."""
    return Replayed(name=name, verdict=Verdict.NOT_REPLAYED, reason=reason)


class Replays:
    """Replays histories of `workflows`, all by one worker of the SDK; an async context manager."""

    def __init__(
        self, workflows: Sequence[type], runner: WorkflowRunner, converter: DataConverter, build: str, *, strict: bool
    ) -> None:
        """Run workflows by `runner`; `strict` compares what the SDK does not."""
        self._watching = WatchingRunner(runner)
        self._names = {workflow.__name__ for workflow in workflows}
        self._codec = converter.payload_codec
        self._strict = strict
        self._next: WorkflowHistory | None = None
        self._stack = AsyncExitStack()
        self._replayer = Replayer(
            workflows=workflows, workflow_runner=self._watching, data_converter=converter, build_id=build
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
        self._watching.tasks.clear()
        self._next = WorkflowHistory(recorded.workflow_id, recorded.history.events)
        result = await anext(self._results)
        return await self._told(told, recorded, result)

    async def _queue(self) -> AsyncIterator[WorkflowHistory]:
        while self._next is not None:
            yield self._next

    async def _told(self, told: Replayed, recorded: Recorded, result: WorkflowReplayResult) -> Replayed:
        failure = result.replay_failure
        if failure is not None and not isinstance(failure, NondeterminismError):
            return _with(told, Verdict.NOT_REPLAYED, str(failure))
        found: tuple[Divergence, ...] = ()
        if self._strict or failure is not None:
            compared = await differences(recorded.history.events, self._watching.tasks, self._codec)
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

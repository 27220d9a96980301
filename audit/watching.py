"""A workflow runner that keeps what the workflows it runs emit, so that a replay can be held against its history."""

from typing import TYPE_CHECKING

from temporalio.worker import WorkflowInstance, WorkflowRunner

from audit.around import Around, AroundInstance

if TYPE_CHECKING:
    from temporalio.bridge.proto.workflow_activation import WorkflowActivation
    from temporalio.bridge.proto.workflow_commands import WorkflowCommand
    from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion

Task = tuple["WorkflowCommand", ...]
"""The commands of one activation, in the order in which they were emitted; payloads are not encoded by a codec yet."""


class WatchingRunner(Around):
    """`tasks` are what was emitted since they were last cleared."""

    def __init__(self, runner: WorkflowRunner) -> None:
        """Watch what `runner` runs."""
        super().__init__(runner)
        self.tasks: list[Task] = []

    def instance(self, inner: WorkflowInstance) -> WorkflowInstance:
        """`inner`, watched."""
        return _Watched(inner, self.tasks)


class _Watched(AroundInstance):
    def __init__(self, inner: WorkflowInstance, tasks: list[Task]) -> None:
        super().__init__(inner)
        self._tasks = tasks

    def activate(self, act: "WorkflowActivation") -> "WorkflowActivationCompletion":
        completion = super().activate(act)
        if completion.HasField("successful") and completion.successful.commands:
            self._tasks.append(tuple(completion.successful.commands))
        return completion

"""A workflow runner that keeps what the workflows it runs emit, so that a replay can be held against its history."""

from typing import TYPE_CHECKING

from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner

if TYPE_CHECKING:
    from temporalio.bridge.proto.workflow_activation import WorkflowActivation
    from temporalio.bridge.proto.workflow_commands import WorkflowCommand
    from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
    from temporalio.converter import SerializationContext, StorageDriverStoreContext
    from temporalio.worker._command_aware_visitor import CommandInfo
    from temporalio.workflow import Info, _Definition

Task = tuple["WorkflowCommand", ...]
"""The commands of one activation, in the order in which they were emitted; payloads are not encoded by a codec yet."""


class WatchingRunner(WorkflowRunner):
    """Runs as `runner` does; `tasks` are what was emitted since they were last cleared."""

    def __init__(self, runner: WorkflowRunner) -> None:
        """Watch what `runner` runs, one workflow after the other."""
        self._runner = runner
        self.tasks: list[Task] = []

    def prepare_workflow(self, defn: "_Definition") -> None:
        """As `runner` does."""
        self._runner.prepare_workflow(defn)

    def set_worker_level_failure_exception_types(self, types: "list[type[BaseException]]") -> None:  # type: ignore[override]
        """As `runner` does."""
        self._runner.set_worker_level_failure_exception_types(types)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """An instance of `runner`, watched."""
        return _Watched(self._runner.create_instance(det), self.tasks)


class _Watched(WorkflowInstance):
    def __init__(self, instance: WorkflowInstance, tasks: list[Task]) -> None:
        self._instance = instance
        self._tasks = tasks

    def activate(self, act: "WorkflowActivation") -> "WorkflowActivationCompletion":
        completion = self._instance.activate(act)
        if completion.HasField("successful") and completion.successful.commands:
            self._tasks.append(tuple(completion.successful.commands))
        return completion

    def get_serialization_context(self, command_info: "CommandInfo | None") -> "SerializationContext | None":
        return self._instance.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: "CommandInfo | None") -> "StorageDriverStoreContext":
        return self._instance.get_external_store_context(command_info)

    def get_info(self) -> "Info":
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        return self._instance.get_thread_id()

"""A workflow runner around another one, for those that look at what the workflows inside do."""

from abc import abstractmethod
from typing import TYPE_CHECKING

from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner

if TYPE_CHECKING:
    from temporalio.bridge.proto.workflow_activation import WorkflowActivation
    from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
    from temporalio.converter import SerializationContext, StorageDriverStoreContext
    from temporalio.worker._command_aware_visitor import CommandInfo
    from temporalio.workflow import Info, _Definition


class Around(WorkflowRunner):
    """Runs as `runner` does; `instance` says what is around each of its instances."""

    def __init__(self, runner: WorkflowRunner) -> None:
        """Run by `runner`, one workflow after the other."""
        self._runner = runner

    @abstractmethod
    def instance(self, inner: WorkflowInstance) -> WorkflowInstance:
        """What runs instead of `inner`, and lets it do the work."""

    def prepare_workflow(self, defn: "_Definition") -> None:
        """As `runner` does."""
        self._runner.prepare_workflow(defn)

    def set_worker_level_failure_exception_types(self, types: "list[type[BaseException]]") -> None:  # type: ignore[override]
        """As `runner` does."""
        self._runner.set_worker_level_failure_exception_types(types)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """An instance of `runner`, with something around it."""
        return self.instance(self._runner.create_instance(det))


class AroundInstance(WorkflowInstance):
    """Does as the instance inside does."""

    def __init__(self, inner: WorkflowInstance) -> None:
        """Stand around `inner`."""
        self._inner = inner

    def activate(self, act: "WorkflowActivation") -> "WorkflowActivationCompletion":
        """What the instance inside does."""
        return self._inner.activate(act)

    def get_serialization_context(self, command_info: "CommandInfo | None") -> "SerializationContext | None":
        """As inside."""
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: "CommandInfo | None") -> "StorageDriverStoreContext":
        """As inside."""
        return self._inner.get_external_store_context(command_info)

    def get_info(self) -> "Info":
        """As inside."""
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        """As inside."""
        return self._inner.get_thread_id()

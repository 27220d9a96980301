"""A workflow runner that asks each workflow for its state after every step of a replay, and keeps what it asked."""

from typing import TYPE_CHECKING, NamedTuple

from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import QueryWorkflow, WorkflowActivation, WorkflowActivationJob
from temporalio.worker import WorkflowInstance, WorkflowRunner

from audit.around import Around, AroundInstance

if TYPE_CHECKING:
    from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion

STATE = "state"
"""The query that every journey answers."""
WRITES = "journey.enter"
"""The activity that writes a transition."""
_KEPT = (WRITES, "custody.append", "ledger.")
"""How the names begin of the activities whose questions are kept."""


class Question(NamedTuple):
    """One of our own activities that a workflow asked for."""

    number: int
    """That of the local activity in its run."""
    kind: str
    request: Payload
    digest: Payload
    """What the marker should hold of the request."""


class Answer(NamedTuple):
    """What a workflow said after one activation."""

    event_id: int
    """The last event that it knew of: the start of the workflow task."""
    state: Payload | None
    """None where the workflow does not answer: it is of a release without the query."""
    asked: tuple[Question, ...]
    """What it asked our own side in this activation."""


class AskingRunner(Around):
    """`answers` are what was said since they were last cleared."""

    def __init__(self, runner: WorkflowRunner) -> None:
        """Ask what `runner` runs."""
        super().__init__(runner)
        self.answers: list[Answer] = []

    def instance(self, inner: WorkflowInstance) -> WorkflowInstance:
        """`inner`, asked."""
        return _Asked(inner, self.answers)


class _Asked(AroundInstance):
    def __init__(self, inner: WorkflowInstance, answers: list[Answer]) -> None:
        super().__init__(inner)
        self._answers = answers

    def activate(self, act: WorkflowActivation) -> "WorkflowActivationCompletion":
        completion = super().activate(act)
        if completion.HasField("successful") and not any(job.HasField("remove_from_cache") for job in act.jobs):
            self._answers.append(Answer(act.history_length, self._state(act), _written(completion)))
        return completion

    def _state(self, act: WorkflowActivation) -> Payload | None:
        job = WorkflowActivationJob(query_workflow=QueryWorkflow(query_id=STATE, query_type=STATE))
        asked = WorkflowActivation(run_id=act.run_id, is_replaying=True, history_length=act.history_length, jobs=[job])
        asked.timestamp.CopyFrom(act.timestamp)
        answered = super().activate(asked).successful.commands
        said = next((each.respond_to_query for each in answered if each.HasField("respond_to_query")), None)
        return said.succeeded.response if said and said.HasField("succeeded") else None


def _written(completion: "WorkflowActivationCompletion") -> tuple[Question, ...]:
    commands = (each for each in completion.successful.commands if each.HasField("schedule_local_activity"))
    return tuple(
        Question(one.seq, one.activity_type, one.arguments[0], each.user_metadata.summary)
        for each in commands
        if (one := each.schedule_local_activity).activity_type.startswith(_KEPT)
    )

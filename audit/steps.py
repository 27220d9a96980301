"""What a history records and what a replay emits, brought to one form: steps that can be held against each other."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from google.protobuf.duration_pb2 import Duration
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.sdk.v1 import UserMetadata

from audit.opening import said
from audit.watching import Task

if TYPE_CHECKING:
    from temporalio.bridge.proto.workflow_commands import WorkflowCommand

_LOCAL_ACTIVITY = "core_local_activity"
_TIMEOUTS = ("schedule_to_close_timeout", "schedule_to_start_timeout", "start_to_close_timeout", "heartbeat_timeout")
Fact = str | tuple[Payload, ...]
"""A word, a length of time in seconds, or payloads as they are."""


class Step(NamedTuple):
    """One thing that a workflow did; `kind` and `key` name it on both sides."""

    kind: str
    key: str
    facts: dict[str, Fact]
    event_id: int = 0
    """0 for a step that was emitted in a replay."""


def recorded(events: Iterable[HistoryEvent]) -> Iterator[Step]:
    """The steps of a history, each with the event that records it."""
    updates, upserts = dict[int, str](), 0
    for event in events:
        name = str(event.WhichOneof("attributes")).removesuffix("_event_attributes")
        attributes: Any = getattr(event, f"{name}_event_attributes", None)
        if name == "workflow_execution_update_accepted":
            updates[event.event_id] = attributes.protocol_instance_id
        elif name == "workflow_execution_update_completed":
            yield Step("update", updates.get(attributes.accepted_event_id, ""), _outcome(attributes), event.event_id)
        elif name == "upsert_workflow_search_attributes":
            upserts += 1
            found = attributes.search_attributes.indexed_fields
            yield Step("search attributes", str(upserts), _values(found), event.event_id)
        elif name in _RECORDED:
            step = _RECORDED[name](attributes, event.user_metadata)
            if step:
                yield step._replace(event_id=event.event_id)


def emitted(tasks: Iterable[Task]) -> Iterator[Step]:
    """The steps of a replay, in order; a timer that is cancelled in the task that starts it was never one."""
    upserts = 0
    for task in tasks:
        cancelled = {command.cancel_timer.seq for command in task if command.HasField("cancel_timer")}
        for command in task:
            name = str(command.WhichOneof("variant"))
            if name == "upsert_workflow_search_attributes":
                upserts += 1
                found = command.upsert_workflow_search_attributes.search_attributes
                yield Step("search attributes", str(upserts), _values(_fields(found)))
            elif name in _EMITTED and not (name == "start_timer" and command.start_timer.seq in cancelled):
                step = _EMITTED[name](command)
                if step:
                    yield step


def _fields(found: Any) -> Any:  # noqa: ANN401 - a map of the SDK's, plain in older releases
    return getattr(found, "indexed_fields", found)


def _marker(attributes: Any, told: UserMetadata) -> Step | None:  # noqa: ANN401 - event attributes
    if attributes.marker_name != _LOCAL_ACTIVITY:
        return None
    data = json.loads(attributes.details["data"].payloads[0].data)
    facts: dict[str, Fact] = {"type": data["activity_type"]}
    if told.HasField("summary"):
        facts["arguments, as a digest"] = (told.summary,)
    return Step("local activity", str(data["seq"]), facts)


def _local_activity(command: "WorkflowCommand") -> Step:
    asked = command.schedule_local_activity
    facts: dict[str, Fact] = {
        "type": asked.activity_type,
        "arguments, as a digest": (command.user_metadata.summary,),
    }
    return Step("local activity", str(asked.seq), facts)


def _activity(attributes: Any, _: UserMetadata) -> Step:  # noqa: ANN401 - event attributes
    facts: dict[str, Fact] = {
        "type": attributes.activity_type.name,
        "queue": attributes.task_queue.name,
        "arguments": tuple(attributes.input.payloads),
        **{name: _seconds(getattr(attributes, name)) for name in _TIMEOUTS},
    }
    return Step("activity", attributes.activity_id, facts)


def _asked(command: "WorkflowCommand") -> Step:
    asked = command.schedule_activity
    # What the workflow leaves open, the server fills in.
    given = {field.name for field, _ in asked.ListFields()}
    timeouts = {name: _seconds(getattr(asked, name)) for name in _TIMEOUTS if name in given}
    facts: dict[str, Fact] = {"type": asked.activity_type, "queue": asked.task_queue, **timeouts}
    return Step("activity", asked.activity_id, facts | {"arguments": tuple(asked.arguments)})


def _timer(attributes: Any, _: UserMetadata) -> Step:  # noqa: ANN401 - event attributes
    return Step("timer", attributes.timer_id, {"length": _seconds(attributes.start_to_fire_timeout)})


def _started(command: "WorkflowCommand") -> Step:
    return Step("timer", str(command.start_timer.seq), {"length": _seconds(command.start_timer.start_to_fire_timeout)})


def _updated(command: "WorkflowCommand") -> Step | None:
    told = command.update_response
    match told.WhichOneof("response"):
        case "completed":
            return Step("update", told.protocol_instance_id, {"result": (told.completed,)})
        case "rejected":
            return Step("update", told.protocol_instance_id, {"failure": said(told.rejected)})
    return None  # accepting leaves an event of its own, which the SDK compares


def _outcome(attributes: Any) -> dict[str, Fact]:  # noqa: ANN401 - event attributes
    outcome = attributes.outcome
    if outcome.HasField("failure"):
        return {"failure": said(outcome.failure)}
    return {"result": tuple(outcome.success.payloads)}


def _values(found: Any) -> dict[str, Fact]:  # noqa: ANN401 - a map of names to payloads
    return {name: found[name].data.decode() for name in sorted(found)}


def _seconds(length: Duration) -> str:
    return f"{length.seconds + length.nanos / 1e9:.6f} s"


_RECORDED: dict[str, Callable[[Any, UserMetadata], Step | None]] = {
    "marker_recorded": _marker,
    "activity_task_scheduled": _activity,
    "timer_started": _timer,
    "workflow_execution_completed": lambda ended, _: Step("result", "", {"result": tuple(ended.result.payloads)}),
    "workflow_execution_failed": lambda ended, _: Step("failure", "", {"failure": said(ended.failure)}),
    "workflow_execution_continued_as_new": lambda ended, _: Step(
        "next run", "", {"type": ended.workflow_type.name, "input": tuple(ended.input.payloads)}
    ),
}
_EMITTED: dict[str, Callable[["WorkflowCommand"], Step | None]] = {
    "schedule_local_activity": _local_activity,
    "schedule_activity": _asked,
    "start_timer": _started,
    "update_response": _updated,
    "complete_workflow_execution": lambda command: Step(
        "result", "", {"result": (command.complete_workflow_execution.result,)}
    ),
    "fail_workflow_execution": lambda command: Step(
        "failure", "", {"failure": said(command.fail_workflow_execution.failure)}
    ),
    "continue_as_new_workflow_execution": lambda command: Step(
        "next run", "", {"input": tuple(command.continue_as_new_workflow_execution.arguments)}
    ),
}

"""What a history tells of its run: from its first event, its last one and its workflow tasks; no payload is read."""

from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import History, HistoryEvent

from audit.archive.entry import Told
from audit.histories import HistoryError, recorded

_ENDS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "completed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "failed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: "timed_out",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "canceled",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: "terminated",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: "continued_as_new",
}
_UNKNOWN = "unknown"


def told(history: History) -> Told:
    """What the whole history of a closed run tells; raises HistoryError where it is none."""
    recorded("", history)
    first, last = history.events[0], history.events[-1]
    started = first.workflow_execution_started_event_attributes
    return Told(
        journey_id=started.workflow_id,
        original_run_id=started.original_execution_run_id,
        workflow_type=started.workflow_type.name,
        status=_status(last),
        started_at=moment(first.event_time),
        closed_at=moment(last.event_time),
        events=len(history.events),
        builds=tuple(dict.fromkeys(filter(None, map(_build, history.events)))),
        continued_from=started.continued_execution_run_id,
        continued_as=_next_run(last),
    )


def moment(time: Timestamp) -> datetime:
    """A moment of the server, to the microsecond."""
    return time.ToDatetime(tzinfo=UTC)


def _status(last: HistoryEvent) -> str:
    if status := _ENDS.get(last.event_type):
        return status
    if last.event_type not in EventType.values():
        return _UNKNOWN
    message = "does not end with the end of its run"
    raise HistoryError(message)


def _build(event: HistoryEvent) -> str:
    return event.workflow_task_completed_event_attributes.deployment_version.build_id


def _next_run(last: HistoryEvent) -> str:
    name = last.WhichOneof("attributes")
    attributes: Any = getattr(last, name) if name else None
    return str(getattr(attributes, "new_execution_run_id", ""))

"""What one run of a journey costs on a Temporal server, counted from its history by Temporal's published rule.

Source: Temporal Cloud's list of billable Actions. A start or continue-as-new, a timer, a search-attribute upsert, a
signal and an accepted update count one each; an activity counts once per attempt; all local activities that are
recorded by one workflow task count one together. Rejected updates and queries leave no event and cannot be counted.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

_ONE_ACTION = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: "start",
    EventType.EVENT_TYPE_TIMER_STARTED: "timer",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "upsert",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: "signal",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: "update",
}
_LOCAL = "core_local_activity"


class Cost(NamedTuple):
    """Events, actions, bytes and workflow tasks of one run, and where the events and actions went."""

    events: int
    actions: int
    bytes: int
    workflow_tasks: int
    events_by_type: dict[str, int]
    actions_by_kind: dict[str, int]


def count(events: Iterable[HistoryEvent]) -> Cost:
    """The cost of a run with these events, in the order of its history."""
    history = list(events)
    actions: Counter[str] = Counter()
    tasks_with_local: set[int] = set()
    for event in history:
        if kind := _ONE_ACTION.get(event.event_type):
            actions[kind] += 1
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            actions["activity"] += max(event.activity_task_started_event_attributes.attempt, 1)
        elif event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED:
            marker = event.marker_recorded_event_attributes
            if marker.marker_name == _LOCAL:
                tasks_with_local.add(marker.workflow_task_completed_event_id)
    actions["local activities"] = len(tasks_with_local)
    types = Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower() for event in history)
    return Cost(
        events=len(history),
        actions=actions.total(),
        bytes=sum(event.ByteSize() for event in history),
        workflow_tasks=types["workflow_task_completed"],
        events_by_type=dict(types.most_common()),
        actions_by_kind=dict(actions),
    )

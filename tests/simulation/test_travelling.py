"""What is read from a journey's history: its timers, and whether its workflow task fails."""

from datetime import UTC, datetime, timedelta

from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import (
    HistoryEvent,
    TimerCanceledEventAttributes,
    TimerFiredEventAttributes,
    TimerStartedEventAttributes,
    WorkflowTaskCompletedEventAttributes,
    WorkflowTaskFailedEventAttributes,
)

from simulation.travelling import failing, timers

START = datetime(2026, 3, 2, tzinfo=UTC)


def started(number: int, length: timedelta) -> HistoryEvent:
    event = HistoryEvent(event_id=number, timer_started_event_attributes=TimerStartedEventAttributes())
    event.event_time.FromDatetime(START)
    event.timer_started_event_attributes.start_to_fire_timeout.FromTimedelta(length)
    return event


def test_a_timer_runs_until_it_fires_or_is_cancelled() -> None:
    """Only what is left running wakes the journey."""
    fired = HistoryEvent(timer_fired_event_attributes=TimerFiredEventAttributes(started_event_id=1))
    cancelled = HistoryEvent(timer_canceled_event_attributes=TimerCanceledEventAttributes(started_event_id=2))
    events = [*(started(number, timedelta(days=number)) for number in (1, 2, 3)), fired, cancelled]
    assert list(timers(events)) == [START + timedelta(days=3)]


def test_a_workflow_task_fails_until_one_succeeds() -> None:
    """The reason is that of the last failure."""
    attributes = WorkflowTaskFailedEventAttributes(failure=Failure(message="a defect"))
    failed = HistoryEvent(workflow_task_failed_event_attributes=attributes)
    completed = HistoryEvent(workflow_task_completed_event_attributes=WorkflowTaskCompletedEventAttributes())
    assert failing([completed, failed]) == "a defect"
    assert failing([failed, completed]) == ""

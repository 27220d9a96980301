"""What is read from a journey's history: its timers, and whether its workflow task fails; and patience with it."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import (
    HistoryEvent,
    TimerCanceledEventAttributes,
    TimerFiredEventAttributes,
    TimerStartedEventAttributes,
    WorkflowTaskCompletedEventAttributes,
    WorkflowTaskFailedEventAttributes,
    WorkflowTaskScheduledEventAttributes,
)

from schemas.actions import Withdraw
from schemas.drug_claim import DrugClaim
from schemas.people import Actor, ActorRole
from simulation import travelling
from simulation.errors import StuckError
from simulation.following import Run
from simulation.house import House
from simulation.travelling import Traveller

START = datetime(2026, 3, 2, tzinfo=UTC)


def started(number: int, length: timedelta) -> HistoryEvent:
    event = HistoryEvent(event_id=number, timer_started_event_attributes=TimerStartedEventAttributes())
    event.event_time.FromDatetime(START)
    event.timer_started_event_attributes.start_to_fire_timeout.FromTimedelta(length)
    return event


def run_of(*events: HistoryEvent) -> Run:
    run = Run()
    for event in events:
        run.add(event)
    return run


def test_a_timer_runs_until_it_fires_or_is_cancelled() -> None:
    """Only what is left running wakes the journey."""
    fired = HistoryEvent(timer_fired_event_attributes=TimerFiredEventAttributes(started_event_id=1))
    cancelled = HistoryEvent(timer_canceled_event_attributes=TimerCanceledEventAttributes(started_event_id=2))
    events = [*(started(number, timedelta(days=number)) for number in (1, 2, 3)), fired, cancelled]
    assert run_of(*events).wakes == START + timedelta(days=3)
    assert run_of(*events[:3]).wakes == START + timedelta(days=1)
    assert run_of().wakes is None


def test_a_workflow_task_fails_until_one_succeeds() -> None:
    """The reason is that of the last failure."""
    attributes = WorkflowTaskFailedEventAttributes(failure=Failure(message="a defect"))
    failed = HistoryEvent(workflow_task_failed_event_attributes=attributes)
    completed = HistoryEvent(workflow_task_completed_event_attributes=WorkflowTaskCompletedEventAttributes())
    assert run_of(completed, failed).failure == "a defect"
    assert run_of(failed, completed).failure == ""


def test_a_run_rests_after_its_last_workflow_task() -> None:
    """Not before the first is completed, and not once another is scheduled."""
    completed = HistoryEvent(workflow_task_completed_event_attributes=WorkflowTaskCompletedEventAttributes())
    scheduled = HistoryEvent(workflow_task_scheduled_event_attributes=WorkflowTaskScheduledEventAttributes())
    rests = [run_of(*events).at_rest for events in ([], [scheduled], [scheduled, completed], [completed, scheduled])]
    assert rests == [False, False, True, False]


async def test_an_action_that_is_never_answered_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The play ends with the action's name instead of waiting for ever."""

    async def silent(*_: Any, **__: Any) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(travelling, "_PATIENCE_SECONDS", 0.01)
    handle = SimpleNamespace(execute_update=silent, fetch_history_events=lambda **_: None)
    client = SimpleNamespace(get_workflow_handle=lambda *_, **__: handle)
    traveller = Traveller(
        cast("House", SimpleNamespace(client=client)), cast("DrugClaim", SimpleNamespace(journey_id="journey"))
    )
    word = Withdraw(key="withdraw-1", actor=Actor(role=ActorRole.INSURED, id="somebody"), reason="bought elsewhere")
    with pytest.raises(StuckError, match="withdraw is neither taken nor refused"):
        await traveller.act(word, "withdraw")

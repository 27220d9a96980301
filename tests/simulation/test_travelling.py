"""What is read from a journey's history: its timers, and whether its workflow task fails; and patience with it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.api.enums.v1 import WorkflowExecutionStatus
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
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse

from schemas.actions import Withdraw
from schemas.drug_claim import DrugClaim
from schemas.people import Actor, ActorRole
from simulation import running, travelling
from simulation.errors import OvershotError, StuckError
from simulation.following import Run
from simulation.house import House
from simulation.scenario import Scenario
from simulation.trace import ClaimTrace
from simulation.travelling import Traveller
from workers.converter import data_converter

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


def described(now: datetime | None, events: int) -> DescribeWorkflowExecutionResponse:
    answer = DescribeWorkflowExecutionResponse()
    answer.workflow_execution_info.status = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
    answer.workflow_execution_info.history_length = events
    if now:
        answer.workflow_extended_info.time_skipping_info.current_time.FromDatetime(now)
    return answer


class Pages:
    """The history of a run, page after page; then silence."""

    next_page_token = b"more"

    def __init__(self, *pages: list[HistoryEvent]) -> None:
        """Pages to give."""
        self._pages = list(pages)
        self.current_page: list[HistoryEvent] = []

    async def fetch_next_page(self) -> None:
        """The next page, or wait for ever."""
        if not self._pages:
            await asyncio.Event().wait()
        self.current_page = self._pages.pop(0)


def traveller(now: datetime | None, events: int, *readings: Pages) -> Traveller:
    """A traveller with a journey that the server describes so; its history is read once for each of `readings`."""
    given = iter(readings)
    handle = SimpleNamespace(fetch_history_events=lambda **_: next(given))

    async def describe(*_: Any, **__: Any) -> DescribeWorkflowExecutionResponse:
        return described(now, events)

    service = SimpleNamespace(describe_workflow_execution=describe)
    client = SimpleNamespace(
        get_workflow_handle=lambda *_, **__: handle,
        workflow_service=service,
        namespace="default",
        data_converter=data_converter(),
    )
    clock = SimpleNamespace(simulated=lambda _, temporal: temporal)
    house = cast("House", SimpleNamespace(client=client, clock=clock))
    return Traveller(house, cast("DrugClaim", SimpleNamespace(journey_id="journey")))


COMPLETED = HistoryEvent(workflow_task_completed_event_attributes=WorkflowTaskCompletedEventAttributes())


async def test_time_that_was_skipped_twice_is_noticed() -> None:
    """What the journey did meanwhile was not seen, so the play cannot go on."""
    with pytest.raises(OvershotError, match="skipped more time"):
        await traveller(datetime.now(UTC) + timedelta(days=45), 1, Pages([COMPLETED])).come_to_rest()


async def test_a_run_that_does_not_tell_its_time_yet_goes_on_in_ours() -> None:
    """The time that was skipped in the runs before is not forgotten."""
    told = traveller(None, 1, Pages([COMPLETED]))
    told.skipped(timedelta(days=45))
    rest = await told.come_to_rest()
    assert timedelta(days=45) <= rest.now - datetime.now(UTC) + timedelta(seconds=5) < timedelta(days=45, minutes=1)


async def test_a_history_that_the_server_took_back_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two events were told of, one was kept, and no more comes: the second reading agrees with the server."""
    monkeypatch.setattr(travelling, "_SILENCE_SECONDS", 0.01)
    rest = await traveller(datetime.now(UTC), 1, Pages([COMPLETED, COMPLETED]), Pages([COMPLETED])).come_to_rest()
    assert (rest.running, rest.wakes) == (True, None)


async def test_a_play_that_the_server_spoilt_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven times at most; then the scenario fails with the reason."""
    plays = list[str]()

    async def spoilt(*_: Any) -> tuple[ClaimTrace, ...]:
        plays.append("play")
        message = "too far"
        raise OvershotError(message)

    monkeypatch.setattr(running, "play", spoilt)
    outcome = await running.run_one(cast("House", None), running.Named(Path("x.yaml"), cast("Scenario", None)))
    assert (len(plays), outcome.failure) == (8, "too far")

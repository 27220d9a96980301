"""Strict replay: one thing altered in a history is found at its event, which the SDK's own replay overlooks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.history.v1 import HistoryEvent
from temporalio.worker import UnsandboxedWorkflowRunner

from audit.histories import Recorded, read_file
from audit.replaying import Replayed, Replays, Verdict
from tests import histories
from workers.build import build_id
from workers.converter import data_converter
from workers.worker import WORKFLOWS

FOLDER = Path(histories.__file__).parent
WITHDRAWN = "withdrawn-for-an-unknown-policy.json"
HELPED = "helped-after-a-refusing-partner.json"
Alter = Callable[[HistoryEvent], None]


def longer(event: HistoryEvent) -> None:
    event.timer_started_event_attributes.start_to_fire_timeout.CopyFrom(Duration(seconds=7))


def other_result(event: HistoryEvent) -> None:
    payload = event.workflow_execution_completed_event_attributes.result.payloads[0]
    payload.data = payload.data.replace(b'"stage":"', b'"stage":"another_')


def other_argument(event: HistoryEvent) -> None:
    payload = event.activity_task_scheduled_event_attributes.input.payloads[0]
    payload.data = payload.data.replace(b'"journey_id":"journey-', b'"journey_id":"another-')


def sooner(event: HistoryEvent) -> None:
    event.activity_task_scheduled_event_attributes.start_to_close_timeout.CopyFrom(Duration(seconds=1))


def another_question(event: HistoryEvent) -> None:
    event.user_metadata.summary.data = b'"0000"'


def other_outcome(event: HistoryEvent) -> None:
    found = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
    for name in found:
        found[name].data = b'"completed with honours"'


def other_answer(event: HistoryEvent) -> None:
    payload = event.workflow_execution_update_completed_event_attributes.outcome.success.payloads[0]
    payload.data = payload.data.replace(b'"repeated":false', b'"repeated":true')


ALTERED = [
    (HELPED, "timer_started", longer, "timer 1: length"),
    (HELPED, "workflow_execution_completed", other_result, "result: result"),
    (HELPED, "activity_task_scheduled", other_argument, "activity 18 pharmacy.reserve: arguments"),
    (HELPED, "activity_task_scheduled", sooner, "activity 18 pharmacy.reserve: start_to_close_timeout"),
    (HELPED, "marker_recorded", another_question, "local activity 1 journey.enter: arguments, as a digest"),
    (HELPED, "upsert_workflow_search_attributes", other_outcome, "search attributes 1: JourneyEscalated"),
    (HELPED, "workflow_execution_update_completed", other_answer, "update test-key-"),
]


def history(name: str, kind: str, alter: Alter) -> tuple[Recorded, int]:
    """A recorded history in which the first event of `kind` is altered, and the number of that event."""
    recorded = read_file(FOLDER / name)
    event = next(
        each for each in recorded.history.events if each.WhichOneof("attributes") == f"{kind}_event_attributes"
    )
    before = event.SerializeToString()
    alter(event)
    assert event.SerializeToString() != before
    return recorded, event.event_id


@pytest.mark.parametrize(("name", "kind", "alter", "what"), ALTERED, ids=[row[3] for row in ALTERED])
async def test_one_altered_thing_is_found_at_its_event(name: str, kind: str, alter: Alter, what: str) -> None:
    """And is all that is found; the SDK's replay alone sees nothing wrong."""
    altered, event_id = history(name, kind, alter)
    told = [await replay(altered, strict=strict) for strict in (True, False)]
    assert [each.verdict for each in told] == [Verdict.DIFFERS, Verdict.REPLAYS]
    [found] = told[0].differences
    assert found.event_id == event_id
    assert found.what.startswith(what)
    assert found.recorded != found.emitted


async def test_what_the_sdk_sees_is_told_with_the_first_place() -> None:
    """Recorded and emitted side by side, and the SDK's own words without the structures around them."""

    def rename(event: HistoryEvent) -> None:
        event.activity_task_scheduled_event_attributes.activity_type.name = "pharmacy.keep_back"

    altered, event_id = history(HELPED, "activity_task_scheduled", rename)
    told = await replay(altered, strict=False)
    assert told.verdict is Verdict.DIVERGES
    assert told.reason.startswith("[TMPRL1100] Nondeterminism error: Activity type")
    [found] = told.differences
    assert (found.event_id, found.recorded, found.emitted) == (event_id, "pharmacy.keep_back", "pharmacy.reserve")


async def test_a_history_that_is_open_still_ends_where_it_does() -> None:
    """What the journey would do next is no difference."""
    recorded = read_file(FOLDER / HELPED)
    del recorded.history.events[20:]
    assert recorded.history.events[-1].WhichOneof("attributes") != "workflow_execution_completed_event_attributes"
    told = await replay(recorded, strict=True)
    assert told.differences == ()


async def test_a_type_that_nobody_knows_is_named() -> None:
    """Replaying it would fail its task for ever."""
    recorded = read_file(FOLDER / WITHDRAWN)
    started = recorded.history.events[0].workflow_execution_started_event_attributes
    started.workflow_type.name = "SomeOtherJourney"
    told = await replay(recorded, strict=False)
    assert (told.verdict, told.reason) == (
        Verdict.NOT_REPLAYED,
        "workflow type SomeOtherJourney: today's code has none",
    )


async def replay(recorded: Recorded, *, strict: bool) -> Replayed:
    runner = UnsandboxedWorkflowRunner()
    async with Replays(WORKFLOWS, runner, data_converter(), build_id(), strict=strict) as replays:
        return await replays.replay(recorded)

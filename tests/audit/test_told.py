"""What histories say all together, and what of them is not believed."""

from collections.abc import Callable
from pathlib import Path

from temporalio.worker import UnsandboxedWorkflowRunner

from audit.histories import read_file
from audit.markers import Marker, markers
from audit.reconcile.finding import Fault, Part
from audit.reconcile.told import Run, said, unread
from audit.replaying import Replayed, Replays, Verdict
from audit.story import Story, Written
from schemas.journey import TimelineEntry
from tests import histories
from tests.console import samples
from workers.build import build_id
from workers.converter import data_converter
from workers.worker import WORKFLOWS


async def told_by(name: str, change: Callable[[Marker], None]) -> Run:
    """The run of a recorded history in which one posting's marker was changed."""
    recorded = read_file(Path(histories.__file__).parent / f"{name}.json")
    for marker in markers(recorded.history.events):
        if marker.kind == "ledger.commit":
            change(marker)
    replays = Replays(WORKFLOWS, UnsandboxedWorkflowRunner(), data_converter(), build_id(), telling=True)
    async with replays:
        return Run(recorded, await replays.replay(recorded))


async def test_what_another_release_asked_is_compared_with_nothing() -> None:
    """Its digest is not that of what today's code asks."""

    def other(marker: Marker) -> None:
        marker.event.user_metadata.summary.data = b'"0"'

    run = await told_by("delivered", other)
    [found] = unread([run])
    assert (found.part, found.fault) == (Part.HISTORY, Fault.OTHER)
    known = said(run.told.name, [run], whole=True)
    assert (known.whole, known.status) == (False, None)
    assert "ledger.commit" not in {each.kind for each in known.asked}


async def test_an_answer_that_nobody_can_read_is_told() -> None:
    """The rest of the run is known as far as it was replayed."""

    def other(marker: Marker) -> None:
        marker.event.marker_recorded_event_attributes.details["result"].payloads[0].data = b"{}"

    run = await told_by("delivered", other)
    assert {(each.part, each.fault) for each in unread([run])} >= {(Part.HISTORY, Fault.UNREADABLE)}
    known = said(run.told.name, [run], whole=True)
    assert not known.whole
    assert "ledger.commit" not in {each.kind for each in known.asked}
    assert known.entries


def test_what_a_lost_attempt_wrote_is_taken_back() -> None:
    """By the transition that comes after it; what nobody knows to be written may be there."""
    entries = [
        TimelineEntry(seq=seq, at=samples.NOW, kind="stage", what=samples.text("事", "thing")) for seq in (1, 2, 3)
    ]
    place = {"event_id": 5, "task": 5, "at": samples.NOW}
    story = Story(
        written=(
            Written(**place, entries=tuple(entries[:2]), told=2),
            Written(**place, told=1),
            Written(**place, entries=(entries[2],), told=3, answered=False),
        )
    )
    told = Replayed(name="journey/run", verdict=Verdict.REPLAYS, story=story)
    known = said("journey", [Run(None, told)], whole=True)
    assert set(known.entries) == {1}
    assert known.possible
    assert known.possible.entries == (entries[2],)

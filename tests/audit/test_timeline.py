"""A journey told by its histories: every event of every run, how it stood at any, and why each decision was taken."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.worker import UnsandboxedWorkflowRunner

from audit.histories import read_file
from audit.replaying import Replays, Verdict
from audit.timeline import Place, Row, Run, decisions_until, entries_until, moment_at, rows
from schemas.decision import Finding, Outcome
from schemas.journey import Stage, WaitingFor
from workers.build import build_id
from workers.converter import data_converter
from workers.worker import WORKFLOWS

FOLDER = Path(__file__).parents[1] / "histories"


@pytest.fixture
async def replays() -> AsyncIterator[Replays]:
    """One worker of the SDK that tells stories."""
    runner = UnsandboxedWorkflowRunner()
    async with Replays(WORKFLOWS, runner, data_converter(), build_id(), telling=True) as replays:
        yield replays


async def told(replays: Replays, *names: str) -> list[Run]:
    """The runs of one journey from their recorded histories."""
    recorded = [read_file(FOLDER / f"{name}.json") for name in names]
    return [Run(number, each, await replays.replay(each)) for number, each in enumerate(recorded, 1)]


def _met(finding: Finding) -> bool:
    return finding.outcome is Outcome.MET


REFILLED = ("refilled-once.1", "refilled-once.2", "refilled-once.3")


def of_kind(found: list[Row], kind: str) -> list[Row]:
    return [row for row in found if row.kind == kind]


async def test_a_journey_is_told_across_its_runs(replays: Replays) -> None:
    """Inputs, decisions with clauses, hand-offs, deadlines, money and messages, each with its event, in order."""
    runs = await told(replays, *REFILLED)
    assert {run.told.verdict for run in runs} == {Verdict.REPLAYS}
    found = rows(runs)
    assert [(row.run, row.event_id) for row in found] == sorted((row.run, row.event_id) for row in found)
    for run in runs:
        last = len(run.recorded.history.events)
        assert all(1 <= row.event_id <= last for row in found if row.run == run.number)
    kinds = {row.kind for row in found}
    assert kinds >= {"stage", "input", "decision", "hand_off", "deadline", "money", "notice"}
    decided = of_kind(found, "decision")
    assert [row.decision for row in decided] == list(range(1, len(decided) + 1))
    assert all(row.rules for row in decided)
    asked = [row.what.en for row in of_kind(found, "hand_off")]
    assert asked.count("insurer: order_payment") == asked.count("pharmacy: dispense") == 2
    assert all(row.rules for row in of_kind(found, "deadline"))


async def test_what_is_told_is_all_that_the_journey_wrote(replays: Replays) -> None:
    """No entry of its own timeline is missing or told twice, over all runs."""
    runs = await told(replays, *REFILLED)
    entries = [entry.seq for run in runs for written in run.story.written for entry in written.entries]
    assert entries == list(range(1, len(entries) + 1))
    last = runs[-1].story.moments[-1]
    assert last.state.stage is Stage.COMPLETED
    assert entries_until(runs, last.at)[-1].seq == len(entries)


async def test_how_it_stood_at_every_event(replays: Replays) -> None:
    """State, decisions and entries of just that event: nothing of what came later."""
    runs = await told(replays, *REFILLED)
    place = next(Place(row.run, row.event_id) for row in rows(runs) if row.what.en == "entered stage fulfilment")
    moment = moment_at(runs, place)
    assert moment
    assert (moment.state.stage, moment.state.wait.what) == (Stage.FULFILMENT, WaitingFor.BOOKING)
    assert moment.state.voucher is not None
    task = moment.event_id
    before = moment_at(runs, Place(place.run, task - 1))
    assert before
    assert (before.state.stage, before.state.voucher) == (Stage.PRESCRIPTION_REVIEW, None)
    assert [each.decision.question for each in decisions_until(runs, place)][-1] == "settlement"
    later = moment_at(runs, Place(3, 1))
    assert later
    assert (later.state.stage, later.state.prescription) == (Stage.REFILL, 2)


async def test_a_time_means_what_was_known_then(replays: Replays) -> None:
    """Between two events the earlier one holds; before the first there is nothing to show."""
    runs = await told(replays, "picked-up-chinalife-cancer-rider")
    first, second = runs[0].story.moments[:2]
    assert moment_at(runs, second.at) == second
    assert moment_at(runs, second.at - timedelta(microseconds=1)) == first
    assert moment_at(runs, first.at - timedelta(microseconds=1)) is None
    assert moment_at(runs, Place(1, first.event_id - 1)) is None


async def test_each_decision_tells_its_facts_clauses_and_who_took_it(replays: Replays) -> None:
    """What the rules referred, and the word of the person after it."""
    runs = await told(replays, "referred-and-settled")
    known = decisions_until(runs)
    assert [record.number for record in known] == list(range(1, len(known) + 1))
    word = next(record for record in known if record.decided_by)
    before = known[word.number - 2]
    assert before.decided_by is None
    assert word.decision.facts == before.decision.facts
    assert word.decision.versions == before.decision.versions
    row = next(row for row in rows(runs) if row.decision == word.number)
    assert row.actor == word.decided_by
    assert set(row.rules) == {
        each.rule for finding in word.decision.findings for each in finding.citations if _met(finding)
    }


async def test_a_history_that_ends_in_the_middle_is_told_to_its_end(replays: Replays) -> None:
    """A run that is still open."""
    (whole,) = await told(replays, "delivered")
    cut = whole.recorded.history
    del cut.events[-12:]
    (part,) = [Run(1, whole.recorded, await replays.replay(whole.recorded))]
    assert part.told.verdict is Verdict.REPLAYS
    known = len(part.story.moments) - 1  # of the last task the history holds a part
    assert part.story.moments[:known] == whole.story.moments[:known]
    assert 0 < len(part.story.moments) < len(whole.story.moments)


async def test_a_therapy_is_told_like_a_drug(replays: Replays) -> None:
    """With the cells' custody and the treatment period in its states."""
    runs = await told(replays, "car-t-settled.1", "car-t-settled.2", "car-t-settled.3")
    last = runs[-1].story.moments[-1].state
    assert last.car_t
    assert last.car_t.therapy.infused_on
    assert {row.what.en.partition(":")[0] for row in rows(runs) if row.kind == "hand_off"} >= {
        "hospital",
        "manufacturer",
        "cryo courier",
    }

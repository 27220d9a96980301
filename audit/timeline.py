"""A whole journey across its runs, event by event, and how it stood at any of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import AwareDatetime
from temporalio.api.history.v1 import HistoryEvent

from audit.histories import Recorded
from audit.replaying import Replayed
from audit.steps import recorded
from audit.story import Moment, Story, Written
from schemas.civil import CHINA
from schemas.decision import Decision, Outcome
from schemas.journey import DecisionRecord, JourneyStatus, TimelineEntry
from schemas.names import RuleId
from schemas.partners import PartnerName
from schemas.people import Actor
from schemas.shape import Shape
from schemas.spoken import spoken
from schemas.text import Bilingual

_PARTNERS = frozenset(PartnerName)


class Run(NamedTuple):
    """One run of a journey: its history, and what came of replaying it with its story."""

    number: int
    """From 1, in the order in which the runs began."""
    recorded: Recorded
    told: Replayed

    @property
    def story(self) -> Story:
        """As far as it could be replayed."""
        return self.told.story or Story()


class Row(Shape):
    """One thing that happened, with the event of the run that holds it."""

    run: int
    event_id: int
    at: AwareDatetime
    kind: str
    """Kind of a timeline entry, or `hand_off` for each time a partner was asked, `notice` for a message."""
    actor: Actor | None = None
    what: Bilingual
    decision: int | None = None
    rules: tuple[RuleId, ...] = ()
    """The clauses that the decision or the deadline rests on."""


class Place(NamedTuple):
    """An event of a run."""

    run: int
    event_id: int


def rows(runs: Sequence[Run]) -> list[Row]:
    """Everything that happened, in order."""
    return [row for run in runs for row in sorted(_rows(run), key=lambda row: row.event_id)]


def moment_at(runs: Sequence[Run], at: Place | datetime) -> Moment | None:
    """How the journey stood at an event, or at a time; None before its first workflow task was done."""
    before = [moment for run, moment in _moments(runs) if _reached(run, moment.event_id, moment.at, at)]
    return before[-1] if before else None


def decisions_until(runs: Sequence[Run], at: Place | datetime | None = None) -> tuple[DecisionRecord, ...]:
    """The decisions that were on record at an event, or at a time; all of them without one."""
    return tuple(
        record
        for run in runs
        for written in run.story.written
        if at is None or _reached(run.number, written.task, written.at, at)
        for record in written.decisions
    )


def entries_until(runs: Sequence[Run], at: Place | datetime) -> tuple[TimelineEntry, ...]:
    """The entries of the journey's own timeline at an event, or at a time."""
    return tuple(
        entry
        for run in runs
        for written in run.story.written
        if _reached(run.number, written.task, written.at, at)
        for entry in written.entries
    )


def rules_of(decision: Decision) -> tuple[RuleId, ...]:
    """The clauses of what decided: what was not met or is open, else everything that was met, or did not apply."""
    applicable = [each for each in decision.findings if each.outcome is not Outcome.NOT_APPLICABLE]
    against = [each for each in applicable if each.outcome is not Outcome.MET]
    decided = against or applicable or decision.findings
    return tuple(dict.fromkeys(one.rule for each in decided for one in each.citations))


def _moments(runs: Sequence[Run]) -> Iterator[tuple[int, Moment]]:
    return ((run.number, moment) for run in runs for moment in run.story.moments)


def _reached(run: int, event_id: int, when: datetime, at: Place | datetime) -> bool:
    return (run, event_id) <= at if isinstance(at, Place) else when <= at


def _rows(run: Run) -> Iterator[Row]:
    events = run.recorded.history.events
    yield from _hand_offs(run.number, events)
    decided = {record.number: record.decision for written in run.story.written for record in written.decisions}
    for written in run.story.written:
        yield from _entries(run.number, written, decided)
    yield from _deadlines(run)


def _hand_offs(run: int, events: Sequence[HistoryEvent]) -> Iterator[Row]:
    """Each time a partner was asked: by a local activity, or by one on the partner's queue."""
    for step in recorded(events):
        partner, _, operation = str(step.facts.get("type", "")).partition(".")
        if step.kind in {"activity", "local activity"} and partner in _PARTNERS:
            at = events[step.event_id - 1].event_time.ToDatetime(CHINA)
            what = Bilingual(zh=f"{spoken(partner).zh}：{operation}", en=f"{spoken(partner).en}: {operation}")
            yield Row(run=run, event_id=step.event_id, at=at, kind="hand_off", what=what)


def _entries(run: int, written: Written, decided: dict[int, Decision]) -> Iterator[Row]:
    place = {"run": run, "event_id": written.event_id}
    for entry in written.entries:
        decision = decided.get(entry.decision) if entry.decision else None
        shown = entry.model_dump(include={"at", "kind", "actor", "what", "decision"})
        yield Row(**place, **shown, rules=rules_of(decision) if decision else ())
    for notice in written.notices:
        what = Bilingual(zh=f"{spoken(notice.to).zh}：{notice.text.zh}", en=f"{spoken(notice.to).en}: {notice.text.en}")
        yield Row(**place, at=written.at, kind="notice", what=what)


def _deadlines(run: Run) -> Iterator[Row]:
    """Each deadline when it was first shown, and each time it was reckoned anew."""
    before: JourneyStatus | None = None
    shown = {written.task: written.event_id for written in run.story.written}
    for moment in run.story.moments:
        wait = moment.state.wait
        deadline, known = wait.deadline, before.wait.deadline if before else None
        before = moment.state
        if deadline is None or deadline == known:
            continue
        name, text = spoken(wait.what), deadline.reckoning
        what = Bilingual(zh=f"{name.zh}：{text.zh}", en=f"{name.en}: {text.en}")
        rules = (deadline.budget.rule,) if deadline.budget.rule else ()
        place = shown.get(moment.event_id, moment.event_id)
        yield Row(run=run.number, event_id=place, at=moment.at, kind="deadline", what=what, rules=rules)

"""What the histories of a journey say all together, and how far they can be believed to say everything."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from audit.histories import Recorded
from audit.reconcile.finding import Fault, Finding, Part
from audit.replaying import Replayed, Verdict
from audit.story import Asked, Story, Written
from schemas.custody import CustodyHead
from schemas.journey import DecisionRecord, JourneyStatus, Notice, TimelineEntry
from schemas.ledger import Posted, Reservation, Voucher, VoucherStanding
from schemas.shape import Shape

_ANSWERS: Mapping[str, type[Shape]] = {
    "custody.append": CustodyHead,
    "ledger.check_voucher": VoucherStanding,
    "ledger.commit": Posted,
    "ledger.issue_voucher": Voucher,
    "ledger.recover": Posted,
    "ledger.release": Posted,
    "ledger.renew_voucher": VoucherStanding,
    "ledger.reserve": Reservation,
}
"""Shapes of the answers that are compared."""
Row = TypeVar("Row", DecisionRecord, TimelineEntry)


class Run(NamedTuple):
    """One run: its history, None where it could not be read, and what came of replaying it."""

    recorded: Recorded | None
    told: Replayed

    @property
    def sound(self) -> bool:
        """Whether everything that it did is known."""
        return self.told.verdict is Verdict.REPLAYS and not list(strange(self))


class Said(NamedTuple):
    """What the runs tell; a row that is `possible` may be in the database or not."""

    journey_id: str
    whole: bool
    """Whether all that the journey did is told: only then is a row that nobody tells of surplus."""
    status: JourneyStatus | None
    """None where it is not known for certain."""
    decisions: dict[int, DecisionRecord]
    entries: dict[int, TimelineEntry]
    notices: dict[str, Notice]
    possible: Written | None
    """What the last transition wrote, where nobody knows whether it did."""
    asked: tuple[Asked, ...]
    person: str
    """Reference of the insured person; empty where no run could be read."""


def said(journey_id: str, runs: Sequence[Run], *, whole: bool) -> Said:
    """What `runs`, in their order, say; `whole` where there are no others."""
    stories = [run.told.story or Story() for run in runs]
    written = [each for story in stories for each in story.written if each.as_recorded]
    answered = [each for each in written if each.answered]
    decisions, entries = dict[int, DecisionRecord](), dict[int, TimelineEntry]()
    for each in answered:
        decisions = _until(each.decided, decisions) | {one.number: one for one in each.decisions}
        entries = _until(each.told, entries) | {one.seq: one for one in each.entries}
    known = bool(runs) and runs[-1].sound
    return Said(
        journey_id=journey_id,
        whole=whole and all(run.sound for run in runs),
        status=next((story.shown for story in reversed(stories) if story.shown), None) if known else None,
        decisions=decisions,
        entries=entries,
        notices={one.key: one for each in answered for one in each.notices},
        possible=next((each for each in reversed(written) if not each.answered), None),
        asked=tuple(each for story in stories for each in story.asked if _usable(each)),
        person=next((story.person for story in stories if story.person), ""),
    )


def _until(last: int | None, known: dict[int, Row]) -> dict[int, Row]:
    """Without what a lost attempt numbered higher: the transition that comes after it takes that back."""
    return known if last is None else {number: row for number, row in known.items() if number <= last}


def strange(run: Run) -> Iterator[Finding]:
    """What today's code asks otherwise than was recorded: of that nothing can be compared."""
    story = run.told.story or Story()
    events = [each.event_id for each in story.written if not each.as_recorded]
    events += [each.event_id for each in story.asked if not _usable(each)]
    for event in sorted(events):
        told = "today's code asks something else here than was recorded, or cannot read the answer"
        yield Finding(part=Part.HISTORY, fault=Fault.OTHER, what=f"{run.told.name}, event {event}", history=told)


def _usable(asked: Asked) -> bool:
    """Whether today's code asks just that, and reads the answer."""
    shape = _ANSWERS.get(asked.kind)
    if not asked.as_recorded or asked.answer is None or shape is None:
        return asked.as_recorded
    try:
        shape.model_validate(asked.answer)
    except ValidationError:
        return False
    return True


def unread(runs: Iterable[Run]) -> Iterator[Finding]:
    """Runs of which not everything is known, with the reason."""
    for run in runs:
        if run.told.verdict is not Verdict.REPLAYS:
            yield Finding(
                part=Part.HISTORY,
                fault=Fault.UNREADABLE,
                what=run.told.name,
                history=run.told.reason or run.told.verdict,
            )
        yield from strange(run)

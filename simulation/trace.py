"""The trace of a simulated journey: what happened when, every decision and deadline, and the money."""

from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime

from schemas.car_t_view import CarTView
from schemas.deadline import Deadline
from schemas.journey import DecisionRecord, JourneyStatus, Money, Notice, Stage, TimelineEntry, WaitingFor
from schemas.money import ZERO
from schemas.people import ActorRole
from schemas.shape import Shape
from schemas.text import Bilingual

_ENTERED = "entered stage "


class Line(Shape):
    """One thing that happened."""

    at: AwareDatetime
    stage: Stage
    kind: str
    """A kind of timeline entry, or `deadline`, `notice`, `rejected`."""
    what: Bilingual
    by: ActorRole | None = None
    decision: int | None = None


class SeenDeadline(Shape):
    """One deadline as it was set, or reckoned anew after a stop."""

    wait: WaitingFor
    deadline: Deadline


class Told(Shape):
    """One message and when it was sent."""

    at: AwareDatetime
    notice: Notice


class Undone(Shape):
    """A deed of the script that never happened."""

    place: str
    """Its field in the script, e.g. `answers.review.1`."""
    wait: WaitingFor | None = None
    """What it should have answered; None for an event."""
    what: str
    """The action and when it should have been."""


class ClaimTrace(Shape):
    """All of one journey."""

    name: str = ""
    """Of the claim in its scenario; empty where there is one."""
    ends: Stage | Literal["open"]
    stages: tuple[Stage, ...]
    lines: tuple[Line, ...]
    decisions: tuple[DecisionRecord, ...]
    deadlines: tuple[SeenDeadline, ...]
    notices: tuple[Told, ...]
    escalations: tuple[Bilingual, ...]
    money: Money
    limit_left: Decimal
    prescriptions: int = 1
    """Which prescription it has come to."""
    car_t: CarTView | None = None
    surprises: tuple[str, ...] = ()
    """Deeds that were refused unexpectedly, or taken against expectation."""
    undone: tuple[Undone, ...] = ()
    """Deeds that never happened: their occasion never came, or the journey was over."""


class Chronicle:
    """Writes the trace of one journey, look by look."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self.lines: list[Line] = []
        self.decisions: list[DecisionRecord] = []
        self.deadlines: list[SeenDeadline] = []
        self.notices: list[Told] = []
        self.stages = [Stage.AUTHORIZATION]
        self.surprises: list[str] = []
        self.entries = 0
        self._stage = self.stages[0]

    def took_place(self, entry: TimelineEntry) -> Stage | None:
        """A new entry of the journey's own history; the stage it entered, if it did."""
        self.entries = entry.seq
        entered = _stage_entered(entry)
        if entered:
            self._stage = entered
            self.stages.append(entered)
        by = entry.actor.role if entry.actor else None
        self._add(entry.at, entry.kind, entry.what, by=by, decision=entry.decision)
        return entered

    def told(self, notice: Notice, at: AwareDatetime) -> None:
        """A new message to somebody."""
        self.notices.append(Told(at=at, notice=notice))
        self._add(at, "notice", Bilingual(zh=notice.text.zh, en=f"{notice.template}: {notice.text.en}"), by=notice.to)

    def waits(self, status: JourneyStatus) -> None:
        """The wait as it stands; a deadline that was not seen yet is noted, unless its clock stands still."""
        wait = status.wait
        if wait.deadline is None or wait.clock_stopped:
            return
        seen = SeenDeadline(wait=wait.what, deadline=wait.deadline)
        if seen not in self.deadlines[-1:]:
            self.deadlines.append(seen)
            self._add(wait.since, "deadline", wait.deadline.reckoning, by=wait.on)

    def refused(self, at: AwareDatetime, deed: str, why: str, by: ActorRole) -> None:
        """The journey refused what somebody wanted to do."""
        self._add(at, "rejected", Bilingual(zh=f"{deed} 被拒绝：{why}", en=f"{deed} was refused: {why}"), by=by)

    def _add(
        self,
        at: AwareDatetime,
        kind: str,
        what: Bilingual,
        *,
        by: ActorRole | None = None,
        decision: int | None = None,
    ) -> None:
        self.lines.append(Line(at=at, stage=self._stage, kind=kind, what=what, by=by, decision=decision))

    def trace(
        self, name: str, status: JourneyStatus | None, limit_left: Decimal | None, undone: tuple[Undone, ...] = ()
    ) -> ClaimTrace:
        """The whole trace, of a journey that stands at `status`; None: it never started."""
        closed = status is not None and status.closed_at is not None
        return ClaimTrace(
            name=name,
            ends=status.stage if status and closed else "open",
            stages=tuple(self.stages[:-1] if closed else self.stages),
            lines=tuple(self.lines),
            decisions=tuple(self.decisions),
            deadlines=tuple(self.deadlines),
            notices=tuple(self.notices),
            escalations=tuple(one.reason for one in status.escalations) if status else (),
            money=status.money if status else Money(),
            limit_left=ZERO if limit_left is None else limit_left,
            prescriptions=status.prescription if status else 1,
            car_t=status.car_t if status else None,
            surprises=tuple(self.surprises),
            undone=undone,
        )


def _stage_entered(entry: TimelineEntry) -> Stage | None:
    named = entry.what.en.removeprefix(_ENTERED)
    return Stage(named) if entry.kind == "stage" and named != entry.what.en else None

"""When somebody does something in a play: the events of its script, and the answers to what the journey waits for."""

from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from products.calendar import WorkingCalendar
from schemas.journey import JourneyStatus, Stage, WaitingFor
from simulation.car_t_people import carrying
from simulation.people import obliging
from simulation.scenario import Answer, Carriage, Deed, Event, Script
from simulation.situation import Obliging
from simulation.times import later

_IN_ONE_WAIT = 3
"""So often somebody obliges in one wait; if the journey waits on, it waits for something else."""
_SOON = "1h"


class Rank(IntEnum):
    """What goes first of two things in one minute: at 24:00 a deadline of 24:00 has passed."""

    WAKING = 0
    STARTING = 1
    EVENT = 2
    ANSWER = 3


class Cue(NamedTuple):
    """The next thing that somebody does, or the journey itself (without a deed)."""

    at: datetime
    rank: Rank
    deed: Deed | None = None


class Cues:
    """The script of one claim, read as its journey goes on."""

    def __init__(self, script: Script, calendar: WorkingCalendar) -> None:
        """Follow `script`; working days are those of `calendar`."""
        self._script = script
        self._calendar = calendar
        self._due: list[tuple[datetime, Event]] = [(event.at, event) for event in script.events if event.at]
        self._seen: dict[Stage | WaitingFor, int] = {}
        self._wait: tuple[WaitingFor, datetime] | None = None
        self._status: JourneyStatus | None = None
        self._asked_at: datetime | None = None
        self._given = 0
        self._turns: dict[WaitingFor, int] = {}
        self._cells: tuple[object, datetime] | None = None
        """Where the cells are, and since when."""
        self._carried = 0

    def entered(self, stage: Stage, at: datetime) -> None:
        """The journey entered a stage: events of that occasion are due."""
        self._happens(stage, at)

    def stands(self, status: JourneyStatus, now: datetime) -> None:
        """The journey stands at `status`; where it waits for something new, its answer is due."""
        self._status = status
        wait = (status.wait.what, status.wait.since)
        if wait != self._wait:
            self._wait, self._asked_at, self._given = wait, now, 0
            self._happens(status.wait.what, now)
        view = status.car_t
        whereabouts = (status.stage, view.custody, view.therapy.slot, view.therapy.released) if view else None
        if self._cells is None or self._cells[0] != whereabouts:
            self._cells = (whereabouts, now)

    def next(self, now: datetime) -> Cue | None:
        """What is done next, at `now` or later."""
        cues = [Cue(max(at, now), Rank.EVENT, event) for at, event in self._due]
        cues += [cue for cue in (self._answer(now), self._carriage(now)) if cue]
        return min(cues, key=lambda cue: cue[:2], default=None)

    def done(self, deed: Deed, now: datetime) -> None:
        """The deed was done: it does not come again."""
        if isinstance(deed, Event):
            self._due = [(at, event) for at, event in self._due if event is not deed]
        elif isinstance(deed, Carriage):
            self._carried += 1
        elif self._wait:
            what = self._wait[0]
            self._turns[what] = self._turns.get(what, 0) + 1
            self._asked_at, self._given = now, self._given + 1

    def usual(self, deed: Deed) -> Obliging | None:
        """Who does that by default: tell of the cells, or oblige in the present wait."""
        if self._status is None:
            return None
        return carrying(self._status) if isinstance(deed, Carriage) else obliging(self._status)

    def _happens(self, what: Stage | WaitingFor, at: datetime) -> None:
        times = self._seen[what] = self._seen.get(what, 0) + 1
        for event in self._script.events:
            when = event.when
            if when and what in {when.stage, when.wait} and when.nth == times:
                self._due.append((later(at, when.after, self._calendar), event))

    def _answer(self, now: datetime) -> Cue | None:
        usual = obliging(self._status) if self._status else None
        told = self._told()
        if told is None or self._asked_at is None or (usual is None and not told.do):
            return None
        at = told.at or later(self._asked_at, told.after or (usual.after if usual else _SOON), self._calendar)
        return Cue(max(at, now), Rank.ANSWER, told)

    def _carriage(self, now: datetime) -> Cue | None:
        """What is told of the cells next, as the script has it, or as nothing disturbs them."""
        usual = carrying(self._status) if self._status else None
        script = self._script.custody
        if usual is None or self._cells is None or script == "never":
            return None
        told = script[self._carried] if self._carried < len(script) else Carriage()
        if told.never:
            return None
        at = told.at or later(self._cells[1], told.after or usual.after, self._calendar)
        return Cue(max(at, now), Rank.ANSWER, told)

    def _told(self) -> Answer | None:
        """The script's answer to the present wait, or an obliging one; None where nobody answers."""
        if self._wait is None or self._wait[0] in {WaitingFor.NOTHING, WaitingFor.HAND_OFF}:
            return None
        answers = self._script.answers.get(self._wait[0], ())
        turn = self._turns.get(self._wait[0], 0)
        if isinstance(answers, tuple) and turn < len(answers):
            return None if answers[turn].never else answers[turn]
        if answers == "never" or self._given >= _IN_ONE_WAIT:
            return None
        return answers if isinstance(answers, Answer) else Answer()

"""When somebody does something in a play: the events of its script, and the answers to what the journey waits for."""

from collections.abc import Iterator
from datetime import datetime
from enum import IntEnum
from itertools import chain
from typing import NamedTuple

from products.calendar import WorkingCalendar
from schemas.journey import JourneyStatus, Stage, WaitingFor
from simulation.car_t_people import carrying
from simulation.people import answering, obliging
from simulation.scenario import Answer, Answers, Carriage, Deed, Event, Script
from simulation.situation import Obliging
from simulation.times import later
from simulation.trace import Undone

_IN_ONE_WAIT = 3
"""So often somebody obliges in one wait; if the journey waits on, it waits for something else."""
_IN_A_ROW = 3
"""So often somebody obliges in waits of one kind while nothing else comes of it."""
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
        self._obliged: tuple[WaitingFor, int] | None = None
        self._turns: dict[WaitingFor, int] = {}
        self._cells: tuple[object, datetime] | None = None
        """Where the cells are, and since when."""
        self._carried = 0
        self._happened = list[Event]()

    def entered(self, stage: Stage, at: datetime) -> None:
        """The journey entered a stage: events of that occasion are due."""
        self._obliged = None
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
            self._obliged = None
            self._happened.append(deed)
        elif isinstance(deed, Carriage):
            self._obliged = None
            self._carried += 1
        elif self._wait:
            what = self._wait[0]
            self._obliged = None if self._in_turn(what) else (what, self._in_a_row(what) + 1)
            self._turns[what] = self._turns.get(what, 0) + 1
            self._asked_at, self._given = now, self._given + 1

    def usual(self, deed: Deed) -> Obliging | None:
        """Who does that by default: tell of the cells, or oblige in the present wait."""
        if self._status is None:
            return None
        return carrying(self._status) if isinstance(deed, Carriage) else obliging(self._status)

    def again_and_again(self) -> tuple[WaitingFor, int]:
        """What the journey has waited for most often, and how often."""
        waits = {what: times for what, times in self._seen.items() if isinstance(what, WaitingFor)}
        return max(waits.items(), key=lambda one: one[1])

    def undone(self) -> tuple[Undone, ...]:
        """What the script tells and never happened."""
        answers = (self._unanswered(wait, told) for wait, told in self._script.answers.items())
        return (*self._no_occasion(), *chain.from_iterable(answers))

    def _no_occasion(self) -> Iterator[Undone]:
        for number, event in enumerate(self._script.events):
            if all(event is not done for done in self._happened):
                yield Undone(place=f"events.{number}", what=f"{event.do} {_moment(event)}")

    def _unanswered(self, wait: WaitingFor, told: Answers) -> Iterator[Undone]:
        place, came, given = f"answers.{wait}", self._seen.get(wait, 0), self._turns.get(wait, 0)
        if not isinstance(told, tuple):
            happened = given if isinstance(told, Answer) else came
            yield from () if happened else (Undone(place=place, wait=wait, what=_deed(wait, told)),)
            return
        for turn, answer in enumerate(told):
            # Silence needs a wait that is there and no turn of its own; what stands after it never comes.
            happened = bool(came) and turn == given if answer.never else turn < given
            yield from () if happened else (Undone(place=f"{place}.{turn}", wait=wait, what=_deed(wait, answer)),)

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

    def _in_a_row(self, what: WaitingFor) -> int:
        """How often somebody obliged in waits of this kind since anything else was done, or a stage entered."""
        return self._obliged[1] if self._obliged and self._obliged[0] is what else 0

    def _in_turn(self, what: WaitingFor) -> Answer | None:
        """The answer whose turn it is in the script's list for this kind of wait."""
        answers, turn = self._script.answers.get(what), self._turns.get(what, 0)
        return answers[turn] if isinstance(answers, tuple) and turn < len(answers) else None

    def _told(self) -> Answer | None:
        """The script's answer to the present wait, or an obliging one; None where nobody answers."""
        if self._wait is None or self._wait[0] in {WaitingFor.NOTHING, WaitingFor.HAND_OFF}:
            return None
        if listed := self._in_turn(self._wait[0]):
            return None if listed.never else listed
        answers = self._script.answers.get(self._wait[0])
        if answers == "never" or self._given >= _IN_ONE_WAIT or self._in_a_row(self._wait[0]) >= _IN_A_ROW:
            return None
        return answers if isinstance(answers, Answer) else Answer()


def _moment(event: Event) -> str:
    if event.at:
        return f"at {event.at:%Y-%m-%d %H:%M}"
    assert event.when  # noqa: S101 - the shape of an event sees to it
    occasion = f"stage {event.when.stage}" if event.when.stage else f"wait {event.when.wait}"
    nth = f", time {event.when.nth}" if event.when.nth > 1 else ""
    return f"{event.when.after} after {occasion}{nth}"


def _deed(wait: WaitingFor, told: Answer | str) -> str:
    return (told.do or answering(wait)) if isinstance(told, Answer) and not told.never else "never"

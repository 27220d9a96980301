"""What one run of a journey did and how it stood after each of its events, told by its replay."""

import json
from collections.abc import Iterable, Sequence

from pydantic import AwareDatetime, JsonValue, ValidationError
from temporalio.api.history.v1 import HistoryEvent

from audit.asking import WRITES, Answer, Question
from audit.markers import Marker, markers
from schemas.civil import CHINA
from schemas.claim import Claim
from schemas.journey import DecisionRecord, Entered, JourneyStatus, Notice, TimelineEntry, Transition
from schemas.shape import Shape


class Moment(Shape):
    """How the journey stood from one event on, until the next moment."""

    event_id: int
    """The completion of the workflow task that brought it about."""
    at: AwareDatetime
    state: JourneyStatus


class Written(Shape):
    """What one transition added to the record of the journey."""

    event_id: int
    """The event that records it."""
    task: int
    """The completion of the workflow task in which it was written."""
    at: AwareDatetime
    entries: tuple[TimelineEntry, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    notices: tuple[Notice, ...] = ()
    decided: int | None = None
    """How many decisions the journey had taken by then; what is numbered above came from a lost attempt."""
    told: int | None = None
    """How many timeline entries there were, likewise."""
    answered: bool = True
    """Whether the history has the answer: without it nobody knows whether it was written."""
    as_recorded: bool = True
    """Whether today's code writes what was written then, by the digest in the history."""


class Asked(Shape):
    """What ledger or chain of custody was asked in a run, and what they answered."""

    event_id: int
    """0 where no event records it."""
    kind: str
    request: dict[str, JsonValue]
    answer: dict[str, JsonValue] | None = None
    """None where the history has none."""
    as_recorded: bool = True


class Story(Shape):
    """One run: every state it was in, and everything it wrote, in order."""

    moments: tuple[Moment, ...] = ()
    written: tuple[Written, ...] = ()
    shown: JourneyStatus | None = None
    """The status as the last transition that was answered wrote it, with the deadline of the answer."""
    asked: tuple[Asked, ...] = ()
    person: str = ""
    """Reference of the insured person, as the input names it; empty where it cannot be read."""


def story_of(events: Sequence[HistoryEvent], answers: Iterable[Answer]) -> Story:
    """The story of a history, of what its replay answered; as far as the replay came, where it did not end."""
    completed = [event for event in events if event.HasField("workflow_task_completed_event_attributes")]
    known = {marker.number: marker for marker in markers(events)}
    moments, written, asked = dict[int, Moment](), list[Written](), list[Asked]()
    shown: JourneyStatus | None = None
    for answer in answers:
        event = next((each for each in completed if each.event_id > answer.event_id), None)
        if event is None:
            continue  # this workflow task was not completed: nothing of it happened
        at = event.event_time.ToDatetime(CHINA)
        if answer.state is not None:
            state = JourneyStatus.model_validate_json(answer.state.data)
            moments[event.event_id] = Moment(event_id=event.event_id, at=at, state=state)
        for one in answer.asked:
            marker = known.get(one.number)
            if one.kind != WRITES:
                asked.append(_asked(one, marker))
                continue
            step = Transition.model_validate_json(one.request.data)
            written.append(_written(step, one, marker, event))
            shown = _shown(step.status, marker) or shown
    parts = {"moments": tuple(moments.values()), "written": tuple(written), "asked": tuple(asked)}
    return Story(shown=shown, person=_person(events[0]), **parts)


def _person(started: HistoryEvent) -> str:
    """Whom the input names; nobody where it is none of today's code, which the replay tells."""
    given = started.workflow_execution_started_event_attributes.input.payloads
    try:
        return Claim.model_validate_json(given[0].data).insured.ref
    except (IndexError, ValidationError):
        return ""


def _written(step: Transition, one: Question, marker: Marker | None, task: HistoryEvent) -> Written:
    parts = {name: getattr(step, name) for name in ("entries", "decisions", "notices", "decided", "told")}
    return Written(
        event_id=marker.event.event_id if marker else task.event_id,
        task=task.event_id,
        at=task.event_time.ToDatetime(CHINA),
        answered=bool(marker and marker.answer),
        as_recorded=_as_recorded(one, marker),
        **parts,
    )


def _asked(one: Question, marker: Marker | None) -> Asked:
    answer = marker.answer if marker else None
    return Asked(
        event_id=marker.event.event_id if marker else 0,
        kind=one.kind,
        request=json.loads(one.request.data),
        answer=json.loads(answer.data) if answer else None,
        as_recorded=_as_recorded(one, marker),
    )


def _as_recorded(one: Question, marker: Marker | None) -> bool:
    """Whether the digest fits; a history from before there were digests is believed."""
    return marker is None or marker.digest is None or marker.digest.data == one.digest.data


def _shown(status: JourneyStatus, marker: Marker | None) -> JourneyStatus | None:
    """The status that was written: its deadline was reckoned by whoever wrote it. None where nobody knows."""
    if marker is None or marker.answer is None:
        return None
    deadline = Entered.model_validate_json(marker.answer.data).deadline
    wait = status.wait.model_copy(update={"deadline": deadline}) if deadline else status.wait
    return status.model_copy(update={"wait": wait})

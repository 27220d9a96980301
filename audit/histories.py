"""Histories as evidence: read from a file, and checked to be whole before anybody replays them."""

import codecs
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from google.protobuf.message import DecodeError
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import History, HistoryEvent
from temporalio.client import WorkflowHistory

_STARTED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
_UNNAMED = "unnamed"


class HistoryError(Exception):
    """What was given is no whole history of one run; the message says why."""


class Recorded(NamedTuple):
    """The history of one run, and what to call it."""

    name: str
    """A file's name, or journey and run."""
    workflow_id: str
    history: History
    run_id: str = ""
    """Empty for a file: it has its own name."""

    @property
    def workflow_type(self) -> str:
        """Name of its workflow type."""
        return self.history.events[0].workflow_execution_started_event_attributes.workflow_type.name

    @property
    def build(self) -> str:
        """Build that completed its last workflow task; empty before the first one, or without versions."""
        done = (event.workflow_task_completed_event_attributes for event in reversed(self.history.events))
        return next((each.deployment_version.build_id for each in done if each.deployment_version.build_id), "")


def read_file(file: Path) -> Recorded:
    """A history as JSON (of the SDK, the command line, the web UI) or as protobuf; raises HistoryError."""
    try:
        content = file.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise HistoryError(message) from error
    history = _of_json(content) if content.lstrip()[:1] == b"{" else parse(content)
    return recorded(file.name, history)


def parse(content: bytes) -> History:
    """A history from its protobuf; raises HistoryError."""
    try:
        return History.FromString(content)
    except DecodeError as error:
        message = "is neither JSON nor the protobuf of a history, or is cut off"
        raise HistoryError(message) from error


def recorded(name: str, history: History, run_id: str = "") -> Recorded:
    """The history called `name`, once it is seen to be one from its first event on; raises HistoryError."""
    _check(history.events)
    started = history.events[0].workflow_execution_started_event_attributes
    return Recorded(name, started.workflow_id or _UNNAMED, history, run_id)


def _of_json(content: bytes) -> History:
    try:
        return History(events=WorkflowHistory.from_json(_UNNAMED, content.decode()).events)
    except json.JSONDecodeError as error:
        message = f"is no JSON, or cut off: {error.msg} at character {error.pos}"
        raise HistoryError(message) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # whatever is JSON and no history
        message = f"is JSON, but no history of a workflow: {error}"
        raise HistoryError(message) from error


def _check(events: Sequence[HistoryEvent]) -> None:
    if not events:
        message = "has no events"
        raise HistoryError(message)
    if events[0].event_type != _STARTED:
        message = "does not begin with the start of a workflow: it is cut off, or another thing"
        raise HistoryError(message)
    for number, event in enumerate(events, 1):
        if event.event_id != number:
            message = f"event {event.event_id} stands where {number} belongs: events are missing or altered"
            raise HistoryError(message)

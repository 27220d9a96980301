"""Strict replay: what the SDK does not compare.

The SDK holds the kinds and names of what a workflow does against its history. Strictly, so are the arguments of
activities and their timeouts, the digests of what local activities were asked, timers' lengths, search attributes,
answers to updates, results, and what a next run begins with.
"""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent

from audit.steps import Fact, Step, emitted, recorded
from audit.watching import Task

_LONGEST = 160
"""Characters shown of a value, around the place where it differs."""
_LEFT_OPEN = frozenset({"local activity"})
"""What a run may ask for and end without: no event records it then."""
_MISSING = "nothing"


Value: TypeAlias = "dict[str, Value] | list[Value] | str | float | bool | None"
"""JSON."""


class Difference(NamedTuple):
    """Where a replay does not do what was recorded."""

    event_id: int
    """Event that records the step; 0 where none does."""
    what: str
    recorded: str
    emitted: str


def differences(events: Sequence[HistoryEvent], tasks: Iterable[Task]) -> list[Difference]:
    """Every difference between a history (opened) and the commands of its replay, in the order of events."""
    done = {(step.kind, step.key): step for step in emitted(tasks)}
    found = list[Difference]()
    for step in recorded(events):
        again = done.pop((step.kind, step.key), None)
        found += [_missing(step)] if again is None else _compared(step, again)
    if _closed(events):
        found += [_unrecorded(step) for step in done.values() if step.kind not in _LEFT_OPEN]
    return sorted(found, key=lambda each: each.event_id or len(events) + 1)


def _closed(events: Sequence[HistoryEvent]) -> bool:
    last = str(events[-1].WhichOneof("attributes")) if events else ""
    return last.startswith("workflow_execution_")


def _missing(step: Step) -> Difference:
    return Difference(step.event_id, _name(step), _told(step), _MISSING)


def _unrecorded(step: Step) -> Difference:
    return Difference(0, _name(step), _MISSING, _told(step))


def _name(step: Step) -> str:
    """Kind and key, and of an activity what it is: a digest alone tells nobody which question was another one."""
    asked = f" {step.facts['type']}" if step.kind.endswith("activity") else ""
    return f"{step.kind} {step.key}{asked}".strip()


def _told(step: Step) -> str:
    return str(step.facts.get("type", step.kind))


def _compared(step: Step, again: Step) -> list[Difference]:
    """What only one side tells is not compared: a history from before something was recorded stays sound."""
    found = []
    for name in step.facts.keys() & again.facts.keys():
        if step.facts[name] == again.facts[name]:
            continue  # to the byte, as nearly everything is
        before, now = _plain(step.facts[name]), _plain(again.facts[name])
        if _text(before) != _text(_as_known(before, now)):
            shown = _beside(_text(before), _text(_as_known(before, now)))
            found.append(Difference(step.event_id, f"{_name(step)}: {name}", *shown))
    return sorted(found)


def _plain(fact: Fact) -> list[Value]:
    return [fact] if isinstance(fact, str) else [_value(payload) for payload in fact]


def _value(payload: Payload) -> Value:
    if payload.metadata.get("encoding") == b"json/plain":
        value: Value = json.loads(payload.data)
        return value
    return f"{payload.metadata.get('encoding', b'').decode()} {payload.data.hex()}".strip()


def _as_known(before: Value, now: Value) -> Value:
    """What is emitted now, without the fields that the recorder's release did not have."""
    if isinstance(before, dict) and isinstance(now, dict):
        return {name: _as_known(before[name], now[name]) for name in now if name in before}
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [_as_known(one, other) for one, other in zip(before, now, strict=True)]
    return now


def _text(values: Value) -> str:
    """One word as it is, all else as JSON in one order of fields."""
    if isinstance(values, list) and len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return json.dumps(values, sort_keys=True, ensure_ascii=False)


def _beside(before: str, now: str) -> tuple[str, str]:
    """Both values from shortly before the place where they differ."""
    common = next((at for at, (one, other) in enumerate(zip(before, now, strict=False)) if one != other), 0)
    start = max(common - _LONGEST // 4, 0)
    return _cut(before, start), _cut(now, start)


def _cut(text: str, start: int) -> str:
    shown = text[start : start + _LONGEST]
    return f"{'…' if start else ''}{shown}{'…' if start + _LONGEST < len(text) else ''}"

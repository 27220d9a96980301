"""The stretches in which a clock stood still: put in order, joined where they overlap, cut to what the clock saw."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rules.errors import DeadlineError
from schemas.deadline import ClockStop


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of standing still; `until` None while it lasts."""

    since: datetime
    until: datetime | None


def stretches(stops: Iterable[ClockStop], started_at: datetime) -> tuple[Stretch, ...]:
    """Disjoint stretches after `started_at`, in order; an open stop swallows whatever follows it.

    Raises DeadlineError for a stop that ends before it begins. A stop without length never stood.
    """
    joined: list[Stretch] = []
    for stop in sorted(stops, key=lambda each: each.since):
        _check(stop)
        if stop.until is not None and (stop.until <= started_at or stop.until == stop.since):
            continue
        stretch = Stretch(max(stop.since, started_at), stop.until)
        if joined and _touches(joined[-1], stretch):
            joined[-1] = Stretch(joined[-1].since, _later(joined[-1].until, stretch.until))
        else:
            joined.append(stretch)
    return tuple(joined)


def _check(stop: ClockStop) -> None:
    if stop.until is not None and stop.until < stop.since:
        message = f"stop: ends at {stop.until.isoformat()}, before it begins at {stop.since.isoformat()}: correct it"
        raise DeadlineError(message)


def _touches(earlier: Stretch, later: Stretch) -> bool:
    return earlier.until is None or later.since <= earlier.until


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)

"""Two sides held against each other, row by row and field by field."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TypeVar

from audit.reconcile.finding import Fault, Finding, Part

Key = TypeVar("Key", bound=Hashable)
_DIGITS = 16
"""As many has an amount of ours at most; a larger one, which somebody wrote, may be too long to be written out."""


def unmatched(
    part: Part, expected: Iterable[Key], found: Iterable[Key], possible: Iterable[Key] = (), *, surplus: bool = True
) -> Iterator[Finding]:
    """Rows that only one side has; those that are `possible` may be there or not.

    A row that is there while nothing tells of it yet may be being written; without `surplus` nobody asks for those.
    """
    wanted, there = set(expected), set(found)
    for key in sorted(wanted - there, key=str):
        yield Finding(part=part, fault=Fault.ABSENT, what=str(key))
    if surplus:
        for key in sorted(there - wanted - set(possible), key=str):
            yield Finding(part=part, fault=Fault.SURPLUS, what=str(key), passing=True)


def differing(
    part: Part, what: str, expected: Mapping[str, object], found: Mapping[str, object], hidden: Iterable[str] = ()
) -> Iterator[Finding]:
    """Fields of `expected` that say something else in `found`; of those `hidden`, not what they say."""
    for name, value in expected.items():
        if value == found.get(name):
            continue
        shown = ("", "") if name in hidden else (told(value), told(found.get(name)))
        yield Finding(part=part, fault=Fault.OTHER, what=what, field=name, history=shown[0], database=shown[1])


def told(value: object) -> str:
    """A value as people read it."""
    if value is None:
        return "–"
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value.adjusted() < _DIGITS else str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(told, value)) or "–"
    return str(value)

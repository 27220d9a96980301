"""The hash chain over a journey's custody events: how a link is made, and whether a chain is whole."""

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import orjson
from pydantic import JsonValue

from schemas.custody import CustodyHead
from schemas.names import JourneyId

Document = Mapping[str, JsonValue]
Stored = Document | str
"""An event as it is stored: sealed, or plain where it is from before there was sealing. The hash is over this."""
ERASED = "erased"
"""Stands for a plain event that an erasure took out; a sealed one stays and cannot be read any more."""


class Link(NamedTuple):
    """One custody event in its chain."""

    seq: int
    event: Stored
    previous: bytes
    sha256: bytes


class Fault(StrEnum):
    """Why a chain does not verify."""

    GAP = "gap"
    """A link is missing before this one, or the numbers are out of order."""
    UNLINKED = "unlinked"
    """It does not continue the link before it."""
    CHANGED = "changed"
    """The event is not the one that was appended."""
    CUT_OFF = "cut_off"
    """The journey knows of a link here that is not there, or of another one."""


class Flaw(NamedTuple):
    """The first link at which a chain does not verify."""

    seq: int
    fault: Fault


def canonical(event: Stored) -> bytes:
    """The one way to write an event as JSON: keys sorted, no spaces (RFC 8785 for what our events hold)."""
    return orjson.dumps(event, option=orjson.OPT_SORT_KEYS)


def stored(text: str) -> Stored:
    """The event of a link as it is stored; empty where it holds what none of ours can, e.g. an infinite number."""
    try:
        found: Stored = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found


def root(journey_id: JourneyId) -> bytes:
    """What the first link of a journey continues; another journey's chain cannot be put in its place."""
    return hashlib.sha256(journey_id.encode()).digest()


def digest(previous: bytes, event: Stored) -> bytes:
    """The hash of a link: over the one before it and the event."""
    return hashlib.sha256(previous + canonical(event)).digest()


def first_flaw(
    journey_id: JourneyId, links: Sequence[Link], known: CustodyHead | None = None, *, erased: bool = False
) -> Flaw | None:
    """Where the chain is broken first, None where it is whole.

    A chain that was cut off at its end is whole by itself: `known`, the head that the journey got, tells. Only of a
    journey that was `erased` may events be taken out; their hashes still link.
    """
    start = Link(0, {}, b"", root(journey_id))
    for before, link in pairwise((start, *links)):
        if fault := _fault(before, link, erased=erased):
            return Flaw(before.seq + 1 if fault is Fault.GAP else link.seq, fault)
    return _end(links, known)


def _fault(before: Link, link: Link, *, erased: bool) -> Fault | None:
    if link.seq != before.seq + 1:
        return Fault.GAP
    if link.previous != before.sha256:
        return Fault.UNLINKED
    if erased and link.event == ERASED:
        return None
    return None if link.sha256 == digest(link.previous, link.event) else Fault.CHANGED


def _end(links: Sequence[Link], known: CustodyHead | None) -> Flaw | None:
    if known is None:
        return None
    if len(links) < known.seq:
        return Flaw(len(links) + 1, Fault.CUT_OFF)
    same = links[known.seq - 1].sha256.hex() == known.sha256
    return None if same else Flaw(known.seq, Fault.CUT_OFF)

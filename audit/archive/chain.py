"""The hash chains of the archive: one of each journey, and one of all; how a link is made, and what is wrong with one.

A journey's chain stands by itself, so that one journey can be shown to somebody who may not see the others. The chain
of all binds every one of its links to a place.
"""

import hashlib
from enum import StrEnum
from typing import NamedTuple

from activities.custody_chain import canonical
from audit.archive.entry import Entry

ROOT = hashlib.sha256(b"patient-journeys archive").digest()
"""What the first link of all continues."""


class Head(NamedTuple):
    """The newest link of all; who keeps it elsewhere can prove later that nothing was cut off."""

    position: int
    link: bytes

    def __str__(self) -> str:
        """As people keep it: `position:hash`."""
        return f"{self.position}:{self.link.hex()}"


START = Head(0, ROOT)
"""The head of an empty archive."""


class Link(NamedTuple):
    """An entry in both chains."""

    position: int
    entry: Entry
    journey_previous: bytes
    journey_link: bytes
    previous: bytes
    link: bytes


class Fault(StrEnum):
    """Why a link does not verify."""

    GAP = "gap"
    """A link is missing before this one, or the numbers are out of order."""
    UNLINKED = "unlinked"
    """It does not continue the link before it."""
    CHANGED = "changed"
    """The row is not the one that was appended."""


def journey_root(journey_id: str) -> bytes:
    """What the first link of a journey continues; another journey's chain cannot be put in its place."""
    return hashlib.sha256(journey_id.encode()).digest()


def linked(entry: Entry, journey_previous: bytes, before: Head) -> Link:
    """The link of `entry` behind these two."""
    told = canonical(entry.model_dump(mode="json", exclude_defaults=True, warnings=False))
    journey_link = hashlib.sha256(journey_previous + told).digest()
    position = before.position + 1
    link = hashlib.sha256(before.link + canonical({"position": position, "link": journey_link.hex()})).digest()
    return Link(position, entry, journey_previous, journey_link, before.link, link)


class Chains:
    """Follows links in their order and tells what is wrong with each."""

    def __init__(self) -> None:
        """Begin before the first link of all."""
        self.head = START
        self._journeys = dict[str, tuple[int, bytes]]()

    def follow(self, link: Link) -> Fault | None:
        """What is wrong with the next link. Whatever it is, the links behind it are held against it as it stands."""
        before, seq = self.head, link.entry.seq
        last, journey_link = self._journeys.get(link.entry.journey_id, (0, journey_root(link.entry.journey_id)))
        self.head = Head(link.position, link.link)
        self._journeys[link.entry.journey_id] = (seq, link.journey_link)
        if (link.position, seq) != (before.position + 1, last + 1):
            return Fault.GAP
        if (link.previous, link.journey_previous) != (before.link, journey_link):
            return Fault.UNLINKED
        return None if link == linked(link.entry, link.journey_previous, before) else Fault.CHANGED

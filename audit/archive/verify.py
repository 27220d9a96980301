"""Re-checks everything the archive claims: every link of both chains, every history, and that nothing was cut off."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeVar

from pydantic import Field

from audit.archive.chain import Chains, Fault, Head, Link
from audit.archive.entry import Entry, Told
from audit.archive.places import where
from audit.archive.register import Register
from audit.archive.stores import AbsentError, Kept, StoreError, Stores
from audit.archive.telling import told
from audit.histories import HistoryError, parse
from schemas.shape import Shape

_AT_ONCE = 8
_PAGE = 1000
_UNNAMED_FOR = timedelta(minutes=10)
"""An object that nobody names may belong to an export that runs just now; later it may not."""
Item = TypeVar("Item")


class FlawKind(StrEnum):
    """What is wrong in the archive."""

    GAP = "gap"
    UNLINKED = "unlinked"
    CHANGED = "changed"
    CUT_OFF = "cut_off"
    """The link that somebody kept as the head is not there, or is another one."""
    ABSENT = "absent"
    """The history is not in its store."""
    ALTERED = "altered"
    """The history is not the one that was archived."""
    ANOTHER = "another"
    """The history is whole, and not that of the run that the row names."""
    UNREADABLE = "unreadable"
    """The store does not give it."""
    ORPHAN = "orphan"
    """The store has a history that no row names."""


class Flaw(Shape):
    """One thing that is wrong, and where."""

    kind: FlawKind
    position: int = Field(default=0, ge=0)
    """Of the link; 0 where there is none."""
    journey_id: str = ""
    run_id: str = ""
    store: str = ""
    sha256: str = ""
    why: str = ""


class Verified(NamedTuple):
    """What a verification came to."""

    runs: int
    bytes: int
    head: Head
    flaws: tuple[Flaw, ...]


class Verification:
    """Goes once through the register and once through every store."""

    def __init__(self, register: Register, stores: Stores) -> None:
        """Verify what these hold."""
        self._register = register
        self._stores = stores

    async def verify(self, expected: Head | None, advance: Callable[[int], None] = lambda _: None) -> Verified:
        """Everything that is wrong, in the order of positions; `expected` is a head that somebody kept.

        Raises whatever PostgreSQL raises.
        """
        chains, flaws, size, runs = Chains(), list[Flaw](), 0, 0
        expectation = None if expected is None else _cut_off(expected)
        async for some in _in(_AT_ONCE, self._register.links()):
            for link in some:
                if fault := chains.follow(link):
                    flaws.append(_fault(link, fault))
                if expected and (link.position, link.link) == expected:
                    expectation = None
            flaws += [flaw for flaw in await asyncio.gather(*map(self._content, some)) if flaw]
            size, runs = size + sum(link.entry.size for link in some), runs + len(some)
            advance(len(some))
        flaws += [expectation] if expectation else []
        flaws += [flaw async for flaw in self._orphans()]
        return Verified(runs, size, chains.head, tuple(flaws))

    async def _content(self, link: Link) -> Flaw | None:
        """What is wrong with the history of a link."""
        try:
            content = await self._stores.read(link.entry.store, bytes.fromhex(link.entry.sha256))
        except AbsentError as error:
            return _flaw(link, FlawKind.ABSENT, str(error))
        except StoreError as error:
            return _flaw(link, FlawKind.UNREADABLE, str(error))
        if hashlib.sha256(content).hexdigest() != link.entry.sha256:
            return _flaw(link, FlawKind.ALTERED, where(content, link.entry))
        if different := _different(content, link.entry):
            return _flaw(link, FlawKind.ANOTHER, different)
        return None

    async def _orphans(self) -> AsyncIterator[Flaw]:
        for name, store in self._stores.known.items():
            try:
                async for some in _in(_PAGE, store.kept()):
                    named = await self._register.named([each.sha256 for each in some])
                    for each in some:
                        if each.sha256 not in named and datetime.now(UTC) - each.kept_at > _UNNAMED_FOR:
                            yield _orphan(name, each)
            except StoreError as error:
                yield Flaw(kind=FlawKind.UNREADABLE, store=name, why=str(error))


def _fault(link: Link, fault: Fault) -> Flaw:
    return _flaw(link, FlawKind(fault.value), "")


def _flaw(link: Link, kind: FlawKind, why: str) -> Flaw:
    entry = link.entry
    return Flaw(
        kind=kind,
        position=link.position,
        journey_id=entry.journey_id,
        run_id=entry.run_id,
        store=entry.store,
        sha256=entry.sha256,
        why=why,
    )


def _cut_off(expected: Head) -> Flaw:
    return Flaw(kind=FlawKind.CUT_OFF, position=expected.position, why=f"no link {expected}")


def _orphan(store: str, kept: Kept) -> Flaw:
    why = f"{kept.size} bytes, kept at {kept.kept_at.isoformat(timespec='seconds')}"
    return Flaw(kind=FlawKind.ORPHAN, store=store, sha256=kept.sha256.hex(), why=why)


def _different(content: bytes, entry: Entry) -> str:
    """Where the history tells another run than the row; its fields are named, their values are in both."""
    try:
        known = told(parse(content))
    except HistoryError as error:
        return str(error)
    names = [name for name in Told.model_fields if getattr(known, name) != getattr(entry, name)]
    return ", ".join(names)


async def _in(many: int, items: AsyncIterator[Item]) -> AsyncIterator[list[Item]]:
    some = list[Item]()
    async for item in items:
        some.append(item)
        if len(some) == many:
            yield some
            some = []
    if some:
        yield some

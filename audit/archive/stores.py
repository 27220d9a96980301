"""Where histories are kept: by their SHA-256, whatever keeps them. What is kept twice is kept once."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from audit.archive.entry import StoreName


class StoreError(Exception):
    """A store does not do what it is asked: it is away, full, or refuses; the message says which, and what to do."""


class AbsentError(StoreError):
    """The store answers, and does not have what it was asked for."""

    def __init__(self) -> None:
        """No name: whoever asked knows it."""
        super().__init__("is not in its store")


class Kept(NamedTuple):
    """One content that a store has."""

    sha256: bytes
    """By its name: the content may be another."""
    size: int
    kept_at: datetime


class Store(Protocol):
    """Keeps contents; every method raises StoreError."""

    async def keep(self, sha256: bytes, content: bytes) -> None:
        """Keep `content` for good; harmless to repeat, and nothing is left of one that failed."""

    async def read(self, sha256: bytes) -> bytes:
        """What is kept under this name, unchecked; raises AbsentError."""

    def kept(self) -> AsyncIterator[Kept]:
        """Everything there is, in any order."""


class Stores:
    """The stores that settings name, and the one that new runs go to."""

    def __init__(self, known: Mapping[StoreName, Store], current: StoreName) -> None:
        """`current` is one of `known`."""
        self.known = known
        self.current = current

    async def keep(self, sha256: bytes, content: bytes) -> None:
        """Keep in the current store; raises StoreError."""
        await self.known[self.current].keep(sha256, content)

    async def read(self, store: str, sha256: bytes) -> bytes:
        """What `store` keeps under this name, unchecked; raises StoreError, AbsentError."""
        found = next((each for name, each in self.known.items() if name == store), None)
        if found is None:
            message = f"is in the store {store!r}, which no setting names: set ARCHIVE_FOLDER or ARCHIVE_S3_BUCKET"
            raise StoreError(message)
        return await found.read(sha256)

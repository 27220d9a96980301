"""Data keys in PostgreSQL, one a subject, wrapped; those lately used are kept in memory for a minute."""

import time
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress

from asyncpg import Pool, Record

from privacy.errors import ErasedError, MissingKeyError, PrivacyError
from privacy.key_ring import KeyEncryption, Wrapped
from privacy.sealing import Cipher, new_key
from storage.queries import load

_SQL = load("privacy")
_KEPT = 4096
_KEPT_SECONDS = 60.0
"""An erasure is heeded everywhere within this time, without a restart."""


class DataKeys:
    """Gives the cipher of a subject; any number of processes may do so side by side."""

    def __init__(self, pool: "Pool[Record]", wrapping: KeyEncryption) -> None:
        """Keep the keys in the database of `pool`, wrapped by `wrapping`."""
        self._pool = pool
        self._wrapping = wrapping
        self._kept: OrderedDict[str, tuple[float, Cipher]] = OrderedDict()

    async def made(self, subject: str) -> Cipher:
        """The cipher of `subject`, whose key is made where there is none yet; raises ErasedError.

        The key is committed by itself, before anything is sealed with it: what is rolled back afterwards leaves a key
        that nobody uses, never a value without its key.
        """
        if known := self._known(subject):
            return known
        row = await self._pool.fetchrow(_SQL["data_key"], subject)
        if row is None:
            wrapped = await self._wrapping.wrap(subject, new_key())
            row = await self._pool.fetchrow(_SQL["make_data_key"], subject, wrapped.key_id, wrapped.wrapped)
        return await self._unwrapped(subject, row)

    async def make(self, *subjects: str) -> None:
        """Have the keys of all of these at hand, in one statement; raises ErasedError."""
        wanted = [subject for subject in subjects if not self._known(subject)]
        if not wanted:
            return
        fresh = [await self._wrapping.wrap(subject, new_key()) for subject in wanted]
        ids, wrapped = [each.key_id for each in fresh], [each.wrapped for each in fresh]
        for row in await self._pool.fetch(_SQL["make_data_keys"], wanted, ids, wrapped):
            await self._unwrapped(row["subject"], row)

    async def of(self, subject: str) -> Cipher:
        """The cipher of `subject`; raises ErasedError or MissingKeyError."""
        if known := self._known(subject):
            return known
        return await self._unwrapped(subject, await self._pool.fetchrow(_SQL["data_key"], subject))

    async def recall(self, subjects: Iterable[str]) -> None:
        """Read the keys of many subjects at once, for what comes next; those that cannot be had are told then."""
        wanted = [subject for subject in subjects if not self._known(subject)]
        if wanted:
            for row in await self._pool.fetch(_SQL["data_keys"], wanted):
                with suppress(PrivacyError):
                    await self._unwrapped(row["subject"], row)

    def forget(self, subject: str) -> None:
        """Drop what is kept in memory of `subject`."""
        self._kept.pop(subject, None)

    def _known(self, subject: str) -> Cipher | None:
        found = self._kept.get(subject)
        if found is None or found[0] < time.monotonic():
            return None
        self._kept.move_to_end(subject)
        return found[1]

    async def _unwrapped(self, subject: str, row: Record | None) -> Cipher:
        if row is None:
            raise MissingKeyError(subject, "has no data key")
        if row["wrapped"] is None:
            raise ErasedError(subject)
        key = await self._wrapping.unwrap(subject, Wrapped(row["key_id"], row["wrapped"]))
        cipher = Cipher(subject, key)
        self._kept[subject] = time.monotonic() + _KEPT_SECONDS, cipher
        self._kept.move_to_end(subject)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return cipher

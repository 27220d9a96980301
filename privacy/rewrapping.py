"""Rotation: every data key wrapped anew under the active key, so that an old key can be taken off the ring."""

from collections.abc import Callable
from typing import NamedTuple

from asyncpg import Pool, Record

from privacy.errors import MissingKeyError, PrivacyError
from privacy.key_ring import KeyRing, Wrapped
from storage.queries import load

_SQL = load("privacy")
_BATCH = 500


class Rewrapped(NamedTuple):
    """What came of a rotation."""

    done: int
    """Data keys wrapped anew."""
    unreadable: tuple[PrivacyError, ...]
    """Those that the ring does not unwrap, each with the reason."""


async def rewrap(pool: "Pool[Record]", ring: KeyRing, progress: Callable[[int], object]) -> Rewrapped:
    """Wrap every data key under the active key of `ring`; `progress` hears how many are done.

    Safe to break off, to repeat, and to run while everything else runs: each key is changed by itself.
    """
    done, unreadable, last = 0, list[PrivacyError](), ""
    while rows := await pool.fetch(_SQL["wrapped_otherwise"], ring.active, last, _BATCH):
        last = rows[-1]["subject"]
        for row in rows:
            try:
                await _rewrap_one(pool, ring, row)
            except PrivacyError as error:
                unreadable.append(error)
            else:
                done += 1
        progress(done)
    return Rewrapped(done, tuple(unreadable))


async def _rewrap_one(pool: "Pool[Record]", ring: KeyRing, row: Record) -> None:
    subject, known = row["subject"], Wrapped(row["key_id"], row["wrapped"])
    anew = await ring.wrap(subject, await ring.unwrap(subject, known))
    await pool.execute(_SQL["rewrap_data_key"], subject, *known, *anew)


async def wrappings(pool: "Pool[Record]") -> dict[str, int]:
    """How many data keys are wrapped under each key-encryption key."""
    return {row["key_id"]: row["keys"] for row in await pool.fetch(_SQL["wrappings"])}


async def unopened(pool: "Pool[Record]", ring: KeyRing) -> tuple[PrivacyError, ...]:
    """Why `ring` does not open data keys that it names the wrapping key of; one of each is tried."""
    failed = list[PrivacyError]()
    for row in await pool.fetch(_SQL["one_of_each_wrapping"]):
        try:
            await ring.unwrap(row["subject"], Wrapped(row["key_id"], row["wrapped"]))
        except MissingKeyError:
            continue  # not on the ring, which `unknown_wrappings` counts
        except PrivacyError as error:
            failed.append(error)
    return tuple(failed)


async def unknown_wrappings(pool: "Pool[Record]", ring: KeyRing) -> dict[str, int]:
    """As `wrappings`, of keys that are not on `ring`: what they wrap cannot be read."""
    return {key_id: keys for key_id, keys in (await wrappings(pool)).items() if key_id not in ring.ids}

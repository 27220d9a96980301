"""Sealing and opening of what is stored: every value under the key of its subject, bound to its place."""

import base64
import binascii
from typing import Any

import orjson
from asyncpg import Pool, Record

from privacy.data_keys import DataKeys
from privacy.errors import UnreadableError
from privacy.key_ring import KeyRing

_MARK = "sealed:1:"
_MARK_BYTES = b"sealed:1:"


def is_sealed(stored: object) -> bool:
    """Whether a stored value is sealed; one from before there was sealing is not."""
    if isinstance(stored, bytes):
        return stored.startswith(_MARK_BYTES)
    return isinstance(stored, str) and stored.startswith(_MARK)


class Vault:
    """What every part that stores or reads personal data is given: nobody else learns anything of a person.

    pingan-longterm-b/PRIV-1, pingan-cancer-drug/PRIV-1.
    """

    def __init__(self, pool: "Pool[Record]", ring: KeyRing) -> None:
        """Data keys lie in the database of `pool`, wrapped under `ring`."""
        self.keys = DataKeys(pool, ring)
        self._ring = ring

    async def seal(self, subject: str, place: str, value: Any) -> str:  # noqa: ANN401 - any JSON
        """A JSON value as text for a text or jsonb column; raises ErasedError for a subject that was erased."""
        cipher = await self.keys.made(subject)
        return _MARK + base64.b64encode(cipher.seal(place, orjson.dumps(value))).decode()

    async def open(self, subject: str, place: str, stored: Any) -> Any:  # noqa: ANN401 - any JSON
        """The value that was sealed; one from before there was sealing comes back as it is. Raises PrivacyError."""
        if not is_sealed(stored):
            return stored
        cipher = await self.keys.of(subject)
        try:
            sealed = base64.b64decode(stored[len(_MARK) :], validate=True)
        except binascii.Error:
            raise UnreadableError(subject, place) from None
        return orjson.loads(cipher.open(place, sealed))

    async def seal_bytes(self, subject: str, place: str, content: bytes) -> bytes:
        """Bytes for a bytea column."""
        return _MARK_BYTES + (await self.keys.made(subject)).seal(place, content)

    async def open_bytes(self, subject: str, place: str, stored: bytes) -> bytes:
        """As `open`, for a bytea column."""
        if not is_sealed(stored):
            return stored
        return (await self.keys.of(subject)).open(place, stored[len(_MARK_BYTES) :])

    def digest(self, kind: str, *words: str) -> str:
        """As the key ring's."""
        return self._ring.digest(kind, *words)

"""Key-encryption keys: the port that wraps data keys, and the ring of keys in a file or setting that exists for it."""

import base64
import binascii
import json
import stat
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from privacy.errors import KeyRingError, MissingKeyError, UnreadableError
from privacy.sealing import KEY_BYTES, Cipher, keyed_digest, new_key

_PLACE = "data key"
_HOW = "make one with `journeys privacy keys new FILE` and name it in KEY_RING_FILE, or give its content in KEY_RING"
_FIRST = "key-1"
_OR_ANOTHER_RING = ", or the key ring is another one"


class Wrapped(NamedTuple):
    """A data key as it is stored: wrapped, and by which key-encryption key."""

    key_id: str
    wrapped: bytes


class KeyEncryption(Protocol):
    """Wraps data keys and unwraps them: a ring of our own, or a key-management service that never shows its keys."""

    @property
    def active(self) -> str:
        """Id of the key that wraps what is wrapped now."""

    async def wrap(self, subject: str, key: bytes) -> Wrapped:
        """Wrap the data key of `subject` under the active key."""

    async def unwrap(self, subject: str, wrapped: Wrapped) -> bytes:
        """The data key of `subject`; raises MissingKeyError (no such key-encryption key) or UnreadableError."""


class _File(BaseModel):
    """How a ring is written: JSON, each key 32 bytes in base64."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    active: str
    keys: dict[str, str]
    index: str
    """What keyed digests are made with; it never changes, for they could not be found again."""


class KeyRing:
    """Key-encryption keys by id, one of them active, and the key of the digests that persons are found by."""

    def __init__(self, active: str, keys: dict[str, bytes], index: bytes) -> None:
        """Raises KeyRingError where the active key is not among `keys` or a key is no key."""
        if active not in keys:
            message = f"key ring: the active key {active!r} is not on it"
            raise KeyRingError(message)
        if wrong := [name for name, key in [*keys.items(), ("index", index)] if len(key) != KEY_BYTES]:
            message = f"key ring: {', '.join(wrong)} must be {KEY_BYTES} bytes in base64"
            raise KeyRingError(message)
        self.active = active
        self._index = index
        self._keys = keys
        self._ciphers = {name: _wrapping(key) for name, key in keys.items()}

    @classmethod
    def new(cls) -> Self:
        """A ring with one fresh key."""
        return cls(_FIRST, {_FIRST: new_key()}, new_key())

    @classmethod
    def parse(cls, text: str) -> Self:
        """A ring from its JSON, or from that in base64; raises KeyRingError, which repeats nothing of the text."""
        try:
            plain = text if text.lstrip().startswith("{") else base64.b64decode(text, validate=True).decode()
            read = _File.model_validate_json(plain)
            keys = {name: base64.b64decode(key, validate=True) for name, key in read.keys.items()}
            return cls(read.active, keys, base64.b64decode(read.index, validate=True))
        except (ValidationError, binascii.Error, UnicodeDecodeError):
            message = f"key ring: is not of the form {{active, keys, index}} with keys in base64; {_HOW}"
            raise KeyRingError(message) from None

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the keys on the ring."""
        return tuple(self._keys)

    def digest(self, kind: str, *words: str) -> str:
        """Letters by which `words` are found again without being kept; `kind` keeps digests of one kind apart."""
        return keyed_digest(self._index, kind, *words)

    def text(self) -> str:
        """The ring as JSON, to be kept secret."""
        keys = {name: base64.b64encode(key).decode() for name, key in self._keys.items()}
        index = base64.b64encode(self._index).decode()
        return json.dumps({"active": self.active, "keys": keys, "index": index}, indent=1)

    def rotated(self) -> "KeyRing":
        """The ring with one key more, which is active; the older ones still unwrap."""
        number = len(self._keys) + 1
        while (name := f"key-{number}") in self._keys:
            number += 1
        return KeyRing(name, {**self._keys, name: new_key()}, self._index)

    def without(self, names: set[str]) -> "KeyRing":
        """The ring without old keys; raises KeyRingError for the active one."""
        return KeyRing(self.active, {name: key for name, key in self._keys.items() if name not in names}, self._index)

    async def wrap(self, subject: str, key: bytes) -> Wrapped:
        """Wrap the data key of `subject` under the active key."""
        return Wrapped(self.active, self._ciphers[self.active].seal(f"{_PLACE} of {subject}", key))

    async def unwrap(self, subject: str, wrapped: Wrapped) -> bytes:
        """The data key of `subject`; raises MissingKeyError or UnreadableError."""
        cipher = self._ciphers.get(wrapped.key_id)
        if cipher is None:
            raise MissingKeyError(subject, f"its data key is wrapped under {wrapped.key_id}, which is not on the ring")
        try:
            return cipher.open(f"{_PLACE} of {subject}", wrapped.wrapped)
        except UnreadableError:
            raise UnreadableError(subject, _PLACE, _OR_ANOTHER_RING) from None


def _wrapping(key: bytes) -> Cipher:
    return Cipher("key-encryption key", key)


def read_ring(file: Path | None, text: str) -> KeyRing:
    """The ring of a file, or of a setting's text; raises KeyRingError where there is none or it is open to others."""
    if file is None and not text:
        message = f"key ring: none is set; {_HOW}"
        raise KeyRingError(message)
    return KeyRing.parse(text if file is None else _content(file))


def _content(file: Path) -> str:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is no text"
        message = f"key ring {file}: cannot be read ({reason}); {_HOW}"
        raise KeyRingError(message) from error
    if mode & (stat.S_IWGRP | stat.S_IRWXO):
        message = f"key ring {file}: others may read or write it (mode {mode:o}); chmod 600 it"
        raise KeyRingError(message)
    return content

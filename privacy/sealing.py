"""AES-256-GCM and HMAC-SHA-256 as everything here uses them: pure functions of keys and bytes."""

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privacy.errors import UnreadableError
from privacy.nonces import NONCE_BYTES, Nonces

KEY_BYTES = 32
_VERSION = b"\x01"
_LETTERS = 20
_nonces = Nonces()


def new_key() -> bytes:
    """A random key of 256 bits."""
    return secrets.token_bytes(KEY_BYTES)


class Cipher:
    """Seals and opens with the data key of one subject; what was sealed for one place opens in no other."""

    def __init__(self, subject: str, key: bytes) -> None:
        """`key` has KEY_BYTES."""
        self.subject = subject
        self._aes = AESGCM(key)

    def seal(self, place: str, plain: bytes) -> bytes:
        """Version, random nonce, ciphertext and tag; 2^32 values a key keep the chance of an equal nonce negligible."""
        nonce = _nonces.next()
        return _VERSION + nonce + self._aes.encrypt(nonce, plain, self._bound(place))

    def open(self, place: str, sealed: bytes) -> bytes:
        """What was sealed for `place`; raises UnreadableError for anything else."""
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if sealed[:1] != _VERSION or len(nonce) < NONCE_BYTES:
            raise UnreadableError(self.subject, place)
        try:
            return self._aes.decrypt(nonce, rest, self._bound(place))
        except InvalidTag:
            raise UnreadableError(self.subject, place) from None

    def _bound(self, place: str) -> bytes:
        return f"{self.subject}\n{place}".encode()


def keyed_digest(key: bytes, *words: str) -> str:
    """Letters that stand for `words` to whoever holds `key`, and tell nobody else even whether a guess is right."""
    told = "".join(f"{len(word)}:{word}" for word in words).encode()
    return base64.b32encode(hmac.new(key, told, hashlib.sha256).digest()).decode().lower()[: 2 * _LETTERS]

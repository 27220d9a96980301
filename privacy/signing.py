"""Ed25519 signatures: a key in a file, and whether what is shown was signed with it."""

import base64
import binascii
import hashlib
import os
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


class SigningKeyError(ValueError):
    """The signing key cannot be used; the message says why and how one is made."""


class SigningKey:
    """A private key; its public half goes with everything that it signs."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Sign with `key`."""
        self._key = key

    @classmethod
    def read(cls, file: Path) -> Self:
        """The key in a PEM file; raises SigningKeyError."""
        try:
            key = serialization.load_pem_private_key(file.read_bytes(), password=None)
        except OSError as error:
            message = f"{file}: cannot be read ({error.strerror}); make one with `journeys audit signing-key FILE`"
            raise SigningKeyError(message) from error
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            message = f"{file}: is no Ed25519 key; make one with `journeys audit signing-key FILE`"
            raise SigningKeyError(message)
        return cls(key)

    @classmethod
    def make(cls, file: Path) -> Self:
        """A fresh key, written to `file` for its owner alone; raises SigningKeyError where there is one already."""
        key = Ed25519PrivateKey.generate()
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(key.private_bytes(*form))
        except OSError as error:
            message = f"{file}: cannot be written ({error.strerror})"
            raise SigningKeyError(message) from error
        return cls(key)

    @property
    def public(self) -> str:
        """The public half, in base64."""
        return base64.b64encode(self._key.public_key().public_bytes(*_RAW)).decode()

    def sign(self, content: bytes) -> str:
        """The signature of `content`, in base64."""
        return base64.b64encode(self._key.sign(content)).decode()


def signed(public: str, content: bytes, signature: str) -> bool:
    """Whether `content` was signed by the private half of `public`; False for whatever is no key or no signature."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def fingerprint(public: str) -> str:
    """What people compare a public key by: the first 32 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public.encode()).hexdigest()[:32]

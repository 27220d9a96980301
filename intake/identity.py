"""Identifiers made at the door: a claim's journey is derived from it, a person's reference is drawn at random."""

import base64
import hashlib
import secrets

_LENGTH = 20


def journey_id(product: str, claim_number: str) -> str:
    """The workflow id of a claim's one journey: the same for the same claim, and telling nothing about it."""
    return "journey-" + _letters(hashlib.sha256(f"{product}\n{claim_number}".encode()).digest())


def new_person_ref() -> str:
    """A reference for a person not seen before (100 random bits)."""
    return "person-" + _letters(secrets.token_bytes(_LENGTH))


def _letters(raw: bytes) -> str:
    return base64.b32encode(raw).decode().lower()[:_LENGTH]

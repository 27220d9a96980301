"""Identifiers made at the door: a claim's journey is derived from it, a person's reference is drawn at random."""

import base64
import secrets
from typing import Protocol

from schemas.people import IdDocument

_LENGTH = 20


class Digests(Protocol):
    """Makes keyed digests: a vault, or the key ring itself."""

    def digest(self, kind: str, *words: str) -> str:
        """Letters that stand for `words`."""


def journey_id(digests: Digests, product: str, claim_number: str) -> str:
    """The workflow id of a claim's one journey: the same for the same claim, and telling nothing about it.

    Keyed, for claim numbers can be guessed: without the key nobody can tell whether a guess is right.
    """
    return "journey-" + digests.digest("journey", product, claim_number)[:_LENGTH]


def claim_digest(digests: Digests, product: str, claim_number: str) -> str:
    """What the register knows a claim by."""
    return digests.digest("claim", product, claim_number)


def event_digest(digests: Digests, source: str, event_id: str) -> str:
    """What the inbox knows an event by: senders make ids of whatever they like."""
    return digests.digest("event", source, event_id)


def document_digest(digests: Digests, document: IdDocument) -> str:
    """What a person is found by."""
    return digests.digest("document", document.type.value, document.number)


def new_person_ref() -> str:
    """A reference for a person not seen before (100 random bits)."""
    return "person-" + _letters(secrets.token_bytes(_LENGTH))


def _letters(raw: bytes) -> str:
    return base64.b32encode(raw).decode().lower()[:_LENGTH]

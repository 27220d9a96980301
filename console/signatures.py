"""Standard Webhooks signatures: who may say that a call-back comes from a partner, and that it is fresh."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock may be from ours, either way; older call-backs are taken for replays."""
_PREFIX = "whsec_"
_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)
_MESSAGE_ID = re.compile(r"[A-Za-z0-9._:/-]{1,119}", re.ASCII)
"""What fits, behind `callback:`, into an idempotency key."""
_VERSION = "v1"


class SignatureError(Exception):
    """A call-back is not proven to come from a partner: answer 401 and do nothing with its content."""


class SecretError(ValueError):
    """A webhook secret is not `whsec_` and base64. Correct WEBHOOK_SECRET; its value is never shown."""


class Verifier:
    """Checks signatures against any of the secrets, so that an old and a new one work side by side."""

    def __init__(self, secrets: str) -> None:
        """Take `whsec_…` secrets parted by spaces; with none, every call-back is refused. Raises SecretError."""
        self._keys = tuple(_key(secret) for secret in secrets.split())

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
        """The webhook-id of a genuine and fresh call-back; else SignatureError. `now` is timezone-aware."""
        message_id = headers.get("webhook-id", "")
        timestamp = headers.get("webhook-timestamp", "")
        if not _MESSAGE_ID.fullmatch(message_id):
            message = "webhook-id: missing, or not 1 to 119 letters, digits and ._:/-"
            raise SignatureError(message)
        _check_age(timestamp, now)
        self._check_signature(headers.get("webhook-signature", ""), f"{message_id}.{timestamp}.".encode() + body)
        return message_id

    def _check_signature(self, header: str, signed: bytes) -> None:
        offered = [_decode(part) for part in header.split(" ") if part.startswith(f"{_VERSION},")]
        expected = [hmac.digest(key, signed, hashlib.sha256) for key in self._keys]
        # Every pair is compared, so that the time taken tells nothing about which one matched.
        if not sum(hmac.compare_digest(one, other) for one in offered for other in expected):
            message = "webhook-signature: none of the signatures is ours for this id, timestamp and body"
            raise SignatureError(message)


def _check_age(timestamp: str, now: datetime) -> None:
    if not _TIMESTAMP.fullmatch(timestamp):
        message = "webhook-timestamp: missing, or not whole seconds since 1970"
        raise SignatureError(message)
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        message = f"webhook-timestamp: more than {TOLERANCE.seconds // 60} minutes from our clock"
        raise SignatureError(message)


def _decode(part: str) -> bytes:
    try:
        return base64.b64decode(part.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return b""


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX) + "==")
    except (binascii.Error, ValueError):
        key = b""
    if not key or not secret.startswith(_PREFIX):
        message = "WEBHOOK_SECRET: each secret is 'whsec_' and base64; several are parted by spaces"
        raise SecretError(message)
    return key

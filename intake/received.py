"""One message as it reached the door: its bytes, what it said it was, and how much of it was kept."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"

MAX_EVENT_BYTES = 1 << 20
"""Largest event: beyond it a journey's start would come near Temporal's payload limit."""
MAX_BATCH_BYTES = 8 << 20
MAX_BATCH_EVENTS = 1000
KEPT_BYTES = 64 << 10
"""How much of an oversized message is kept, to recognise it by."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message; `headers` are its ce-* headers in lower case, `size` and `sha256` speak of all that was read."""

    body: bytes = field(repr=False)
    media_type: str = STRUCTURED
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    channel: str = "http"
    """`http`, `file` or `dispatcher`."""
    size: int = -1
    sha256: bytes = b""
    whole: bool = True
    """False when only the beginning was kept."""

    def __post_init__(self) -> None:
        """Measure a body that was read whole, and cut one that is too large for an event."""
        if self.size < 0:
            object.__setattr__(self, "size", len(self.body))
            object.__setattr__(self, "sha256", hashlib.sha256(self.body).digest())

    @property
    def is_batch(self) -> bool:
        """Whether it claims to hold several events."""
        return self.media_type.partition(";")[0].strip().lower() == BATCH

    @property
    def too_large(self) -> bool:
        """Whether it exceeds what one event may measure."""
        return self.size > MAX_EVENT_BYTES

    @property
    def kept(self) -> bytes:
        """The bytes to keep in a dead letter."""
        return self.body[:KEPT_BYTES] if self.too_large or not self.whole else self.body

    @property
    def digest(self) -> bytes:
        """What makes a repeat of the same message recognisable: body, media type and headers."""
        envelope = json.dumps([self.media_type, sorted(self.headers.items())]).encode()
        return hashlib.sha256(self.sha256 + envelope).digest()


class Gathering:
    """A message gathered piece by piece: whole up to a limit, beyond it only measured, so that memory stays bounded."""

    def __init__(self, limit: int) -> None:
        """Keep everything up to `limit` bytes, else the beginning."""
        self._limit = limit
        self._body = bytearray()
        self._digest = hashlib.sha256()
        self.size = 0

    def add(self, piece: bytes) -> None:
        """Take the next bytes."""
        self.size += len(piece)
        self._digest.update(piece)
        if self.size <= self._limit or len(self._body) < KEPT_BYTES:
            self._body += piece
        if self.size > self._limit:
            del self._body[KEPT_BYTES:]

    def received(self, media_type: str, headers: Mapping[str, str] | None = None, channel: str = "http") -> Received:
        """The message as far as it came."""
        return Received(
            bytes(self._body),
            media_type,
            headers or {},
            channel,
            self.size,
            self._digest.digest(),
            whole=self.size <= self._limit,
        )

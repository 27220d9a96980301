"""Events from files: one JSON event, a JSON array of them, or one event a line (JSONL)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from intake.received import BATCH, MAX_BATCH_BYTES, MAX_EVENT_BYTES, STRUCTURED, Gathering, Received

_PIECE = 64 << 10
_CHANNEL = "file"
LINES = (".jsonl", ".ndjson")
"""Endings of files that hold one event a line."""


@dataclass(frozen=True, slots=True)
class Located:
    """A message and where it stands, e.g. `claims.jsonl:7`."""

    where: str
    received: Received


def messages(stream: BinaryIO, name: str) -> Iterator[Located]:
    """The messages in `stream`; a batch is one message. `name` is the file's, and its ending may say JSONL.

    Without such an ending, a first line that is a whole JSON object says the same. Nothing but empty lines holds none.
    """
    if name.lower().endswith(LINES):
        yield from _lines(stream, name)
        return
    blank, first = _first_line(stream)
    if not first:
        return
    if _is_object(first):
        yield from _lines(stream, name, first, blank)
        return
    gathering = Gathering(MAX_BATCH_BYTES)
    gathering.add(b"\n" * blank + first)
    while piece := stream.read(_PIECE):
        gathering.add(piece)
    head = first.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    yield Located(name, gathering.received(BATCH if head == b"[" else STRUCTURED, channel=_CHANNEL))


def _first_line(stream: BinaryIO) -> tuple[int, bytes]:
    blank = 0
    while (line := stream.readline(MAX_EVENT_BYTES + 1)) == b"\n":
        blank += 1
    return blank, line


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _lines(stream: BinaryIO, name: str, first: bytes = b"", number: int = 0) -> Iterator[Located]:
    piece = first or stream.readline(_PIECE)
    while piece:
        number += 1
        gathering = Gathering(MAX_EVENT_BYTES)
        gathering.add(piece)
        while not piece.endswith(b"\n") and (piece := stream.readline(_PIECE)):
            gathering.add(piece)
        received = gathering.received(STRUCTURED, channel=_CHANNEL)
        if received.body.strip() or not received.whole:
            yield Located(f"{name}:{number}", received)
        piece = stream.readline(_PIECE)

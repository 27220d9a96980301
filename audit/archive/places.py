"""Where a history was altered, in words: which bytes, and which events they belong to."""

from google.protobuf.message import DecodeError
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import History, HistoryEvent

from audit.archive.entry import Entry
from audit.archive.marks import Place, altered

_SHOWN = 5
"""Altered places told of one history."""
_EVENTS_FIELD = 0x0A
"""What begins each event in the protobuf of a history: field 1, with a length."""


def where(content: bytes, entry: Entry) -> str:
    """Where a content is not the one that was archived: bytes, and the events they belong to."""
    said = [] if len(content) == entry.size else [f"{len(content)} bytes instead of {entry.size}"]
    places = altered(content, entry.size, bytes.fromhex(entry.marks))
    said += [_place(content, place) for place in places[:_SHOWN]]
    if len(places) > _SHOWN:
        said.append(f"and {len(places) - _SHOWN} places more")
    try:
        History.FromString(content)
    except DecodeError:
        said.append("it does not parse as a history any more")
    return "; ".join(said)


def _place(content: bytes, place: Place) -> str:
    event = _event_at(content, place)
    if place.byte is None:
        return f"bytes {place.start} to {place.end - 1}, {event}"
    stands, stood = place.byte
    return f"byte {place.start}, {event}: {stands:#04x} stands there, {stood:#04x} was archived"


def _event_at(content: bytes, place: Place) -> str:
    """The event that a place belongs to, as far as the events before it can be told apart."""
    mended = bytearray(content)
    if place.byte:
        mended[place.start] = place.byte[1]
    at, number = 0, 0
    while at < len(mended) and mended[at] == _EVENTS_FIELD:
        number += 1
        begins, length = _length(mended, at + 1)
        if place.start < begins + length:
            return _named(number, bytes(mended[begins : begins + length]))
        at = begins + length
    return f"behind event {number}"


def _length(content: bytearray, at: int) -> tuple[int, int]:
    """Where what is measured begins, and its length: a varint."""
    length = shift = 0
    for byte in content[at : at + 10]:
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a varint has no high bit
            break
    return at, length


def _named(number: int, event: bytes) -> str:
    try:
        kind = EventType.Name(HistoryEvent.FromString(event).event_type).removeprefix("EVENT_TYPE_").lower()
    except (DecodeError, ValueError):
        return f"event {number}"
    return f"event {number} ({kind})"

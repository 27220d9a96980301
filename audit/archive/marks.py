"""Marks of a history: short hashes of its blocks, by which a place that was altered is found, down to the byte.

One hash over everything tells that something was altered and not where. The marks prove nothing by themselves; they are
covered by the links as everything else is.
"""

import hashlib
from typing import NamedTuple

_BLOCK, _MARK = 512, 8


class Place(NamedTuple):
    """Where a content is not the one that was kept: bytes from `start` to before `end`."""

    start: int
    end: int
    byte: tuple[int, int] | None = None
    """Where a single byte was altered: what stands there, and what stood there."""


def marks(content: bytes) -> bytes:
    """Eight bytes for each 512 of the content."""
    return b"".join(_mark(content[at : at + _BLOCK]) for at in range(0, len(content), _BLOCK))


def altered(content: bytes, size: int, known: bytes) -> list[Place]:
    """The places at which `content` is not the one of `size` bytes that had these marks.

    Once something was put in or taken out, everything behind it counts as one place.
    """
    blocks = enumerate(_pairs(known))
    wrong = [at * _BLOCK for at, mark in blocks if mark != _mark(content[at * _BLOCK : min((at + 1) * _BLOCK, size)])]
    if len(content) != size:
        return [Place(wrong[0] if wrong else size, max(size, len(content)))]
    return [_within(content, at, known) for at in wrong]


def _within(content: bytes, at: int, known: bytes) -> Place:
    """The block at `at`, or the one byte of it that has to be put right for its mark to be the known one."""
    block = bytearray(content[at : at + _BLOCK])
    mark = known[at // _BLOCK * _MARK :][:_MARK]
    for place, stands in enumerate(bytes(block)):
        for other in range(256):
            block[place] = other
            if _mark(block) == mark:
                return Place(at + place, at + place + 1, (stands, other))
        block[place] = stands
    return Place(at, at + len(block))


def _mark(block: bytes | bytearray) -> bytes:
    return hashlib.sha256(block).digest()[:_MARK]


def _pairs(known: bytes) -> list[bytes]:
    return [known[at : at + _MARK] for at in range(0, len(known), _MARK)]

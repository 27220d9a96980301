"""Cursors: where a page ended, as text that whoever asks hands back for the next one."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from console.problems import FieldProblem, InvalidRequestError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_GREATEST = 2**31


def cursor_of(order: str, at: datetime, *rest: str | int) -> str:
    """The cursor behind a row of a list in `order`: its moment, and what tells rows of one moment apart."""
    return base64.urlsafe_b64encode(orjson.dumps([order, (at - _EPOCH) // _TICK, *rest])).decode().rstrip("=")


def place_of(cursor: str, order: str, *rest: type) -> tuple[Any, ...]:
    """The moment and the rest that `cursor` was made of; InvalidRequestError where it is none of ours in this order."""
    try:
        made_for, ticks, *more = orjson.loads(base64.urlsafe_b64decode(cursor.encode() + b"=="))
        at = _EPOCH + ticks * _TICK
    except (binascii.Error, ValueError, TypeError, OverflowError):
        made_for, at, more = None, _EPOCH, []
    if made_for != order or [type(part) for part in more] != list(rest) or not all(map(_plausible, more)):
        reason = "is not the `next` of a page with this sort; leave it out to start from the beginning"
        raise InvalidRequestError((FieldProblem(field="cursor", reason=reason),))
    return at, *more


def _plausible(part: str | int) -> bool:
    return "\x00" not in part if isinstance(part, str) else 0 <= part < _GREATEST

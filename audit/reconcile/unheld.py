"""Values that PostgreSQL holds and Python cannot, e.g. a day before our era: told as such, and the rest is read."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from asyncpg import Record
from asyncpg.pool import PoolConnectionProxy

from storage.pool import speak_json

UNHELD = (ValueError, OverflowError)
"""What comes of reading them as they are."""
_FIRST_DAY = date(2000, 1, 1).toordinal()
_FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
"""Where PostgreSQL counts days and microseconds from."""


class Unheld:
    """Stands for such a value; it equals nothing."""

    def __str__(self) -> str:
        """What people read of it: nothing of the value, for it may be anything."""
        return "a value that cannot be read"


@asynccontextmanager
async def bearing(connection: "PoolConnectionProxy[Record]") -> AsyncIterator[None]:
    """What is read on `connection` meanwhile has an Unheld where Python has no such value."""
    try:
        for name, decoder in _COUNTED.items():
            await connection.set_type_codec(
                name, schema="pg_catalog", format="tuple", encoder=lambda value: value, decoder=_borne(decoder)
            )
        await speak_json(connection, _borne(orjson.loads))
        yield
    finally:
        for name in _COUNTED:
            await connection.reset_type_codec(name, schema="pg_catalog")
        await speak_json(connection)


def _borne(decoder: Callable[[Any], object]) -> Callable[[Any], object]:
    def decode(stored: Any) -> object:  # noqa: ANN401 - as asyncpg gives it
        try:
            return decoder(stored)
        except UNHELD:
            return Unheld()

    return decode


def _day(counted: tuple[int]) -> date:
    return date.fromordinal(_FIRST_DAY + counted[0])


def _moment(counted: tuple[int]) -> datetime:
    return _FIRST_MOMENT + timedelta(microseconds=counted[0])


_COUNTED: dict[str, Callable[[tuple[int]], object]] = {"date": _day, "timestamptz": _moment}

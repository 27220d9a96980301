"""What could not be taken: kept with its bytes and the reason until a person sends it again or drops it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from asyncpg import Pool, Record
from asyncpg.pool import PoolConnectionProxy
from pydantic import AwareDatetime

from intake.received import Received
from intake.refusals import FieldProblem, Refused
from schemas.shape import Shape
from schemas.text import Bilingual
from storage.away import ACQUIRE_SECONDS
from storage.queries import load

_MAX_MEDIA_TYPE = 200


class LetterStatus(StrEnum):
    """Whether a dead letter still waits for a person."""

    OPEN = "open"
    RESENT = "resent"
    DROPPED = "dropped"


class DeadLetter(Shape):
    """One dead letter as it is listed: everything but the bytes."""

    id: int
    status: LetterStatus
    kind: str
    """What was wrong, one of the refusal kinds."""
    reason: Bilingual
    fields: tuple[FieldProblem, ...]
    source: str | None
    event_id: str | None
    channel: str
    media_type: str
    raw_size: int
    whole: bool
    """False when only the beginning of an oversized message was kept."""
    times_seen: int
    first_seen_at: AwareDatetime
    last_seen_at: AwareDatetime
    attempts: int
    """How often it was sent again."""
    journey_id: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str | None


class LetterNotOpenError(Exception):
    """The dead letter was resent or dropped before: there is nothing left to do with it."""


class UnknownLetterError(Exception):
    """No dead letter has this id; list them to see which there are."""


class DeadLetters:
    """The dead letters in PostgreSQL."""

    def __init__(self, pool: "Pool[Record]") -> None:
        """Keep them in the database behind `pool`."""
        self._pool = pool
        self._sql = load("intake")

    async def keep(
        self,
        received: Received,
        refusal: Refused,
        *,
        source: str | None = None,
        event_id: str | None = None,
        journey_id: str | None = None,
        connection: "PoolConnectionProxy[Record] | None" = None,
    ) -> int:
        """Keep a refused message; returns its id. While it is open, a repeat of the same bytes is only counted.

        `connection` makes it part of the caller's transaction.
        """
        arguments = (
            received.channel,
            received.media_type[:_MAX_MEDIA_TYPE],
            dict(received.headers),
            received.kept,
            received.size,
            received.sha256,
            received.kept == received.body and received.whole,
            received.digest,
            source,
            event_id,
            refusal.kind.value,
            refusal.reason.zh,
            refusal.reason.en,
            _fields(refusal),
            journey_id,
        )
        if connection is not None:
            return int(await connection.fetchval(self._sql["keep_dead_letter"], *arguments))
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as own:
            return int(await own.fetchval(self._sql["keep_dead_letter"], *arguments))

    async def listed(
        self, status: LetterStatus | None = None, *, after: int = 0, limit: int = 100
    ) -> tuple[DeadLetter, ...]:
        """Up to `limit` letters with an id above `after`, oldest first; `status` None lists all."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            rows = await connection.fetch(self._sql["dead_letters"], status, after, limit)
        return tuple(letter(row) for row in rows)

    async def row(self, letter_id: int) -> Record:
        """The whole row of one letter, bytes included; UnknownLetterError when there is none."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            row = await connection.fetchrow(self._sql["dead_letter"], letter_id)
        if row is None:
            message = f"there is no dead letter {letter_id}"
            raise UnknownLetterError(message)
        return row

    async def open_row(self, letter_id: int) -> Record:
        """As `row`; LetterNotOpenError when a person dealt with it before."""
        row = await self.row(letter_id)
        if row["status"] != LetterStatus.OPEN:
            raise _not_open(letter_id)
        return row

    async def refused_again(self, letter_id: int, refusal: Refused, corrected: bytes | None) -> None:
        """Note that sending it again failed, why, and what was sent."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            await connection.execute(
                self._sql["dead_letter_refused_again"],
                letter_id,
                corrected,
                refusal.kind.value,
                refusal.reason.zh,
                refusal.reason.en,
                _fields(refusal),
            )

    async def resolve(
        self,
        letter_id: int,
        status: LetterStatus,
        *,
        by: str,
        resolution: str = "",
        journey_id: str | None = None,
        corrected: bytes | None = None,
    ) -> None:
        """Close an open letter; `by` is the person's opaque id. LetterNotOpenError when it is closed already."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            done = await connection.fetchval(
                self._sql["resolve_dead_letter"], letter_id, status.value, by, resolution, journey_id, corrected
            )
        if done is None:
            raise _not_open(letter_id)

    async def reopen_start(self, journey_id: str) -> None:
        """Order the start of a journey that could not be started once more."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            await connection.execute(self._sql["reopen_start"], journey_id)


def letter(row: Record) -> DeadLetter:
    """A row as it is listed."""
    return DeadLetter.model_validate(dict(row) | {"reason": {"zh": row["reason_zh"], "en": row["reason_en"]}})


def _fields(refusal: Refused) -> list[dict[str, Any]]:
    return [found.model_dump(mode="json") for found in refusal.fields]


def _not_open(letter_id: int) -> LetterNotOpenError:
    return LetterNotOpenError(f"dead letter {letter_id} is not open: it was resent or dropped before")

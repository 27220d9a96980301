"""What could not be taken: kept with its bytes and the reason until a person sends it again or drops it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from asyncpg import Pool, Record
from asyncpg.pool import PoolConnectionProxy
from pydantic import AwareDatetime

from intake.received import Received
from intake.refusals import FieldProblem, RefusalKind, Refused
from privacy import places
from privacy.errors import ErasedError, MissingKeyError, PrivacyError
from privacy.vault import Vault
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

    def __init__(self, pool: "Pool[Record]", vault: Vault) -> None:
        """Keep them in the database behind `pool`; `vault` seals each with a key of its own."""
        self._pool = pool
        self._vault = vault
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

        Of a message about an erased person the reason alone is kept. `connection` makes it part of the caller's
        transaction.
        """
        digest = self._vault.digest("message", received.digest.hex())
        subject = places.letter(digest)
        content = await self._content(subject, received, refusal)
        arguments = (
            subject,
            received.channel,
            received.media_type[:_MAX_MEDIA_TYPE],
            content.headers,
            content.raw,
            received.size,
            content.sha256,
            content.whole,
            digest.encode(),
            source if content.kept else None,
            event_id if content.kept else None,
            refusal.kind.value,
            refusal.reason.zh,
            refusal.reason.en,
            content.fields,
            journey_id,
        )
        if connection is not None:
            return int(await connection.fetchval(self._sql["keep_dead_letter"], *arguments))
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as own:
            return int(await own.fetchval(self._sql["keep_dead_letter"], *arguments))

    async def _content(self, subject: str, received: Received, refusal: Refused) -> "_Content":
        if refusal.kind is RefusalKind.ERASED:
            return _NOTHING
        seal, raw = self._vault.seal, received.kept
        try:
            return _Content(
                headers=await seal(subject, places.LETTER_HEADERS, dict(received.headers)),
                raw=await self._vault.seal_bytes(subject, places.LETTER, raw),
                fields=await seal(subject, places.LETTER_FIELDS, _fields(refusal)),
                sha256=received.sha256,
                whole=raw == received.body and received.whole,
            )
        except ErasedError:  # the same message was erased before
            return _NOTHING

    async def _opened(self, row: Record) -> dict[str, Any]:
        """A row with what was sealed; nothing of a letter that was erased."""
        found, subject = dict(row), row["subject"] or ""
        try:
            found["fields"] = await self._vault.open(subject, places.LETTER_FIELDS, row["fields"])
            if "raw" in found:
                found["headers"] = await self._vault.open(subject, places.LETTER_HEADERS, row["headers"])
                found["raw"] = await self._vault.open_bytes(subject, places.LETTER, row["raw"])
                if row["corrected"] is not None:
                    found["corrected"] = await self._vault.open_bytes(
                        subject, places.LETTER_CORRECTED, row["corrected"]
                    )
        except ErasedError:
            found |= {"fields": [], "headers": {}, "raw": b"", "corrected": None, "whole": False}
        return found

    async def listed(
        self, status: LetterStatus | None = None, *, after: int = 0, limit: int = 100
    ) -> tuple[DeadLetter, ...]:
        """Up to `limit` letters with an id above `after`, oldest first; `status` None lists all."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            rows = await connection.fetch(self._sql["dead_letters"], status, after, limit)
        await self._vault.keys.recall(row["subject"] for row in rows if row["subject"])
        return tuple([await self._listed(row) for row in rows])

    async def _listed(self, row: Record) -> DeadLetter:
        try:
            return letter(await self._opened(row))
        except PrivacyError:  # it is listed all the same; showing it says what is missing
            return letter(dict(row) | {"fields": ()})

    async def row(self, letter_id: int) -> dict[str, Any]:
        """The whole row of one letter, bytes included; UnknownLetterError when there is none."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            row = await connection.fetchrow(self._sql["dead_letter"], letter_id)
        if row is None:
            message = f"there is no dead letter {letter_id}"
            raise UnknownLetterError(message)
        return await self._opened(row)

    async def open_row(self, letter_id: int) -> dict[str, Any]:
        """As `row`; LetterNotOpenError when a person dealt with it before."""
        row = await self.row(letter_id)
        if row["status"] != LetterStatus.OPEN:
            raise _not_open(letter_id)
        return row

    async def refused_again(self, row: Mapping[str, Any], refusal: Refused, corrected: bytes | None) -> None:
        """Note that sending the letter of `row` again failed, why, and what was sent."""
        subject = await self._subject(row)
        fields = await self._vault.seal(subject, places.LETTER_FIELDS, _fields(refusal))
        sealed = await self._corrected(subject, corrected)
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            await connection.execute(
                self._sql["dead_letter_refused_again"],
                row["id"],
                sealed,
                refusal.kind.value,
                refusal.reason.zh,
                refusal.reason.en,
                fields,
            )

    async def _subject(self, row: Mapping[str, Any]) -> str:
        """Whose key seals a letter; one from before there was sealing is sealed by `journeys privacy seal` first."""
        if row["subject"] is None:
            message = f"dead letter {row['id']}"
            raise MissingKeyError(message, "is not sealed yet: run `journeys privacy seal`")
        return str(row["subject"])

    async def _corrected(self, subject: str, content: bytes | None) -> bytes | None:
        return None if content is None else await self._vault.seal_bytes(subject, places.LETTER_CORRECTED, content)

    async def resolve(
        self,
        row: Mapping[str, Any],
        status: LetterStatus,
        *,
        by: str,
        resolution: str = "",
        journey_id: str | None = None,
        corrected: bytes | None = None,
    ) -> None:
        """Close the open letter of `row`; `by` is an opaque id. LetterNotOpenError when it is closed already."""
        letter_id = row["id"]
        sealed = None if corrected is None else await self._corrected(await self._subject(row), corrected)
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            done = await connection.fetchval(
                self._sql["resolve_dead_letter"], letter_id, status.value, by, resolution, journey_id, sealed
            )
        if done is None:
            raise _not_open(letter_id)

    async def reopen_start(self, journey_id: str) -> None:
        """Order the start of a journey that could not be started once more."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            await connection.execute(self._sql["reopen_start"], journey_id)


class _Content(NamedTuple):
    """What is kept of a message, sealed."""

    headers: Any
    raw: bytes
    fields: Any
    sha256: bytes
    whole: bool
    kept: bool = True


_NOTHING = _Content({}, b"", [], b"", whole=False, kept=False)
"""What is kept of a message about an erased person."""


def letter(row: Mapping[str, Any]) -> DeadLetter:
    """A row as it is listed."""
    return DeadLetter.model_validate(dict(row) | {"reason": {"zh": row["reason_zh"], "en": row["reason_en"]}})


def _fields(refusal: Refused) -> list[dict[str, Any]]:
    return [found.model_dump(mode="json") for found in refusal.fields]


def _not_open(letter_id: int) -> LetterNotOpenError:
    return LetterNotOpenError(f"dead letter {letter_id} is not open: it was resent or dropped before")

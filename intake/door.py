"""The door itself: every message ends as a journey's address or as a dead letter, whichever way it came in."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from asyncpg import InterfaceError, Pool, PostgresConnectionError, Record

from intake import cloudevents, validation
from intake.cloudevents import Event
from intake.dead_letters import DeadLetters, LetterStatus
from intake.inbox import CHANNEL, Inbox, Taken
from intake.received import Received
from intake.refusals import RefusalKind, Refused, refused
from intake.validation import KnownProducts
from privacy.vault import Vault
from storage.queries import load


@dataclass(frozen=True, slots=True)
class Accepted:
    """The event opened this journey, or belongs to it (`repeated`)."""

    journey_id: str
    repeated: bool
    event_id: str
    source: str


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The message was refused and is kept as this dead letter."""

    dead_letter: int
    refusal: Refused


Answer = Accepted | TurnedAway


class Door:
    """Takes messages, and sends dead letters through again."""

    def __init__(self, pool: "Pool[Record]", vault: Vault, products: KnownProducts) -> None:
        """Accept claims for `products`, into the database behind `pool`, sealed by `vault`."""
        self._products = products
        self._pool = pool
        self._inbox = Inbox(pool, vault, products.version)
        self._sql = load("intake")
        self.letters = DeadLetters(pool, vault)

    async def receive(self, received: Received) -> Answer:
        """Take one event. A database that is away raises one of `storage.away.DATABASE_AWAY`; repeat the call."""
        return await _once_more(lambda: self._receive(received))

    async def receive_batch(self, received: Received) -> list[Answer] | TurnedAway:
        """Take each event of a batch, in order; TurnedAway when the batch as a whole cannot be read."""
        try:
            parts = cloudevents.split(received)
        except Refused as refusal:
            return await self._turn_away(received, refusal, None)
        return [await self.receive(part) for part in parts]

    async def resend(self, letter_id: int, correction: "Correction", *, by: str) -> Answer:
        """Send a dead letter through the door again, corrected where `correction` says so.

        A second refusal stays with the letter, which remains open. Raises UnknownLetterError, LetterNotOpenError.
        """
        row = await self.letters.open_row(letter_id)
        if row["kind"] == RefusalKind.CANNOT_START:
            return await self._restart(row, by)
        corrected: bytes | None = None
        try:
            received = _again(row, correction)
            corrected = None if correction.nothing else received.body
            event, taken = await self._take(received)
        except Refused as refusal:
            await self.letters.refused_again(row, refusal, corrected)
            return TurnedAway(letter_id, refusal)
        await self.letters.resolve(row, LetterStatus.RESENT, by=by, journey_id=taken.journey_id, corrected=corrected)
        return _accepted(event, taken)

    async def drop(self, letter_id: int, *, by: str, reason: str) -> None:
        """Close a dead letter for good; its bytes stay. Raises UnknownLetterError, LetterNotOpenError."""
        row = await self.letters.open_row(letter_id)
        await self.letters.resolve(row, LetterStatus.DROPPED, by=by, resolution=reason)

    async def _receive(self, received: Received) -> Answer:
        event: Event | None = None
        try:
            event = cloudevents.read(received)
            return _accepted(event, await self._take_event(event, received))
        except Refused as refusal:
            return await self._turn_away(received, refusal, event)

    async def _take(self, received: Received) -> tuple[Event, Taken]:
        event = cloudevents.read(received)
        return event, await self._take_event(event, received)

    async def _take_event(self, event: Event, received: Received) -> Taken:
        report = validation.report(event, self._products)
        return await self._inbox.take(event.attributes, report, received.sha256)

    async def _turn_away(self, received: Received, refusal: Refused, event: Event | None) -> TurnedAway:
        source, event_id = (event.attributes.source, event.attributes.id) if event else (None, None)
        letter = await self.letters.keep(received, refusal, source=source, event_id=event_id)
        return TurnedAway(letter, refusal)

    async def _restart(self, row: Mapping[str, Any], by: str) -> Accepted:
        await self.letters.reopen_start(row["journey_id"])
        async with self._pool.acquire() as connection:
            await connection.execute(self._sql["ring"], CHANNEL)
        await self.letters.resolve(row, LetterStatus.RESENT, by=by)
        return Accepted(row["journey_id"], repeated=True, event_id=row["event_id"] or "", source=row["source"] or "")


@dataclass(frozen=True, slots=True)
class Correction:
    """What to send instead: other `data` in the same event, or a whole `event`; neither repeats it as it was."""

    data: Any = None
    event: Any = None

    @property
    def nothing(self) -> bool:
        """Whether the message goes through as it came."""
        return self.data is None and self.event is None


def _again(row: Mapping[str, Any], correction: Correction) -> Received:
    if correction.event is not None:
        return Received(json.dumps(correction.event, ensure_ascii=False).encode(), channel=row["channel"])
    latest = row["corrected"]
    if latest is not None:
        original = Received(latest, channel=row["channel"])
    else:
        original = Received(row["raw"], row["media_type"], row["headers"], row["channel"], whole=row["whole"])
    if correction.data is None:
        return original
    try:
        event = cloudevents.read(original)
    except Refused:
        raise refused(
            RefusalKind.UNREADABLE,
            "原事件无法读取，不能只更正 data；请提供完整的事件。",
            "The original event cannot be read, so its data alone cannot be replaced: send the whole event.",
        ) from None
    return Received(event.with_data(correction.data), channel=row["channel"])


def _accepted(event: Event, taken: Taken) -> Accepted:
    return Accepted(taken.journey_id, taken.repeated, event.attributes.id, event.attributes.source)


async def _once_more(take: Callable[[], Awaitable[Answer]]) -> Answer:
    # A pooled connection may have died unnoticed; every step is idempotent, so one repeat is harmless.
    try:
        return await take()
    except (PostgresConnectionError, InterfaceError):
        return await take()

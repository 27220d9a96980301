"""The relay of the outbox: every notice that a journey wrote reaches the notifier, at least once, under one key."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TypeAlias

import asyncpg
import structlog
from pydantic import ValidationError

from activities.errors import PartnerError
from activities.notifier import Notifier
from privacy import places
from privacy.errors import ErasedError, PrivacyError
from privacy.vault import Vault
from schemas.journey import Notice
from schemas.partners import Message
from schemas.text import Bilingual
from storage.away import DATABASE_AWAY, fault_of_ours
from storage.queries import load

CODE = "{code}"
"""Stands in a notice's text where the voucher's code belongs."""
_BATCH = 20
_HIDDEN_SECONDS = 60
"""For so long other relays leave a claimed notice alone; longer than any one call to the notifier."""
_IDLE_SECONDS = 2.0
"""How long a notice whose next attempt has come due may wait for it; new ones are announced."""
_PAUSE_SECONDS = 1.0
_STATUS, _LEDGER = load("status"), load("ledger")
_log = structlog.get_logger("workers.outbox")

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Row = asyncpg.Record


class NoVoucherError(Exception):
    """A notice points at a voucher that the ledger does not hold: look for the journey's posting in the ledger."""


class OutboxRelay:
    """Sends notices; several may run side by side on one database."""

    def __init__(self, pool: "Pool", vault: Vault, notifier: Notifier) -> None:
        """Read the outbox through `pool` and `vault`, send through `notifier`."""
        self._pool = pool
        self._vault = vault
        self._notifier = notifier

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; a database that is away is waited for."""
        while not stop.is_set():
            try:
                async with self._announcements() as (connection, announced):
                    while not stop.is_set() and not connection.is_closed():
                        announced.clear()
                        if not await self.send_due():
                            await _first_of(stop, announced, _IDLE_SECONDS)
            except DATABASE_AWAY as error:
                if fault_of_ours(error):
                    raise
                _log.warning("outbox.database_away", reason=type(error).__name__)
                await _first_of(stop, stop, _PAUSE_SECONDS)

    async def send_due(self) -> int:
        """Send one batch of due notices; returns how many were taken, sent or not."""
        rows = await self._pool.fetch(_STATUS["claim_notices"], _BATCH, _HIDDEN_SECONDS)
        await asyncio.gather(*(self._send(row) for row in rows))
        return len(rows)

    async def _send(self, row: Row) -> None:
        journey, key = row["journey_id"], row["key"]
        try:
            payload = await self._vault.open(journey, places.notice(key), row["payload"])
            await self._notifier.send(await self._message(journey, Notice.model_validate(payload)))
        except ErasedError:  # there is nobody left to tell, nor anything to say
            _log.info("outbox.erased", journey=journey, key=key)
            await self._pool.execute(_STATUS["mark_sent"], journey, key)
        except (PartnerError, NoVoucherError, ValidationError, PrivacyError) as error:
            reason = _reason(error)
            _log.warning("outbox.not_sent", journey=journey, key=key, attempts=row["attempts"], reason=reason)
            await self._pool.execute(_STATUS["mark_failed"], journey, key, reason)
        else:
            await self._pool.execute(_STATUS["mark_sent"], journey, key)

    async def _message(self, journey: str, notice: Notice) -> Message:
        text = await self._with_code(notice) if notice.voucher_id else notice.text
        return Message(
            key=notice.key,
            journey_id=journey,
            person=notice.person,
            team="" if notice.person else notice.to,
            template=notice.template,
            text=text,
        )

    async def _with_code(self, notice: Notice) -> Bilingual:
        code = await self._pool.fetchval(_LEDGER["voucher_code"], notice.voucher_id)
        if code is None:
            message = f"no voucher {notice.voucher_id} in the ledger"
            raise NoVoucherError(message)
        return Bilingual(zh=notice.text.zh.replace(CODE, code), en=notice.text.en.replace(CODE, code))

    @contextlib.asynccontextmanager
    async def _announcements(self) -> AsyncIterator["tuple[asyncpg.pool.PoolConnectionProxy[Row], asyncio.Event]"]:
        announced = asyncio.Event()

        def hear(*_: object) -> None:
            announced.set()

        async with self._pool.acquire() as connection:
            await connection.add_listener("outbox", hear)
            try:
                yield connection, announced
            finally:
                if not connection.is_closed():
                    await connection.remove_listener("outbox", hear)


def _reason(error: PartnerError | NoVoucherError | ValidationError | PrivacyError) -> str:
    if isinstance(error, ValidationError):  # its text quotes the input, which may be personal
        return "the notice cannot be read"
    return error.message if isinstance(error, PartnerError) else str(error)


async def _first_of(stop: asyncio.Event, other: asyncio.Event, seconds: float) -> None:
    """Wait until either event is set or the time is over."""
    waits = [asyncio.create_task(event.wait()) for event in {stop, other}]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()

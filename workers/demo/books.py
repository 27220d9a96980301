"""The books of both sides, read for a demonstration: how often each thing that may happen once did happen."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

import asyncpg

from schemas.shape import Shape
from storage.away import DATABASE_AWAY
from storage.pool import open_pool
from storage.queries import load
from workers.demo.clients import Clients, NotNowError
from workers.settings import Settings

_SQL = load("demo")
_PATIENCE_SECONDS = 5.0
"""For so long a side that is away is waited for: whoever gave up or pressed Ctrl-C wants an answer."""
_PAUSE_SECONDS = 0.5


class Counts(Shape):
    """How often each thing that may happen once did happen, by the books of whoever did it."""

    vouchers: int
    commitments: int
    dispensings: int
    payments: int
    voucher_messages: int

    def once(self, *, paid: bool, dispensed: bool = True) -> bool:
        """Whether each happened exactly once: no payment without an insurer's share, no voucher for a therapy."""
        of_drugs = (self.vouchers, self.dispensings, self.voucher_messages)
        drugs_once = all(count == int(dispensed) for count in of_drugs)
        return drugs_once and self.commitments == 1 and self.payments == int(paid)


async def counted(settings: Settings, clients: Clients, journey_ids: Iterable[str]) -> dict[str, Counts]:
    """The counts of each journey; of none where a side stays away."""
    ids = tuple(journey_ids)
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                with suppress(NotNowError, *DATABASE_AWAY):
                    return await _read(settings, clients, ids)
                await asyncio.sleep(_PAUSE_SECONDS)
    return {}


async def _read(settings: Settings, clients: Clients, journey_ids: tuple[str, ...]) -> dict[str, Counts]:
    pool = await open_pool(settings.database_url.get_secret_value(), max_size=2)
    try:
        return {journey_id: await _counts(pool, clients, journey_id) for journey_id in journey_ids}
    finally:
        pool.terminate()


async def _counts(pool: "asyncpg.Pool[asyncpg.Record]", clients: Clients, journey_id: str) -> Counts:
    booked = await pool.fetchrow(_SQL["booked"], journey_id)
    messages = await clients.kept("messages", journey_id)
    return Counts(
        **dict(booked or {}),
        dispensings=len(await clients.kept("dispensings", journey_id)),
        payments=len(await clients.kept("payments", journey_id)),
        voucher_messages=sum(message["template"] == "voucher_issued" for message in messages),
    )

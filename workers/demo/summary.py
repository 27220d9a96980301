"""How a demonstration ended, for programs: each journey, its money, and proof that nothing happened twice."""

from decimal import Decimal

import asyncpg
from pydantic import AwareDatetime

from console.views import JourneyView
from schemas.journey import Stage
from schemas.money import ZERO
from schemas.shape import Shape
from storage.pool import open_pool
from storage.queries import load
from workers.demo.clients import Clients
from workers.settings import Settings

_SQL = load("demo")


class Counts(Shape):
    """How often each thing that may happen once did happen, by the books of whoever did it."""

    vouchers: int
    commitments: int
    dispensings: int
    payments: int
    voucher_messages: int

    def once(self, *, paid: bool) -> bool:
        """Whether each happened exactly once; without an insurer's share there is no payment."""
        others = (self.vouchers, self.commitments, self.dispensings, self.voucher_messages)
        return all(count == 1 for count in others) and self.payments == int(paid)


class JourneyEnd(Shape):
    """One journey at the end of the demonstration."""

    journey_id: str
    product: str
    claim_number: str
    drug: str
    stage: Stage
    mode: str
    cost: Decimal
    insurer_pays: Decimal
    own_share: Decimal
    voucher: str
    dispensing: str
    payment: str
    decisions: int
    closed_at: AwareDatetime | None
    counts: Counts
    exactly_once: bool


class Summary(Shape):
    """The whole demonstration; `all_settled` is what the exit status says."""

    settled: int
    expected: int
    all_settled: bool
    exactly_once: bool
    journeys: tuple[JourneyEnd, ...]


async def summarise(settings: Settings, clients: Clients, views: list[JourneyView], expected: int) -> Summary:
    """Read the books of both sides for the journeys in `views`."""
    pool = await open_pool(settings.database_url.get_secret_value(), max_size=2)
    try:
        ends = tuple([await _end(pool, clients, view) for view in views])
    finally:
        await pool.close()
    settled = sum(end.stage is Stage.COMPLETED for end in ends)
    once = all(end.exactly_once for end in ends)
    return Summary(
        settled=settled,
        expected=expected,
        all_settled=settled == expected and once,
        exactly_once=once,
        journeys=ends,
    )


async def _end(pool: "asyncpg.Pool[asyncpg.Record]", clients: Clients, view: JourneyView) -> JourneyEnd:
    counts = await _counts(pool, clients, view.journey_id)
    settled = view.money.settled
    return JourneyEnd(
        journey_id=view.journey_id,
        product=view.product,
        claim_number=view.claim_number,
        drug=view.drug,
        stage=view.stage,
        mode=view.fulfilment.mode if view.fulfilment else "",
        cost=settled.cost if settled else ZERO,
        insurer_pays=view.money.paid,
        own_share=settled.own_share if settled else ZERO,
        voucher=view.voucher.voucher_id if view.voucher else "",
        dispensing=view.fulfilment.dispensing_id if view.fulfilment else "",
        payment=view.money.payment_id,
        decisions=len(view.decisions),
        closed_at=view.closed_at,
        counts=counts,
        exactly_once=counts.once(paid=view.money.committed > ZERO) if view.stage is Stage.COMPLETED else True,
    )


async def _counts(pool: "asyncpg.Pool[asyncpg.Record]", clients: Clients, journey_id: str) -> Counts:
    booked = await pool.fetchrow(_SQL["booked"], journey_id)
    messages = await clients.kept("messages", journey_id)
    return Counts(
        **dict(booked or {}),
        dispensings=len(await clients.kept("dispensings", journey_id)),
        payments=len(await clients.kept("payments", journey_id)),
        voucher_messages=sum(message["template"] == "voucher_issued" for message in messages),
    )

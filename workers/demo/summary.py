"""How a demonstration ended, for programs: each journey, its money, and proof that nothing happened twice."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from pydantic import AwareDatetime

from console.views import JourneyView
from schemas.journey import Stage
from schemas.money import ZERO
from schemas.shape import Shape
from workers.demo.books import Counts


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
    counts: Counts | None
    """None where the books could not be read."""
    exactly_once: bool
    """False also for a settled journey whose books could not be read: nothing is proved."""


class Summary(Shape):
    """The whole demonstration; `all_settled` is what the exit status says."""

    settled: int
    expected: int
    all_settled: bool
    exactly_once: bool
    journeys: tuple[JourneyEnd, ...]
    """Those that have begun."""


def summarised(views: Iterable[JourneyView], expected: int, counts: Mapping[str, Counts]) -> Summary:
    """The journeys in `views`, of `expected` ones, with what the books say of each."""
    ends = tuple(_end(view, counts.get(view.journey_id)) for view in views)
    settled = sum(end.stage is Stage.COMPLETED for end in ends)
    once = all(end.exactly_once for end in ends)
    return Summary(
        settled=settled,
        expected=expected,
        all_settled=settled == expected and once,
        exactly_once=once,
        journeys=ends,
    )


def _end(view: JourneyView, counts: Counts | None) -> JourneyEnd:
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
        exactly_once=_once(view, counts),
    )


def _once(view: JourneyView, counts: Counts | None) -> bool:
    if view.stage is not Stage.COMPLETED:
        return True
    dispensed = view.kind == "specialty_drug"
    return counts is not None and counts.once(paid=view.money.committed > ZERO, dispensed=dispensed)

"""What a therapy remembers of its chain of custody: every event once, and where the cells are by what happened last."""

from datetime import timedelta
from typing import Any

from schemas.car_t import CarTClaim
from schemas.custody import CustodyEvent, CustodyHead
from schemas.journey import JourneyStatus
from tests.rules.car_t_cases import CHAIN, COURIER, PARTY
from workflows.car_t_case import CarTCase
from workflows.record import JourneyRecord


def told(*events: tuple[int, CustodyEvent]) -> CarTCase:
    """A therapy of which these events were told, each with its number in the chain."""
    claim: dict[str, Any] = {"journey_id": f"journey-{'a' * 20}", "carried": None}
    status: dict[str, Any] = claim | {"revision": 0, "escalations": (), "car_t": None}
    case = CarTCase(CarTClaim.model_construct(**claim), JourneyRecord(JourneyStatus.model_construct(**status)))
    for seq, event in events:
        case.tell(event, CustodyHead(seq=seq, sha256="0" * 64))
    return case


def test_an_event_that_is_in_the_chain_counts_once() -> None:
    """A partner repeats it under its key long after; the database answers with the link that it was."""
    first, second = CHAIN[:2]
    assert told((1, first), (2, second), (1, first), (2, second)).custody == (first, second)


def test_cells_are_where_they_were_handed_over_last() -> None:
    """Not where somebody tells late that they were before."""
    in_order = told(*enumerate(CHAIN, 1)).view
    late = told(*enumerate((*CHAIN[:4], CHAIN[5], CHAIN[4], CHAIN[6]), 1)).view
    assert in_order.product_at == late.product_at == PARTY
    assert told(*enumerate(CHAIN[:5], 1)).view.product_at == COURIER
    assert late.told_at == in_order.told_at
    assert told((1, CHAIN[5]), (2, CHAIN[4])).view.told_at == CHAIN[4].at + timedelta(hours=20)

"""The main road: one claim of each product from authorization to settlement."""

import pytest

from schemas.journey import Stage
from tests.rig import Rig
from tests.roads import PLACES, picked_up


@pytest.mark.parametrize("product", sorted(PLACES))
async def test_a_claim_of_every_product_travels_to_settlement_by_pick_up(rig: Rig, product: str) -> None:
    """Authorization, review, charity look-up, voucher, pick-up, settlement: each decided with citations.

    The order of pingan-longterm-b/FLOW-1, pingan-cancer-drug/FLOW-1, chinalife-cancer-rider/FLOW-1 and
    yuanxin-cancer-drug/FLOW-1.
    """
    journey = await picked_up(rig, product)
    status = await rig.closed(journey)
    assert status.stage is Stage.COMPLETED
    assert [record.decision.question for record in status.decisions][:3] == [
        "authorization",
        "prescription_review",
        "charity_aid",
    ]
    assert all(finding.citations for record in status.decisions for finding in record.decision.findings)
    assert status.money.settled is not None
    assert status.money.paid == status.money.committed == status.money.settled.insurer_pays > 0
    assert status.product == product

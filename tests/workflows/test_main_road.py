"""The main road: one claim of each product from authorization to settlement."""

import pytest

from schemas.journey import Stage, WaitingFor
from tests import people
from tests.rig import Rig

AGREED = {"hospital_consent": True, "doctor_consent": True, "partial_advance_accepted": True}
PLACES = {
    "pingan-longterm-b": ("上海", "上海"),
    "pingan-cancer-drug": ("广东", "广州"),
    "chinalife-cancer-rider": ("浙江", "杭州"),
    "axa-excellence": ("江苏", "南京"),
    "yuanxin-cancer-drug": ("四川", "成都"),
}


@pytest.mark.parametrize("product", sorted(PLACES))
async def test_a_claim_of_every_product_travels_to_settlement_by_pick_up(rig: Rig, product: str) -> None:
    """Authorization, review, charity look-up, voucher, pick-up, settlement: each decided with citations."""
    journey = await rig.report(product)
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    waiting = await rig.waiting(journey, WaitingFor.BOOKING)
    booking = people.pick_up(
        *PLACES[product], hospital_consent=True, doctor_consent=True, partial_advance_accepted=True
    )
    await rig.done(journey, booking)
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, people.hand_over(await rig.code(journey)))
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
    assert waiting.product == product

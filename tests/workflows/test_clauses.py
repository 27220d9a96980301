"""Clauses that the steps of a journey follow, without a gate that cites them."""

import pytest

from schemas.actions import ReviewResult
from schemas.journey import CLOSED_STAGES, JourneyStatus, Stage, WaitingFor
from tests import people
from tests.rig import Rig
from tests.roads import AGREED, PLACES, at_review

DAMAGED = {"outcome": {"problem": "damaged_by_insured", "reason": "dropped on the stairs"}}
YUANXIN = "yuanxin-cancer-drug"


async def to_be_delivered_damaged(rig: Rig, product: str) -> str:
    """A delivery, of a drug outside the catalogue, on which the courier will report damage by the insured side."""
    number = await rig.policy(product, in_catalogue=False)
    journey = await rig.report(product, lambda data: data.update(policy_number=number))
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    await rig.behave("courier", "book", DAMAGED, journey_id=journey)
    await rig.done(journey, people.delivery(*PLACES[product], **AGREED))
    return journey


async def pay_own_share(rig: Rig, journey: str) -> JourneyStatus:
    """The insured person pays what the estimate says; the status before it."""
    status = await rig.waiting(journey, WaitingFor.OWN_SHARE)
    assert status.money.estimate is not None
    await rig.done(journey, people.own_share(status.money.estimate.own_share))
    return status


@pytest.mark.parametrize("product", ["pingan-longterm-b", "pingan-cancer-drug", YUANXIN])
async def test_damage_by_the_insured_side_counts_as_delivered(rig: Rig, product: str) -> None:
    """pingan-longterm-b/DMG-1, pingan-cancer-drug/DMG-1, yuanxin-cancer-drug/DMG-1: settled, no new parcel."""
    journey = await to_be_delivered_damaged(rig, product)
    if product == YUANXIN:
        await pay_own_share(rig, journey)
    status = await rig.closed(journey)
    assert status.stage is Stage.COMPLETED
    assert status.money.settled is not None
    parcels = (await rig.partners.get("/_sandbox/parcels", params={"journey_id": journey})).json()
    assert len(parcels) == 1


async def test_the_own_share_is_paid_before_a_delivery(rig: Rig) -> None:
    """yuanxin-cancer-drug/FUL-2: nothing is kept or carried before the own share is paid."""
    journey = await to_be_delivered_damaged(rig, YUANXIN)
    before = await pay_own_share(rig, journey)
    assert before.fulfilment is None
    after = await rig.closed(journey)
    assert after.fulfilment is not None
    assert after.fulfilment.tracking_number


async def test_a_pharmacist_asks_for_papers_under_the_supplements_clause(rig: Rig) -> None:
    """yuanxin-cancer-drug/SUP-1: what is missing at review is asked for under it."""
    journey = await at_review(rig, YUANXIN)
    asked = people.review(result=ReviewResult.PAPERS_NEEDED, papers_needed=("first_visit_record",))
    await rig.done(journey, asked)
    status = await rig.waiting(journey, WaitingFor.PAPERS)
    assert [paper.rule for paper in status.papers_due] == ["yuanxin-cancer-drug/SUP-1"]
    assert status.stage not in CLOSED_STAGES

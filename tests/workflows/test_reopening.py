"""A closed journey and news that may undo what was owed: it is taken up again, and closes again."""

from datetime import timedelta
from http import HTTPStatus

from schemas.actions import RecordCancellation, RecordDeath, RecordFraud, RecordRefund
from schemas.journey import JourneyStatus, Stage, WaitingFor
from schemas.money import ZERO
from schemas.people import ActorRole
from tests import people, roads
from tests.rig import Rig
from tests.workflows.test_branches import cited, limit
from tests.workflows.test_clauses import pay_own_share

PRODUCT = "yuanxin-cancer-drug"


async def closed(rig: Rig) -> tuple[str, JourneyStatus]:
    """A settled claim whose run is over."""
    journey = await roads.picked_up(rig, PRODUCT)
    return journey, await rig.closed(journey)


async def closed_again(rig: Rig, journey: str, before: JourneyStatus) -> JourneyStatus:
    """The journey after it was taken up and has come to another end."""
    return await rig.until(journey, lambda status: status.closed_at not in {None, before.closed_at})


def fraud(role: ActorRole = ActorRole.INSURER) -> RecordFraud:
    """Another was treated."""
    return RecordFraud(**people.by(role), found_on=people.today(), reason="another patient")


async def test_fraud_found_after_closing_claims_everything_back(rig: Rig) -> None:
    """yuanxin-cancer-drug/FRAUD-1: the record goes on where it was, and what comes back is free for other claims."""
    journey, before = await closed(rig)
    decided, told = await rig.decisions(journey), await rig.entries(journey)
    found = fraud()
    await rig.done(journey, found)
    recovering = await rig.waiting(journey, WaitingFor.REFUND)
    assert (recovering.stage, recovering.closed_at) == (Stage.RECOVERY, None)
    assert recovering.money.refund_due == before.money.committed
    await rig.done(journey, RecordRefund(**people.by(ActorRole.INSURER), amount=before.money.committed))
    after = await rig.closed(journey)
    assert (after.stage, after.money.refund_due) == (Stage.TERMINATED, ZERO)
    assert await limit(rig, journey) == (ZERO, ZERO)
    assert (await rig.decisions(journey))[: len(decided)] == decided
    assert (await rig.entries(journey))[: len(told)] == told
    assert f"{PRODUCT}/FRAUD-1" in cited(await rig.closed(journey))
    assert (await rig.act(journey, found)).json()["repeated"] is True
    assert (await rig.closed(journey)).revision == after.revision


async def test_what_came_back_is_not_claimed_back_again(rig: Rig) -> None:
    """Fraud told once more under another key: it is on record, and nobody owes anything a second time."""
    journey = await roads.fraud_found_after_closing(rig)
    before = await rig.closed(journey)
    told = await rig.notices(journey)
    await rig.done(journey, fraud())
    after = await closed_again(rig, journey, before)
    assert (after.stage, after.money) == (Stage.TERMINATED, before.money)
    assert await rig.notices(journey) == told
    assert await limit(rig, journey) == (ZERO, ZERO)


async def test_what_is_refused_leaves_the_journey_closed_as_it_was(rig: Rig) -> None:
    """Fraud of the future is a wrong field; the run that was begun for it ends, and nobody is told anything."""
    journey, before = await closed(rig)
    told = await rig.notices(journey)
    later = fraud().model_copy(update={"found_on": people.today() + timedelta(days=2)})
    answer = await rig.act(journey, later)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "found_on" in answer.json()["detail"]
    assert (await rig.status(journey)) == before
    assert await rig.notices(journey) == told


async def test_a_death_after_the_hand_over_changes_nothing(rig: Rig) -> None:
    """It is on record with its decision; the claim stays completed, and the family gets no second message of it."""
    journey, before = await closed(rig)
    told = await rig.notices(journey)
    await rig.done(journey, RecordDeath(**people.by(ActorRole.SERVICE_AGENT), died_on=people.today()))
    after = await closed_again(rig, journey, before)
    assert (after.stage, after.money, after.next_steps) == (before.stage, before.money, before.next_steps)
    assert len(await rig.decisions(journey)) == len(before.decisions) + 1
    assert await rig.notices(journey) == told


async def test_an_own_share_paid_in_advance_stays_paid(rig: Rig) -> None:
    """yuanxin-cancer-drug/FUL-2: what was settled is not given back because the journey hears of a death later."""
    journey = await roads.at_booking(rig, PRODUCT)
    await rig.done(journey, people.delivery(*roads.PLACES[PRODUCT], **roads.AGREED))
    await pay_own_share(rig, journey)
    before = await rig.closed(journey)
    assert before.money.own_share_paid > ZERO
    told = await rig.notices(journey)
    await rig.done(journey, RecordDeath(**people.by(ActorRole.SERVICE_AGENT), died_on=people.today()))
    assert (await closed_again(rig, journey, before)).money == before.money
    assert await rig.notices(journey) == told


async def test_a_cover_that_had_ended_before_the_hand_over_claims_back(rig: Rig) -> None:
    """A cancellation from before the hand-over, told after closing: a person decides what the clauses leave open."""
    journey, before = await closed(rig)
    word = RecordCancellation(
        **people.by(ActorRole.INSURER), effective_on=people.today() - timedelta(days=30), reason="rescinded"
    )
    await rig.done(journey, word)
    recovering = await rig.waiting(journey, WaitingFor.REFUND)
    assert recovering.money.refund_due == before.money.committed


async def test_only_news_take_a_closed_journey_up_again(rig: Rig) -> None:
    """Everything else is refused as before, and the status says what is possible."""
    journey, before = await closed(rig)
    assert {offer.action for offer in before.actions} == {"record_death", "record_cancellation", "record_fraud"}
    answer = await rig.act(journey, people.withdraw())
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "is closed" in answer.json()["detail"]


async def test_a_claim_that_was_never_known_is_not_taken_up(rig: Rig) -> None:
    """Nothing was decided or paid: there is nothing to undo."""
    journey = await roads.withdrawn_for_an_unknown_policy(rig)
    assert (await rig.act(journey, fraud())).status_code == HTTPStatus.CONFLICT

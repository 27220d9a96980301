"""What people and partners may tell a journey, and what it refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.actions import Hold, RecordDeath, RecordFraud, RecordPayment, ReviewResult
from schemas.civil import china_date
from schemas.journey import Stage, WaitingFor
from schemas.money import ZERO
from schemas.people import Actor, ActorRole
from tests import people
from tests.rig import Rig
from tests.roads import at_booking

PRODUCT = "pingan-longterm-b"


async def test_an_action_that_the_stage_does_not_allow_changes_nothing(rig: Rig) -> None:
    """A booking before the review is a 409 that names what is possible; no event is written."""
    journey = await rig.report(PRODUCT)
    before = await rig.waiting(journey, WaitingFor.REVIEW)
    answer = await rig.act(journey, people.pick_up("上海", "上海"))
    assert answer.status_code == 409
    assert "record_review" in answer.text
    after = await rig.status(journey)
    assert after is not None
    assert after.revision == before.revision


async def test_an_action_by_the_wrong_role_is_refused_by_name_of_the_field(rig: Rig) -> None:
    """Only a pharmacist reviews a prescription."""
    journey = await rig.report(PRODUCT)
    await rig.waiting(journey, WaitingFor.REVIEW)
    wrong = people.review().model_copy(update={"actor": Actor(role=ActorRole.INSURED, id="somebody")})
    answer = await rig.act(journey, wrong)
    assert answer.status_code == 422
    assert "actor.role" in answer.text


async def test_the_same_key_twice_acts_once(rig: Rig) -> None:
    """A repeated action gives the first receipt and leaves one line on the timeline."""
    journey = await rig.report(PRODUCT)
    await rig.waiting(journey, WaitingFor.REVIEW)
    review = people.review()
    first, second = await rig.act(journey, review), await rig.act(journey, review)
    assert first.status_code == second.status_code == 200
    assert first.json()["revision"] == second.json()["revision"]
    await rig.waiting(journey, WaitingFor.BOOKING)
    inputs = "SELECT count(*) FROM timeline WHERE journey_id = $1 AND kind = 'input'"
    assert await rig.pool.fetchval(inputs, journey) == 1


async def test_papers_asked_for_at_review_must_be_named(rig: Rig) -> None:
    """PAPERS_NEEDED without papers is refused before it enters history."""
    journey = await rig.report(PRODUCT)
    await rig.waiting(journey, WaitingFor.REVIEW)
    answer = await rig.act(journey, people.review(result=ReviewResult.PAPERS_NEEDED))
    assert answer.status_code == 422
    assert "papers_needed" in answer.text


async def test_a_claim_can_be_withdrawn_and_gives_back_what_was_set_aside(rig: Rig) -> None:
    """Withdrawn while the drug waits at the counter: voucher void, limit whole again, stock released."""
    journey = await rig.report(PRODUCT)
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    await rig.done(journey, people.pick_up("上海", "上海"))
    held = await rig.waiting(journey, WaitingFor.HAND_OVER)
    assert held.money.reserved > ZERO
    await rig.done(journey, people.withdraw())
    status = await rig.closed(journey)
    assert status.stage is Stage.WITHDRAWN
    assert status.money.reserved == ZERO
    standing = await rig.pool.fetchval("SELECT standing FROM voucher WHERE journey_id = $1", journey)
    assert standing == "void"


async def test_a_payment_of_another_amount_is_refused(rig: Rig) -> None:
    """The insurer's confirmation must name the amount that was ordered."""
    await rig.behave("insurer", "order_payment", {"kind": "no_callback"})
    journey = await rig.report(PRODUCT)
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    await rig.done(journey, people.pick_up("上海", "上海"))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, people.hand_over(await rig.code(journey)))
    waiting = await rig.waiting(journey, WaitingFor.PAYMENT)
    fields = people.by(ActorRole.INSURER) | {"payment_id": "pay-1", "paid": True}
    wrong = RecordPayment(**fields, amount=waiting.money.committed + 1)
    answer = await rig.act(journey, wrong)
    assert answer.status_code == 422
    assert "amount" in answer.text
    await rig.done(journey, wrong.model_copy(update={"amount": waiting.money.committed, "key": people.key()}))
    assert (await rig.closed(journey)).stage is Stage.COMPLETED


async def test_a_hand_over_of_tomorrow_is_refused(rig: Rig) -> None:
    """A partner's clock may be a little ahead, not a day."""
    journey = await at_booking(rig, PRODUCT)
    await rig.done(journey, people.pick_up("上海", "上海"))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    answer = await rig.act(journey, people.hand_over(await rig.code(journey), happened_at=tomorrow))
    assert (answer.status_code, "happened_at" in answer.text) == (422, True)
    await rig.done(journey, people.withdraw())


TO_COME = china_date(datetime.now(UTC)) + timedelta(days=2)
"""A day that is still to come when the tests run past midnight."""


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        (RecordDeath, {"died_on": TO_COME}, "died_on"),
        (RecordDeath, {"died_on": "1850-01-01"}, "died_on"),
        (RecordFraud, {"found_on": TO_COME, "reason": "another patient"}, "found_on"),
    ],
)
async def test_news_of_an_impossible_day_ends_nothing(
    rig: Rig, kind: type[RecordDeath | RecordFraud], fields: dict[str, Any], field: str
) -> None:
    """What ends a cover for good is not taken with a slip of the pen."""
    journey = await rig.report(PRODUCT)
    await rig.waiting(journey, WaitingFor.REVIEW)
    action = kind.model_validate({**people.by(ActorRole.INSURER), **fields})
    answer = await rig.act(journey, action)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_correction_of_nothing_is_refused(rig: Rig) -> None:
    """An empty correction would decide everything anew for no reason."""
    journey = await rig.report(PRODUCT)
    before = await rig.waiting(journey, WaitingFor.REVIEW)
    answer = await rig.act(journey, people.correct())
    assert answer.status_code == 422
    assert "nothing is corrected" in answer.text
    assert (await rig.waiting(journey, WaitingFor.REVIEW)).revision == before.revision


async def test_the_history_names_what_was_corrected(rig: Rig) -> None:
    """And nothing else, although the whole form travelled."""
    journey = await rig.report(PRODUCT)
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.correct(prescription=rig.prescription(PRODUCT, days_supply=20)))
    await rig.waiting(journey, WaitingFor.REVIEW)
    texts = [entry.what.en for entry in await rig.entries(journey)]
    assert "corrected: prescription; decided anew" in texts


async def test_a_refusal_while_on_hold_says_so(rig: Rig) -> None:
    """It is the right stage, and still nothing may be done."""
    journey = await rig.report(PRODUCT)
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, Hold(**people.by(ActorRole.SUPERVISOR), reason="a question"))
    answer = await rig.act(journey, people.review())
    assert answer.status_code == 409
    assert "while the journey is on hold" in answer.text

"""What can take a journey off the main road, and where it ends."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from audit.cost import count
from schemas.actions import (
    DecideReferral,
    Hold,
    Receipt,
    RecordDeath,
    RecordFraud,
    RecordRefund,
)
from schemas.decision import Outcome, Verdict
from schemas.journey import JourneyStatus, Stage, WaitingFor
from schemas.money import ZERO
from schemas.people import ActorRole
from tests import people, roads
from tests.rig import Rig

ENDS = {
    "seen-in-the-green-channel": Stage.REFUSED,
    "corrected-after-a-refusal": Stage.COMPLETED,
    "corrected-with-a-voucher": Stage.COMPLETED,
    "investigated-and-refused": Stage.REFUSED,
    "investigated-and-settled": Stage.COMPLETED,
    "held-and-delivered": Stage.COMPLETED,
    "held-and-withdrawn": Stage.WITHDRAWN,
    "cancelled-before-the-review": Stage.TERMINATED,
    "died-before-the-hand-over": Stage.TERMINATED,
    "died-after-the-hand-over": Stage.COMPLETED,
    "fraud-found-and-recovered": Stage.TERMINATED,
    "fraud-found-after-closing": Stage.TERMINATED,
    "refilled-once": Stage.COMPLETED,
    "refilled-after-a-refusal": Stage.COMPLETED,
}
"""Days on which drugs were handed over, as is told later."""
REFILL_EVENTS = 60
REFILL_ACTIONS = 18


def cited(status: JourneyStatus) -> set[str]:
    """Every rule that a decision of the journey cites."""
    findings = [finding for record in status.decisions for finding in record.decision.findings]
    return {citation.rule for finding in findings for citation in finding.citations}


async def limit(rig: Rig, journey: str) -> tuple[Decimal, Decimal]:
    """What the journey's policy period holds reserved and committed."""
    row = await rig.pool.fetchrow(
        "SELECT reserved, committed FROM benefit_period WHERE period_id ="
        " (SELECT period_id FROM journal WHERE journey_id = $1 ORDER BY journal_id LIMIT 1)",
        journey,
    )
    return (row["reserved"], row["committed"]) if row else (ZERO, ZERO)


@pytest.mark.parametrize("road", ENDS)
async def test_a_branch_ends_where_it_should(rig: Rig, road: str) -> None:
    """Each ends in its stage, with nothing open: no wait, no action but news, no reservation of its own."""
    journey = await roads.ROADS[road](rig)
    status = await rig.closed(journey)
    assert (status.stage, status.wait.what) == (ENDS[road], WaitingFor.NOTHING)
    assert {offer.action for offer in status.actions} <= {"record_death", "record_cancellation", "record_fraud"}
    live = "SELECT count(*) FROM voucher WHERE journey_id = $1 AND standing = 'issued'"
    assert await rig.pool.fetchval(live, journey) == 0


async def test_a_consultation_is_arranged_within_five_working_days_of_the_confirmation(rig: Rig) -> None:
    """pingan-cancer-drug/SLA-3 GIFT-1 GIFT-2, pingan-longterm-b/SLA-4 GIFT-1 GIFT-2: from the expert's confirmation."""
    journey = await roads.seen_in_the_green_channel(rig)
    status = await rig.closed(journey)
    assert status.appointment is not None
    assert status.appointment.on is not None
    told = await rig.notices(journey)
    assert {"refusal_answer", "expert"} <= {notice.template for notice in told}


async def test_a_corrected_claim_keeps_its_papers_and_frees_its_voucher(rig: Rig) -> None:
    """The evidence counts again, the first voucher is void, and the limit holds the second reservation alone."""
    journey = await roads.corrected_with_a_voucher(rig)
    status = await rig.closed(journey)
    authorizations = [r.decision.verdict for r in status.decisions if r.decision.question == "authorization"]
    assert authorizations == [Verdict.APPROVED, Verdict.APPROVED]
    vouchers = await rig.pool.fetch("SELECT standing FROM voucher WHERE journey_id = $1 ORDER BY key", journey)
    assert [voucher["standing"] for voucher in vouchers] == ["void", "redeemed"]


async def test_an_investigation_that_fails_is_a_persons_refusal_with_its_reason(rig: Rig) -> None:
    """pingan-longterm-b/SLA-2: the insurer's word is recorded with who said it and why."""
    status = await rig.closed(await roads.investigated_and_refused(rig))
    last = status.decisions[-1]
    assert last.decided_by is not None
    assert (last.decision.verdict, last.reason) == (Verdict.REFUSED, "not disclosed")


async def test_fraud_stops_the_journey_and_what_came_back_returns_to_the_limit(rig: Rig) -> None:
    """yuanxin-cancer-drug/FRAUD-1: refused with its clause; what came back is free again, the rest stays committed."""
    journey = await roads.fraud_found_and_recovered(rig)
    status = await rig.closed(journey)
    assert "yuanxin-cancer-drug/FRAUD-1" in cited(status)
    assert status.money.refund_due == ZERO
    recovered = "SELECT sum(amount) FROM entry JOIN journal USING (journal_id) WHERE journey_id = $1 AND kind = $2"
    moved = f"{recovered} AND account = 'available'"
    assert await rig.pool.fetchval(moved, journey, "recover") == status.money.committed - 1


async def test_what_was_used_before_a_death_is_paid_and_what_was_not_goes_back(rig: Rig) -> None:
    """pingan-longterm-b/USE-1, yuanxin-cancer-drug/USE-1: for the insured person alone."""
    before = await rig.closed(await roads.died_before_the_hand_over(rig))
    assert (before.money.reserved, before.money.committed) == (ZERO, ZERO)
    after = await rig.closed(await roads.died_after_the_hand_over(rig))
    assert after.money.paid == after.money.committed > 0


async def test_a_refill_needs_no_second_authorization_where_the_first_covers_it(rig: Rig) -> None:
    """yuanxin-cancer-drug/FLOW-2; the totals of both prescriptions are kept, every decision numbered once."""
    status = await rig.closed(await roads.refilled_once(rig))
    asked = [record.decision.question for record in status.decisions]
    assert asked.count("authorization") == 1
    assert asked.count("prescription_review") == 2
    assert [record.number for record in status.decisions] == list(range(1, len(asked) + 1))
    assert status.prescription == 2
    assert status.money.earlier_paid == status.money.earlier_committed > status.money.committed == ZERO


async def test_a_prescription_too_soon_is_refused_and_the_treatment_goes_on(rig: Rig) -> None:
    """chinalife-cancer-rider/LIM-2: at least 20 days apart; a refill is authorized anew (FLOW-1)."""
    status = await rig.closed(await roads.refilled_after_a_refusal(rig))
    reviews = [r.decision.verdict for r in status.decisions if r.decision.question == "prescription_review"]
    assert reviews == [Verdict.APPROVED, Verdict.REFUSED, Verdict.APPROVED]
    assert [r.decision.question for r in status.decisions].count("authorization") == 3


@pytest.mark.parametrize("product", list(roads.PLACES))
async def test_a_refill_cycle_keeps_its_budget_of_events_and_actions(rig: Rig, product: str) -> None:
    """One prescription of a treatment that goes on, long after its run began: at most 60 events and 18 actions."""
    journey = await roads.at_refill(rig, product)
    run = await rig.resting_run(journey)
    await roads.refill(rig, journey, product)
    history = await rig.ended_run(journey, run)
    cost = count(history.events)
    assert cost.events <= REFILL_EVENTS, cost.events_by_type
    assert cost.actions <= REFILL_ACTIONS, cost.actions_by_kind
    await rig.done(journey, people.end_treatment())


async def test_on_hold_people_cannot_act_and_partners_still_report(rig: Rig) -> None:
    """Only the resumption, what partners report, and what ends the journey are possible."""
    journey = await roads.at_booking(rig, "pingan-longterm-b")
    await rig.done(journey, Hold(**people.by(ActorRole.SUPERVISOR), reason="a question"))
    status = await rig.waiting(journey, WaitingFor.RESUMPTION)
    assert status.actions[0].action == "resume"
    assert "choose_fulfilment" not in {offer.action for offer in status.actions}
    refused = await rig.act(journey, people.pick_up("上海", "上海"))
    assert refused.status_code == 409
    await rig.done(journey, people.withdraw())


async def test_a_refund_is_not_more_than_what_is_due(rig: Rig) -> None:
    """Where nothing is due no refund is taken."""
    journey = await roads.at_review(rig, "pingan-longterm-b")
    answer = await rig.act(journey, RecordRefund(**people.by(ActorRole.INSURER), amount=Decimal(1)))
    assert answer.status_code == 409
    await rig.done(journey, people.withdraw())


async def test_another_drug_is_another_claim(rig: Rig) -> None:
    """The next prescription is for the journey's drug; another one is refused with the field's name."""
    journey = await roads.at_refill(rig, "yuanxin-cancer-drug")
    other = rig.prescription("yuanxin-cancer-drug", drug={"name": "可瑞达"}, number="RX-OTHER")
    answer = await rig.act(journey, people.prescribe(other))
    assert answer.status_code == 422
    assert "prescription.drug" in answer.text
    await rig.done(journey, people.end_treatment())


async def test_an_action_of_an_earlier_run_that_comes_again_gets_its_receipt(rig: Rig) -> None:
    """The next run of the journey knows what was taken before: a repeated call-back changes nothing."""
    journey = await roads.at_review(rig, "yuanxin-cancer-drug", continuing=True)
    review = people.review()
    await rig.done(journey, review)
    await roads.collected_after_review(rig, journey, "yuanxin-cancer-drug")
    before = await rig.until(journey, roads.between_prescriptions)
    again = await rig.handle(journey).execute_update("record_review", review, id="another-id", result_type=Receipt)
    assert again.repeated
    assert (await rig.until(journey, roads.between_prescriptions)).revision == before.revision
    await rig.done(journey, people.end_treatment())


async def reported_alone(rig: Rig, product: str, **terms: str) -> str:
    """A reported journey whose policy no other journey uses."""
    number = await rig.policy(product, **terms)

    def change(data: dict[str, Any]) -> None:
        data["policy_number"] = number

    return await rig.report(product, change)


async def over_the_limit(rig: Rig) -> str:
    """A settled prescription of which part was advanced beyond the limit, and is to be refunded."""
    journey = await reported_alone(rig, "pingan-longterm-b", sum_insured="1000.00")
    await rig.waiting(journey, WaitingFor.REVIEW)
    await roads.collected(rig, journey, "pingan-longterm-b")
    await rig.waiting(journey, WaitingFor.REFUND)
    return journey


async def test_a_settled_claim_is_closed_once_what_was_advanced_beyond_the_limit_is_back(rig: Rig) -> None:
    """pingan-longterm-b/PAY-1: nothing of it touches the limit, which stays used up."""
    journey = await over_the_limit(rig)
    due = (await rig.waiting(journey, WaitingFor.REFUND)).money.refund_due
    await rig.done(journey, RecordRefund(**people.by(ActorRole.INSURER), amount=due))
    status = await rig.closed(journey)
    assert (status.stage, status.money.refund_due) == (Stage.COMPLETED, ZERO)
    assert await limit(rig, journey) == (ZERO, Decimal(1000))


async def reported_at_review(rig: Rig, product: str, number: str) -> str:
    """A journey of the policy `number` that waits for the pharmacist."""

    def change(data: dict[str, Any]) -> None:
        data["policy_number"] = number

    journey = await rig.report(product, change)
    await rig.waiting(journey, WaitingFor.REVIEW)
    return journey


@pytest.mark.parametrize("product", ["pingan-longterm-b", "pingan-cancer-drug"])
async def test_a_used_up_limit_refuses_before_anybody_books(rig: Rig, product: str) -> None:
    """pingan-longterm-b/PAY-1, pingan-cancer-drug/PAY-1: the voucher comes last, the estimate by what is left."""
    number = await rig.policy(product, sum_insured="10.00")
    first = await reported_at_review(rig, product, number)
    await roads.collected(rig, first, product)
    await rig.waiting(first, WaitingFor.REFUND)

    second = await reported_at_review(rig, product, number)
    await rig.done(second, people.review())
    status = await rig.closed(second)
    assert (status.stage, status.fulfilment, status.voucher) == (Stage.REFUSED, None, None)
    assert broken_by(status) == [f"{product}/PAY-1"]
    assert await rig.pool.fetchval("SELECT count(*) FROM journal WHERE journey_id = $1", second) == 0


def broken_by(status: JourneyStatus) -> list[str]:
    """The rules that a refused settlement cites."""
    last = status.decisions[-1].decision
    assert (last.question, last.verdict) == ("settlement", Verdict.REFUSED)
    broken = [finding for finding in last.findings if finding.outcome is Outcome.NOT_MET]
    return [cited.rule for finding in broken for cited in finding.citations]


@pytest.mark.parametrize("product", ["pingan-longterm-b", "pingan-cancer-drug"])
async def test_a_limit_that_others_have_only_set_aside_is_for_a_person_before_anybody_books(
    rig: Rig, product: str
) -> None:
    """pingan-longterm-b/PAY-1, pingan-cancer-drug/PAY-1: liability ends by what was paid, and this may come free."""
    number = await rig.policy(product, sum_insured="10.00")
    first = await reported_at_review(rig, product, number)
    await rig.done(first, people.review())
    booking = await rig.waiting(first, WaitingFor.BOOKING)
    assert booking.money.estimate is not None
    assert booking.money.estimate.insurer_pays == Decimal(10)
    await rig.done(first, people.pick_up(*roads.PLACES[product], **roads.AGREED))
    await rig.waiting(first, WaitingFor.HAND_OVER)

    second = await reported_at_review(rig, product, number)
    await rig.done(second, people.review())
    await rig.waiting(second, WaitingFor.REFERRAL)
    assert await rig.pool.fetchval("SELECT count(*) FROM journal WHERE journey_id = $1", second) == 0
    await rig.done(first, people.withdraw())
    assert await limit(rig, first) == (ZERO, ZERO)
    word = DecideReferral(**people.by(ActorRole.INSURER_REVIEWER), approved=True, reason="the other claim is withdrawn")
    await rig.done(second, word)
    status = await rig.waiting(second, WaitingFor.BOOKING)
    assert status.money.estimate is not None
    assert status.money.estimate.insurer_pays == Decimal(10)


async def test_fraud_found_while_a_refund_is_awaited_claims_everything_back(rig: Rig) -> None:
    """pingan-longterm-b/FRAUD-1: a settled claim that is not closed yet ends otherwise, and what came back is free."""
    journey = await over_the_limit(rig)
    before = (await rig.waiting(journey, WaitingFor.REFUND)).money
    found = RecordFraud(**people.by(ActorRole.INSURER), found_on=date(2026, 11, 21), reason="another patient")
    await rig.done(journey, found)
    recovering = await rig.until(journey, lambda status: status.stage is Stage.RECOVERY)
    assert recovering.money.refund_due == before.refund_due + before.committed
    await rig.done(journey, RecordRefund(**people.by(ActorRole.INSURER), amount=recovering.money.refund_due))
    assert (await rig.closed(journey)).stage is Stage.TERMINATED
    assert await limit(rig, journey) == (ZERO, ZERO)


async def test_fraud_found_before_the_dispensing_is_booked_frees_the_limit(rig: Rig) -> None:
    """The drug is with somebody, the pharmacy refuses to book it: nothing is paid and nothing stays set aside."""
    journey = await reported_alone(rig, "yuanxin-cancer-drug")
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    await rig.behave("pharmacy", "dispense", {"kind": "refuse"}, journey_id=journey)
    await rig.done(journey, people.pick_up(*roads.PLACES["yuanxin-cancer-drug"], **roads.AGREED))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, people.hand_over(await rig.code(journey)))
    await rig.waiting(journey, WaitingFor.HAND_OFF_HELP)
    found = RecordFraud(**people.by(ActorRole.INSURER), found_on=date(2026, 11, 21), reason="another patient")
    await rig.done(journey, found)
    assert (await rig.closed(journey)).stage is Stage.TERMINATED
    assert await limit(rig, journey) == (ZERO, ZERO)


async def test_news_while_a_journey_is_ending_is_put_before_a_supervisor(rig: Rig) -> None:
    """Withdrawn, and the pharmacy refuses to take the drug back: a death then changes nothing, and is not lost."""
    journey = await roads.at_booking(rig, "pingan-longterm-b")
    await rig.behave("pharmacy", "release", {"kind": "refuse"}, journey_id=journey)
    await rig.done(journey, people.pick_up("上海", "上海"))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, people.withdraw())
    await rig.waiting(journey, WaitingFor.HAND_OFF_HELP)
    await rig.done(journey, RecordDeath(**people.by(ActorRole.SERVICE_AGENT), died_on=date(2026, 11, 20)))
    told = await rig.waiting(journey, WaitingFor.HAND_OFF_HELP)
    assert "record_death" in told.escalations[-1].reason.en
    await rig.done(journey, people.retry())
    assert (await rig.closed(journey)).stage is Stage.WITHDRAWN

"""Partners that fail in every way: the journey settles all the same, and nothing happens twice."""

from typing import Any

import pytest

from schemas.journey import Stage, WaitingFor
from tests import people
from tests.rig import Rig
from tests.roads import (
    at_booking,
    delivered_after_damage,
    ended,
    handed_over_after_a_withdrawal,
    papers_without_the_hospital,
    withdrawn_before_the_courier_came,
    withdrawn_too_late,
)

PRODUCT = "pingan-longterm-b"
FAILURES: dict[str, dict[str, Any]] = {
    "500": {"kind": "fail"},
    "503": {"kind": "fail", "status": 503},
    "429": {"kind": "too_many", "seconds": 0.1},
    "nonsense": {"kind": "nonsense"},
    "nothing": {"kind": "silent", "seconds": 0.2},
    "done-but-answer-lost": {"kind": "lost_answer", "seconds": 0.2},
    "called-back-twice": {"kind": "twice"},
    "called-back-twice-under-two-ids": {"kind": "twice", "distinct": True},
}


async def _kept(rig: Rig, what: str, journey: str) -> list[Any]:
    answer = await rig.partners.get(f"/_sandbox/{what}", params={"journey_id": journey})
    found: list[Any] = answer.json()
    return found


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_partner_that_fails_once_delays_and_doubles_nothing(rig: Rig, failure: str) -> None:
    """Reservation, dispensing, payment: whatever goes wrong once, each exists once and the books agree."""
    journey = await at_booking(rig, PRODUCT)
    for partner, operation in (("pharmacy", "reserve"), ("pharmacy", "dispense"), ("insurer", "order_payment")):
        await rig.behave(partner, operation, FAILURES[failure], journey_id=journey)
    await rig.done(journey, people.pick_up("上海", "上海"))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, people.hand_over(await rig.code(journey)))
    await ended(rig, journey)
    status = await rig.closed(journey)
    assert status.stage is Stage.COMPLETED
    assert [len(await _kept(rig, what, journey)) for what in ("reservations", "dispensings", "payments")] == [1, 1, 1]
    assert status.money.paid == status.money.committed > 0


@pytest.mark.parametrize("kind", ["refuse", "unauthorized", "not_found", "conflict"])
async def test_a_partner_that_refuses_puts_the_journey_before_a_person(rig: Rig, kind: str) -> None:
    """400s are not hammered: the reason is shown, a service agent has it tried again, and it settles once."""
    journey = await at_booking(rig, PRODUCT)
    await rig.behave("pharmacy", "reserve", {"kind": kind}, journey_id=journey)
    await rig.done(journey, people.pick_up("上海", "上海"))
    status = await rig.waiting(journey, WaitingFor.HAND_OFF_HELP)
    assert "pharmacy.reserve" in status.escalations[-1].reason.en
    offered = [offer.action for offer in status.actions]
    assert offered == ["retry_hand_off", "hold", "withdraw", "record_death", "record_cancellation", "record_fraud"]
    await rig.done(journey, people.retry())
    status = await rig.waiting(journey, WaitingFor.HAND_OVER)
    assert not any(escalation.open for escalation in status.escalations)
    assert len(await _kept(rig, "reservations", journey)) == 1


async def test_an_unknown_policy_is_shown_with_the_insurers_reason_and_can_be_withdrawn(rig: Rig) -> None:
    """The insurer does not know the policy: nothing is guessed, the claim can be withdrawn."""

    def change(data: dict[str, Any]) -> None:
        data["policy_number"] = "NO-SUCH-POLICY"

    journey = await rig.report(PRODUCT, change)
    status = await rig.waiting(journey, WaitingFor.HAND_OFF_HELP)
    assert "insurer.coverage" in status.escalations[-1].reason.en
    await rig.done(journey, people.withdraw())
    assert (await rig.closed(journey)).stage is Stage.WITHDRAWN


async def test_a_wrong_voucher_code_keeps_the_drug_at_the_counter(rig: Rig) -> None:
    """The counter's check is refused with its clause; the right code then hands the drug over."""
    journey = await at_booking(rig, PRODUCT)
    await rig.done(journey, people.pick_up("上海", "上海"))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, people.hand_over("WRONG-CODE-99"))
    status = await rig.waiting(journey, WaitingFor.HAND_OVER)
    assert status.decisions[-1].decision.question == "counter"
    assert str(status.decisions[-1].decision.verdict) == "refused"
    await rig.done(journey, people.hand_over(await rig.code(journey)))
    assert (await rig.closed(journey)).stage is Stage.COMPLETED


async def test_a_booking_the_product_does_not_allow_leaves_the_choice_open(rig: Rig) -> None:
    """FUL-1: a drug of the social-insurance catalogue is pick-up only; delivery is refused, pick-up then works."""
    journey = await at_booking(rig, "pingan-cancer-drug")
    await rig.done(journey, people.delivery("广东", "广州"))
    status = await rig.waiting(journey, WaitingFor.BOOKING)
    refused = status.decisions[-1].decision
    assert str(refused.verdict) == "refused"
    assert "pingan-cancer-drug/FUL-1" in {
        citation.rule
        for finding in refused.findings
        if str(finding.outcome) == "not_met"
        for citation in finding.citations
    }
    await rig.done(journey, people.pick_up("广东", "广州"))
    await rig.waiting(journey, WaitingFor.HAND_OVER)


async def test_a_look_up_that_fails_at_once_is_asked_again_on_the_partners_queue(rig: Rig) -> None:
    """The insurer is away for the quick look-up and the first patient one: the journey waits and goes on."""
    number = await rig.policy(PRODUCT)

    def change(data: dict[str, Any]) -> None:
        data["policy_number"] = number

    await rig.behave("insurer", "coverage", {"kind": "fail", "times": 3})
    journey = await rig.report(PRODUCT, change)
    await rig.waiting(journey, WaitingFor.REVIEW)
    history = await rig.handle(journey).fetch_history()
    asked = [event for event in history.events if event.HasField("activity_task_scheduled_event_attributes")]
    assert [event.activity_task_scheduled_event_attributes.activity_type.name for event in asked] == [
        "insurer.coverage"
    ]


async def test_a_hospital_that_does_not_help_holds_up_nobody(rig: Rig) -> None:
    """A supervisor is told, and the papers of the insured person count as any others."""
    journey = await papers_without_the_hospital(rig)
    status = await rig.closed(journey)
    assert "hospital.request_records failed" in status.escalations[0].reason.en
    assert [str(record.decision.verdict) for record in status.decisions] == ["papers_due", "approved"]


async def test_a_withdrawal_takes_the_courier_back(rig: Rig) -> None:
    """Nothing is carried to a person who does not want it any more, and the pharmacy may sell the drug."""
    journey = await withdrawn_before_the_courier_came(rig)
    assert (await rig.closed(journey)).stage is Stage.WITHDRAWN
    [parcel], [reservation] = await _kept(rig, "parcels", journey), await _kept(rig, "reservations", journey)
    assert (parcel["status"], reservation["status"]) == ("cancelled", "released")


async def test_a_parcel_the_carrier_damaged_is_carried_anew_and_a_supervisor_told(rig: Rig) -> None:
    """A second parcel for the same reservation; one dispensing, one payment."""
    journey = await delivered_after_damage(rig)
    status = await rig.closed(journey)
    assert status.stage is Stage.COMPLETED
    assert "damaged_by_carrier" in status.escalations[0].reason.en
    assert [len(await _kept(rig, what, journey)) for what in ("parcels", "dispensings", "payments")] == [2, 1, 1]


async def test_a_parcel_on_its_way_is_not_undone_by_a_withdrawal(rig: Rig) -> None:
    """What the patient gets is settled: a person is told at once, and nobody's money or drug is lost from sight."""
    journey = await withdrawn_too_late(rig)
    status = await rig.closed(journey)
    assert status.stage is Stage.COMPLETED
    assert "on its way" in status.escalations[0].reason.en
    assert status.money.paid == status.money.committed > 0
    assert [len(await _kept(rig, what, journey)) for what in ("dispensings", "payments")] == [1, 1]


async def test_a_hand_over_ends_a_withdrawal_that_was_not_acted_on(rig: Rig) -> None:
    """Both were accepted in the same hand-off: the drug is with the patient, so the claim is settled, once."""
    journey = await handed_over_after_a_withdrawal(rig)
    status = await rig.closed(journey)
    assert status.stage is Stage.COMPLETED
    assert status.money.paid == status.money.committed > 0
    assert any("too late" in entry.what.en for entry in await rig.entries(journey))

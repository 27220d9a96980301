"""The roads a drug journey can take, each driven to its end on a running house; gives the journey's id."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from schemas.actions import (
    AcceptRefusal,
    ConcludeInvestigation,
    ConfirmExpert,
    DecideReferral,
    Hold,
    OpenInvestigation,
    RecommendExpert,
    RecordAppointment,
    RecordCancellation,
    RecordConsultation,
    RecordDeath,
    RecordFraud,
    RecordRefund,
    Resume,
    ReviewResult,
    SubmitPapers,
)
from schemas.civil import CHINA, china_date
from schemas.journey import JourneyStatus, Stage, WaitingFor
from schemas.papers import Paper, PaperForm, PaperKind
from schemas.people import ActorRole
from tests import people
from tests.rig import Rig

PLACES = {
    "pingan-longterm-b": ("上海", "上海"),
    "pingan-cancer-drug": ("广东", "广州"),
    "chinalife-cancer-rider": ("浙江", "杭州"),
    "axa-excellence": ("江苏", "南京"),
    "yuanxin-cancer-drug": ("四川", "成都"),
}
"""Where the person of each sample claim lives: every product has a designated pharmacy there, or prints no table."""
AGREED: dict[str, Any] = {"hospital_consent": True, "doctor_consent": True, "partial_advance_accepted": True}


async def picked_up(rig: Rig, product: str) -> str:
    """The main road with pick-up at the counter."""
    journey = await at_booking(rig, product)
    await rig.done(journey, people.pick_up(*PLACES[product], **AGREED))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, people.hand_over(await rig.code(journey)))
    return await ended(rig, journey)


async def delivered(rig: Rig) -> str:
    """The main road with delivery; the courier calls back."""
    journey = await at_booking(rig, "pingan-longterm-b")
    await rig.done(journey, people.delivery("上海", "上海"))
    return await ended(rig, journey)


async def refused_at_authorization(rig: Rig) -> str:
    """First diagnosed in the waiting period."""

    def change(data: dict[str, Any]) -> None:
        data["diagnosis"]["diagnosed_on"] = "2026-01-30"

    return await ended(rig, await rig.report("pingan-cancer-drug", change))


async def refused_at_review_after_papers(rig: Rig) -> str:
    """Papers asked for at review, then an off-label prescription."""
    journey = await at_review(rig, "pingan-longterm-b")
    await rig.done(journey, people.review(result=ReviewResult.PAPERS_NEEDED, papers_needed=("imaging",)))
    await rig.waiting(journey, WaitingFor.PAPERS)
    paper = Paper(kind=PaperKind.IMAGING, form=PaperForm.COPY)
    await rig.done(journey, SubmitPapers(**people.by(ActorRole.INSURED), papers=(paper,)))
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review(people.OFF_LABEL, ReviewResult.REFUSED))
    await rig.waiting(journey, WaitingFor.REFUSAL_ANSWER)
    await rig.done(journey, AcceptRefusal(**people.by(ActorRole.INSURED), green_channel=False))
    return await ended(rig, journey)


async def referred_and_settled(rig: Rig) -> str:
    """The pharmacist's no against the rules, decided by a supervisor; then settled."""
    journey = await at_review(rig, "pingan-longterm-b")
    await rig.done(journey, people.review(people.GOOD, ReviewResult.REFUSED))
    await rig.waiting(journey, WaitingFor.REFERRAL)
    word = DecideReferral(**people.by(ActorRole.SUPERVISOR), approved=True, reason="the label was read again")
    await rig.done(journey, word)
    await rig.waiting(journey, WaitingFor.BOOKING)
    await rig.done(journey, people.delivery("上海", "上海"))
    return await ended(rig, journey)


async def supplied_by_aid(rig: Rig) -> str:
    """The foundation supplies the drug."""
    journey = await at_aid(rig, "pingan-longterm-b")
    await rig.done(journey, people.apply_for_aid())
    return await ended(rig, journey)


async def aid_refused_then_insured(rig: Rig) -> str:
    """The foundation refuses; a second review, then the insurance pays."""
    journey = await at_aid(rig, "pingan-longterm-b")
    await rig.behave("foundation", "apply", {"outcome": {"approved": False}}, journey_id=journey)
    await rig.done(journey, people.apply_for_aid())
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    await rig.done(journey, people.delivery("上海", "上海"))
    return await ended(rig, journey)


async def aid_not_applied_for(rig: Rig) -> str:
    """Aid could be had and was not applied for."""
    journey = await at_aid(rig, "pingan-longterm-b")
    await rig.done(journey, people.decline_aid("not_applied"))
    return await ended(rig, journey)


async def withdrawn_at_the_counter(rig: Rig) -> str:
    """Withdrawn while the drug is kept at the pharmacy."""
    journey = await at_booking(rig, "pingan-longterm-b")
    await rig.done(journey, people.pick_up("上海", "上海"))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, people.withdraw())
    return await ended(rig, journey)


async def withdrawn_before_the_courier_came(rig: Rig) -> str:
    """Withdrawn after a delivery was booked and before the parcel was fetched."""
    journey = await at_booking(rig, "pingan-longterm-b")
    await rig.behave("courier", "book", {"callback_after": 600}, journey_id=journey)
    await rig.done(journey, people.delivery("上海", "上海"))
    await rig.until(journey, lambda status: bool(status.fulfilment and status.fulfilment.tracking_number))
    await rig.done(journey, people.withdraw())
    return await ended(rig, journey)


async def withdrawn_too_late(rig: Rig) -> str:
    """Withdrawn while the parcel is on its way; the courier does not take it back, so it is handed over and settled."""
    journey = await at_booking(rig, "pingan-longterm-b")
    await rig.behave("courier", "book", {"kind": "no_callback"}, journey_id=journey)
    await rig.done(journey, people.delivery("上海", "上海"))
    await rig.until(journey, lambda status: bool(status.fulfilment and status.fulfilment.tracking_number))
    await rig.fetched(journey)
    await rig.done(journey, people.withdraw())
    await rig.until(journey, lambda status: bool(status.escalations))
    await rig.done(journey, people.hand_over(await rig.code(journey)))
    return await ended(rig, journey)


async def handed_over_after_a_withdrawal(rig: Rig) -> str:
    """Withdrawn while the courier's booking is under way, and handed over before the withdrawal was acted on."""
    journey = await at_booking(rig, "pingan-longterm-b")
    await rig.behave("courier", "book", {"kind": "fail", "times": 2}, {"kind": "no_callback"}, journey_id=journey)
    await rig.done(journey, people.delivery("上海", "上海"))
    await rig.until(journey, lambda status: status.wait.on is ActorRole.COURIER)
    await rig.done(journey, people.withdraw())
    await rig.done(journey, people.hand_over(await rig.code(journey)))
    return await ended(rig, journey)


async def delivered_after_damage(rig: Rig) -> str:
    """The carrier damages the first parcel and delivers the second."""
    journey = await at_booking(rig, "pingan-longterm-b")
    damaged = {"outcome": {"problem": "damaged_by_carrier", "reason": "box crushed"}}
    await rig.behave("courier", "book", damaged, journey_id=journey)
    await rig.done(journey, people.delivery("上海", "上海"))
    return await ended(rig, journey)


async def papers_without_the_hospital(rig: Rig) -> str:
    """The hospital refuses to send its papers; the insured person brings them, and withdraws later."""
    await rig.behave("hospital", "request_records", {"kind": "refuse", "field": "hospital", "reason": "no"})

    def change(data: dict[str, Any]) -> None:
        data["papers"] = [paper for paper in data["papers"] if paper["kind"] != "pathology_report"]

    journey = await rig.report("pingan-cancer-drug", change)
    await rig.until(journey, lambda status: bool(status.escalations))
    paper = Paper(kind=PaperKind.PATHOLOGY_REPORT, form=PaperForm.ORIGINAL)
    await rig.done(journey, SubmitPapers(**people.by(ActorRole.INSURED), papers=(paper,)))
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.withdraw())
    return await ended(rig, journey)


async def helped_after_a_refusing_partner(rig: Rig) -> str:
    """The pharmacy refuses the reservation once; a service agent sends it again."""
    journey = await at_booking(rig, "pingan-longterm-b")
    await rig.behave("pharmacy", "reserve", {"kind": "refuse", "field": "quantity", "reason": "no"}, journey_id=journey)
    await rig.done(journey, people.delivery("上海", "上海"))
    await rig.waiting(journey, WaitingFor.HAND_OFF_HELP)
    await rig.done(journey, people.retry())
    return await ended(rig, journey)


async def withdrawn_for_an_unknown_policy(rig: Rig) -> str:
    """The insurer does not know the policy, at once or on its queue; the claim is withdrawn."""

    def change(data: dict[str, Any]) -> None:
        data["policy_number"] = "NO-SUCH-POLICY"

    journey = await rig.report("pingan-longterm-b", change)
    await rig.waiting(journey, WaitingFor.HAND_OFF_HELP)
    await rig.done(journey, people.withdraw())
    return await ended(rig, journey)


async def seen_in_the_green_channel(rig: Rig) -> str:
    """Refused at review; the refusal is accepted and earns a consultation with the second expert recommended."""
    journey = await refused_at_review(rig, "pingan-cancer-drug")
    await rig.done(journey, AcceptRefusal(**people.by(ActorRole.INSURED), green_channel=True))
    for confirmed in (False, True):
        await rig.waiting(journey, WaitingFor.EXPERT)
        expert = RecommendExpert(
            **people.by(ActorRole.SERVICE_AGENT), hospital="中山大学附属第一医院", department="肿瘤科"
        )
        await rig.done(journey, expert)
        await rig.waiting(journey, WaitingFor.EXPERT_CONFIRMATION)
        await rig.done(journey, ConfirmExpert(**people.by(ActorRole.INSURED), confirmed=confirmed))
    await rig.waiting(journey, WaitingFor.APPOINTMENT)
    arranged = RecordAppointment(**people.by(ActorRole.SERVICE_AGENT), on=date(2026, 12, 1))
    await rig.done(journey, arranged)
    await rig.waiting(journey, WaitingFor.CONSULTATION)
    await rig.done(journey, RecordConsultation(**people.by(ActorRole.SERVICE_AGENT), attended=True))
    return await ended(rig, journey)


async def corrected_after_a_refusal(rig: Rig) -> str:
    """Refused at review, corrected to another prescription, and settled: the papers are not asked for again."""
    journey = await refused_at_review(rig, "pingan-longterm-b")
    prescription = rig.prescription("pingan-longterm-b", number="RX-CORRECTED")
    await rig.done(journey, people.correct(prescription=prescription))
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    await rig.done(journey, people.delivery("上海", "上海"))
    return await ended(rig, journey)


async def corrected_with_a_voucher(rig: Rig) -> str:
    """Corrected after the voucher was issued: it is void, another one is issued for the corrected claim."""
    journey = await at_booking(rig, "chinalife-cancer-rider")
    prescription = rig.prescription("chinalife-cancer-rider", quantity="1")
    await rig.done(journey, people.correct(prescription=prescription))
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    await rig.done(journey, people.pick_up(*PLACES["chinalife-cancer-rider"], **AGREED))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, people.hand_over(await rig.code(journey)))
    return await ended(rig, journey)


async def investigated_and_refused(rig: Rig) -> str:
    """The insurer investigates while the prescription is reviewed, and refuses."""
    journey = await investigated(rig, passed=False, reason="not disclosed")
    return await ended(rig, journey)


async def investigated_and_settled(rig: Rig) -> str:
    """The insurer investigates and lets the claim go on; its review's clock stood meanwhile."""
    journey = await investigated(rig, passed=True, reason="all is well")
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    await rig.done(journey, people.delivery("上海", "上海"))
    return await ended(rig, journey)


async def held_and_delivered(rig: Rig) -> str:
    """On hold while the parcel is on its way: what the courier reports is kept and acted on after the resumption."""
    journey = await at_booking(rig, "pingan-longterm-b")
    await rig.behave("courier", "book", {"kind": "no_callback"}, journey_id=journey)
    await rig.done(journey, people.delivery("上海", "上海"))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, Hold(**people.by(ActorRole.SUPERVISOR), reason="a question of the insurer"))
    await rig.waiting(journey, WaitingFor.RESUMPTION)
    handed_over = people.hand_over(await rig.code(journey)).model_copy(update=people.by(ActorRole.COURIER))
    await rig.done(journey, handed_over)
    await rig.done(journey, Resume(**people.by(ActorRole.SUPERVISOR), reason="answered"))
    return await ended(rig, journey)


async def held_and_withdrawn(rig: Rig) -> str:
    """On hold at review; the insured person withdraws all the same."""
    journey = await at_review(rig, "yuanxin-cancer-drug")
    await rig.done(journey, Hold(**people.by(ActorRole.SERVICE_AGENT), reason="the address is being checked"))
    await rig.waiting(journey, WaitingFor.RESUMPTION)
    await rig.done(journey, people.withdraw())
    return await ended(rig, journey)


async def cancelled_before_the_review(rig: Rig) -> str:
    """The policy ends before anything was handed over."""
    journey = await at_review(rig, "pingan-cancer-drug")
    word = RecordCancellation(**people.by(ActorRole.INSURER), effective_on=date(2026, 5, 1), reason="surrendered")
    await rig.done(journey, word)
    return await ended(rig, journey)


async def died_before_the_hand_over(rig: Rig) -> str:
    """The insured person dies while the drug is kept at the pharmacy: it goes back."""
    journey = await at_booking(rig, "pingan-longterm-b")
    await rig.done(journey, people.pick_up("上海", "上海"))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, RecordDeath(**people.by(ActorRole.SERVICE_AGENT), died_on=date(2026, 11, 20)))
    return await ended(rig, journey)


async def died_after_the_hand_over(rig: Rig) -> str:
    """The insured person dies after the drug was handed over: what was used is paid."""
    journey = await at_payment(rig, "yuanxin-cancer-drug")
    today = china_date(datetime.now(CHINA))
    await rig.done(journey, RecordDeath(**people.by(ActorRole.SERVICE_AGENT), died_on=today))
    await rig.done(journey, await rig.payment(journey))
    return await ended(rig, journey)


async def fraud_found_and_recovered(rig: Rig) -> str:
    """The user was not the insured person: the journey stops, what was owed comes back and returns to the limit."""
    journey = await at_payment(rig, "yuanxin-cancer-drug")
    fraud = RecordFraud(**people.by(ActorRole.INSURER), found_on=date(2026, 11, 21), reason="another patient")
    await rig.done(journey, fraud)
    due = (await rig.waiting(journey, WaitingFor.REFUND)).money.refund_due
    await rig.done(journey, RecordRefund(**people.by(ActorRole.INSURER), amount=due - 1))
    await rig.done(journey, RecordRefund(**people.by(ActorRole.INSURER), amount=Decimal(0), settled=True))
    return await ended(rig, journey)


async def fraud_found_after_closing(rig: Rig) -> str:
    """The claim is settled and closed when it is found that another was treated: it is taken up again."""
    journey = await picked_up(rig, "yuanxin-cancer-drug")
    fraud = RecordFraud(**people.by(ActorRole.INSURER), found_on=date(2026, 11, 21), reason="another patient")
    await rig.done(journey, fraud)
    due = (await rig.waiting(journey, WaitingFor.REFUND)).money.refund_due
    await rig.done(journey, RecordRefund(**people.by(ActorRole.INSURER), amount=due))
    return await ended(rig, journey)


async def refilled_once(rig: Rig) -> str:
    """A treatment that goes on: a second prescription without another authorization, then its end."""
    journey = await at_refill(rig, "yuanxin-cancer-drug")
    await refill(rig, journey, "yuanxin-cancer-drug")
    await rig.until(journey, between_prescriptions)
    await rig.done(journey, people.end_treatment())
    return await ended(rig, journey)


async def refilled_after_a_refusal(rig: Rig) -> str:
    """The second prescription comes too soon and is refused; the treatment goes on with the third, authorized anew."""
    product = "chinalife-cancer-rider"
    journey = await at_refill(rig, product)
    issued = rig.prescription(product).issued_on
    early = rig.prescription(product, number="RX-EARLY", issued_on=(issued + timedelta(days=19)).isoformat())
    await rig.done(journey, people.prescribe(early, people.ALL_ORIGINALS))
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    await rig.until(journey, between_prescriptions)
    await refill(rig, journey, product)
    await rig.until(journey, between_prescriptions)
    await rig.done(journey, people.end_treatment())
    return await ended(rig, journey)


ROADS: dict[str, Callable[[Rig], Awaitable[str]]] = {
    **{f"picked-up-{product}": partial(picked_up, product=product) for product in PLACES},
    "delivered": delivered,
    "refused-at-authorization": refused_at_authorization,
    "refused-at-review-after-papers": refused_at_review_after_papers,
    "referred-and-settled": referred_and_settled,
    "supplied-by-aid": supplied_by_aid,
    "aid-refused-then-insured": aid_refused_then_insured,
    "aid-not-applied-for": aid_not_applied_for,
    "withdrawn-at-the-counter": withdrawn_at_the_counter,
    "withdrawn-for-an-unknown-policy": withdrawn_for_an_unknown_policy,
    "helped-after-a-refusing-partner": helped_after_a_refusing_partner,
    "withdrawn-before-the-courier-came": withdrawn_before_the_courier_came,
    "withdrawn-too-late": withdrawn_too_late,
    "handed-over-after-a-withdrawal": handed_over_after_a_withdrawal,
    "delivered-after-damage": delivered_after_damage,
    "papers-without-the-hospital": papers_without_the_hospital,
    "seen-in-the-green-channel": seen_in_the_green_channel,
    "corrected-after-a-refusal": corrected_after_a_refusal,
    "corrected-with-a-voucher": corrected_with_a_voucher,
    "investigated-and-refused": investigated_and_refused,
    "investigated-and-settled": investigated_and_settled,
    "held-and-delivered": held_and_delivered,
    "held-and-withdrawn": held_and_withdrawn,
    "cancelled-before-the-review": cancelled_before_the_review,
    "died-before-the-hand-over": died_before_the_hand_over,
    "died-after-the-hand-over": died_after_the_hand_over,
    "fraud-found-and-recovered": fraud_found_and_recovered,
    "fraud-found-after-closing": fraud_found_after_closing,
    "refilled-once": refilled_once,
    "refilled-after-a-refusal": refilled_after_a_refusal,
}
"""Every road by its name."""


async def at_review(rig: Rig, product: str, *, continuing: bool = False) -> str:
    """A journey that waits for the pharmacist; with `continuing`, of a treatment that goes on."""

    def change(data: dict[str, Any]) -> None:
        data["continuing"] = continuing

    journey = await rig.report(product, change)
    await rig.waiting(journey, WaitingFor.REVIEW)
    return journey


async def at_booking(rig: Rig, product: str) -> str:
    """A journey whose prescription passed and whose patient books."""
    journey = await at_review(rig, product)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    return journey


async def refused_at_review(rig: Rig, product: str) -> str:
    """A journey whose prescription departs from the label, under a product that grants a consultation for that."""
    journey = await at_review(rig, product)
    await rig.done(journey, people.review(people.OFF_LABEL, ReviewResult.REFUSED))
    await rig.waiting(journey, WaitingFor.REFUSAL_ANSWER)
    return journey


async def investigated(rig: Rig, *, passed: bool, reason: str) -> str:
    """A journey whose insurer investigated it during the review, and concluded."""
    journey = await at_review(rig, "pingan-longterm-b")
    await rig.done(journey, OpenInvestigation(**people.by(ActorRole.INSURER), reason="two policies"))
    await rig.waiting(journey, WaitingFor.INVESTIGATION)
    word = ConcludeInvestigation(**people.by(ActorRole.INSURER_REVIEWER), passed=passed, reason=reason)
    await rig.done(journey, word)
    return journey


async def at_payment(rig: Rig, product: str) -> str:
    """A journey whose drug is with the patient and whose insurer was told to pay, and has not."""
    journey = await at_booking(rig, product)
    await rig.behave("insurer", "order_payment", {"kind": "no_callback"}, journey_id=journey)
    await rig.done(journey, people.pick_up(*PLACES[product], **AGREED))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, people.hand_over(await rig.code(journey)))
    await rig.waiting(journey, WaitingFor.PAYMENT)
    return journey


async def at_refill(rig: Rig, product: str) -> str:
    """A treatment that goes on, its first prescription settled."""
    journey = await at_review(rig, product, continuing=True)
    await collected(rig, journey, product)
    await rig.until(journey, between_prescriptions)
    return journey


async def refill(rig: Rig, journey: str, product: str) -> None:
    """The next prescription, to its settlement."""
    issued = rig.prescription(product).issued_on + timedelta(days=28)
    papers = people.ALL_ORIGINALS
    following = rig.prescription(product, number=f"RX-{people.key()}", issued_on=issued.isoformat())
    await rig.done(journey, people.prescribe(following, papers))
    await rig.waiting(journey, WaitingFor.REVIEW)
    await collected(rig, journey, product)


async def collected(rig: Rig, journey: str, product: str) -> None:
    """From the review to the counter."""
    await rig.done(journey, people.review())
    await collected_after_review(rig, journey, product)


async def collected_after_review(rig: Rig, journey: str, product: str) -> None:
    """From the passed review to the counter."""
    await rig.waiting(journey, WaitingFor.BOOKING)
    await rig.done(journey, people.pick_up(*PLACES[product], **AGREED))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, people.hand_over(await rig.code(journey)))


def between_prescriptions(status: JourneyStatus) -> bool:
    """Whether the next prescription is awaited."""
    return status.stage is Stage.REFILL


async def at_aid(rig: Rig, product: str) -> str:
    """A journey at the question whether the patient applies for aid; the program stays open."""
    journey = await at_review(rig, product)
    told = await rig.partners.post("/_sandbox/programs", json=[{"drug_id": rig.drug(product)}])
    assert told.status_code < 300, told.text
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.AID_APPLICATION)
    return journey


async def ended(rig: Rig, journey: str) -> str:
    """The journey, once it is over."""
    await rig.closed(journey)
    return journey

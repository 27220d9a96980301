"""The roads a drug journey can take, each driven to its end on a running house; gives the journey's id."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from schemas.actions import DecideReferral, ReviewResult, SubmitPapers
from schemas.journey import WaitingFor
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
    off_label = people.GOOD.model_copy(update={"on_label": False})
    await rig.done(journey, people.review(off_label, ReviewResult.REFUSED))
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
}
"""Every road by its name."""


async def at_review(rig: Rig, product: str) -> str:
    """A journey that waits for the pharmacist."""
    journey = await rig.report(product)
    await rig.waiting(journey, WaitingFor.REVIEW)
    return journey


async def at_booking(rig: Rig, product: str) -> str:
    """A journey whose prescription passed and whose patient books."""
    journey = await at_review(rig, product)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    return journey


async def at_aid(rig: Rig, product: str) -> str:
    """A journey at the question whether the patient applies for aid; the program stays open."""
    journey = await at_review(rig, product)
    told = await rig.partners.post("/_sandbox/programs", json=[{"drug_id": rig.drug(product)}])
    assert told.status_code < 300, told.text
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.AID_APPLICATION)
    return journey


async def ended(rig: Rig, journey: str) -> str:
    """Wait until the journey's run is over, not only its status."""
    await rig.closed(journey)
    await rig.handle(journey).result()
    return journey

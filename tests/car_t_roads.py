"""The roads a CAR-T journey can take on a running house, its partners played over HTTP; each gives the journey's id."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from schemas.actions import DecideReferral, RecordDeath, RecordFraud, RecordRefund, Withdraw
from schemas.car_t_actions import (
    ArrangeTreatment,
    BookAssessment,
    DecideRemanufacture,
    EndMonitoring,
    RecordEfficacy,
    RecordInfusion,
    RecordLymphodepletion,
    ResolveDeviation,
    Response,
)
from schemas.custody import Disposition, IdentityCheck
from schemas.decision import Verdict
from schemas.journey import WaitingFor
from schemas.people import ActorRole
from tests import people
from tests.rig import Rig

SAMPLE = "chinalife-cancer-rider-car-t"
SITE = "浙江大学医学院附属第一医院"
COST = Decimal("1200000.00")


async def settled(rig: Rig) -> str:
    """From the report to the settled bill; the partners call back by themselves."""
    journey = await arranged(rig)
    await rig.closed(journey)
    return journey


async def unsuitable(rig: Rig) -> str:
    """The institution finds the patient unsuitable."""
    journey = await reported(rig)
    await rig.behave("hospital", "book_assessment", {"outcome": {"suitable": False}}, journey_id=journey)
    await book(rig, journey)
    await rig.closed(journey)
    return journey


async def at_an_undesignated_campus(rig: Rig) -> str:
    """The first institution booked is not on the list; another is, and then the claim is withdrawn."""
    journey = await reported(rig)
    await rig.waiting(journey, WaitingFor.ASSESSMENT_BOOKING)
    await rig.done(journey, booking("浙江大学医学院附属第一医院余杭院区"))
    assert [record.decision.verdict for record in await rig.decisions(journey)].count(Verdict.REFUSED) == 1
    await book(rig, journey)
    await rig.waiting(journey, WaitingFor.ARRANGEMENT)
    await rig.done(journey, withdrawal())
    await rig.closed(journey)
    return journey


async def collected_again(rig: Rig) -> str:
    """Manufacturing fails: cells are collected once more, in the window that is open."""
    journey = await reported(rig)
    await rig.behave(
        "manufacturer", "reserve_slot", {"outcome": {"status": "failed"}}, {"outcome": {}}, journey_id=journey
    )
    await on_the_way(rig, journey)
    await rig.waiting(journey, WaitingFor.REMANUFACTURE_CHOICE)
    await rig.done(
        journey,
        DecideRemanufacture(**people.by(ActorRole.HOSPITAL), way="reapheresis", reason="the cells did not grow"),
    )
    await rig.closed(journey)
    return journey


async def too_warm_and_usable(rig: Rig) -> str:
    """A temperature excursion on the way to the institution; the manufacturer finds the cells usable."""
    journey = await reported(rig)
    outcome = {"outcome": {"lowest": "-120.0", "highest": "-100.0"}}
    await rig.behave("cryo_courier", "book_shipment", {"outcome": {}}, outcome, journey_id=journey)
    only = {"outcome": {"up_to": "record_examination"}}  # the institution waits for the word on the cells
    await rig.behave("hospital", "admit", {"outcome": {}}, only, journey_id=journey)
    await on_the_way(rig, journey)
    status = await rig.waiting(journey, WaitingFor.DEVIATION)
    assert status.car_t is not None
    for deviation in status.car_t.deviations:
        word = ResolveDeviation(
            **people.by(ActorRole.MANUFACTURER),
            number=deviation.number,
            kind=deviation.kind,
            disposition=Disposition.USABLE,
            report=f"DR-{deviation.number}",
            reason="stable at that temperature for the time shown",
        )
        await rig.done(journey, word)
    await at_the_bedside(rig, journey)
    await rig.closed(journey)
    return journey


async def withdrawn_while_it_is_made(rig: Rig) -> str:
    """Withdrawn while the product is made: what was spent since the apheresis is settled."""
    journey = await reported(rig)
    await rig.behave("manufacturer", "reserve_slot", {"outcome": {"status": "failed"}}, journey_id=journey)
    await on_the_way(rig, journey)
    await rig.waiting(journey, WaitingFor.REMANUFACTURE_CHOICE)
    await rig.done(journey, withdrawal())
    await rig.waiting(journey, WaitingFor.COSTS)
    await rig.done(journey, people.no_costs())
    await rig.closed(journey)
    return journey


async def died_before_the_apheresis(rig: Rig) -> str:
    """The patient dies while the treatment is being arranged: nothing is owed yet."""
    journey = await reported(rig)
    await book(rig, journey)
    await rig.waiting(journey, WaitingFor.ARRANGEMENT)
    await rig.done(journey, RecordDeath(**people.by(ActorRole.SERVICE_AGENT), died_on=people.today()))
    await rig.closed(journey)
    return journey


async def fraud_found_after_closing(rig: Rig) -> str:
    """The bill is settled when it is found that another was treated: a person decides, and what was paid comes back."""
    journey = await settled(rig)
    fraud = RecordFraud(**people.by(ActorRole.INSURER), found_on=people.today(), reason="another patient")
    await rig.done(journey, fraud)
    await rig.waiting(journey, WaitingFor.REFERRAL)
    word = DecideReferral(**people.by(ActorRole.INSURER_REVIEWER), approved=False, reason="another was treated")
    await rig.done(journey, word)
    due = (await rig.waiting(journey, WaitingFor.REFUND)).money.refund_due
    await rig.done(journey, RecordRefund(**people.by(ActorRole.INSURER), amount=due))
    await rig.closed(journey)
    return journey


CAR_T_ROADS: dict[str, Callable[[Rig], Awaitable[str]]] = {
    "car-t-settled": settled,
    "car-t-unsuitable": unsuitable,
    "car-t-at-an-undesignated-campus": at_an_undesignated_campus,
    "car-t-collected-again": collected_again,
    "car-t-too-warm-and-usable": too_warm_and_usable,
    "car-t-withdrawn-while-it-is-made": withdrawn_while_it_is_made,
    "car-t-died-before-the-apheresis": died_before_the_apheresis,
    "car-t-fraud-found-after-closing": fraud_found_after_closing,
}


# Pieces of roads.


async def reported(rig: Rig) -> str:
    """A reported therapy under a policy of its own."""
    number = await rig.policy(SAMPLE, sum_insured="1500000.00", social_insurance={"enrolled": True, "settled": True})

    def change(data: dict[str, Any]) -> None:
        data["policy_number"] = number

    return await rig.report(SAMPLE, change)


def booking(site: str = SITE) -> BookAssessment:
    """A service agent books an institution."""
    return BookAssessment(**people.by(ActorRole.SERVICE_AGENT), site=site, party="site-1", on=people.today())


async def book(rig: Rig, journey: str) -> None:
    """Book the designated institution."""
    await rig.waiting(journey, WaitingFor.ASSESSMENT_BOOKING)
    await rig.done(journey, booking())


async def on_the_way(rig: Rig, journey: str) -> None:
    """Book and arrange; from there the partners act."""
    await book(rig, journey)
    await rig.waiting(journey, WaitingFor.ARRANGEMENT)
    await rig.done(
        journey,
        ArrangeTreatment(
            **people.by(ActorRole.SERVICE_AGENT),
            apheresis_planned_on=people.today() + timedelta(days=7),
            expected_cost=COST,
        ),
    )


async def arranged(rig: Rig) -> str:
    """A therapy that goes its way."""
    journey = await reported(rig)
    await on_the_way(rig, journey)
    return journey


async def at_the_bedside(rig: Rig, journey: str) -> None:
    """From the lymphodepletion to the bill, as the institution tells it."""
    hospital, today = ActorRole.HOSPITAL, people.today()
    await rig.waiting(journey, WaitingFor.LYMPHODEPLETION)
    await rig.done(journey, RecordLymphodepletion(**people.by(hospital), started_on=today, ended_on=today))
    status = await rig.waiting(journey, WaitingFor.INFUSION)
    assert status.car_t is not None
    therapy = status.car_t.therapy
    label = IdentityCheck(coi=therapy.coi, din=therapy.din, checked_by="nurse-1", witnessed_by="nurse-2")
    await rig.done(journey, RecordInfusion(**people.by(hospital), site=SITE, infused_on=today, identity=label))
    await rig.waiting(journey, WaitingFor.MONITORING_END)
    await rig.done(journey, EndMonitoring(**people.by(hospital), ended_on=today))
    await rig.waiting(journey, WaitingFor.EFFICACY)
    await rig.done(journey, RecordEfficacy(**people.by(hospital), response=Response.PARTIAL, assessed_on=today))
    await rig.waiting(journey, WaitingFor.COSTS)
    await rig.done(journey, people.costs(SITE, COST))


def withdrawal() -> Withdraw:
    """The patient takes the claim back."""
    return Withdraw(**people.by(ActorRole.INSURED), reason="another treatment")

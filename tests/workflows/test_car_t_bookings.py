"""What is booked for a therapy is called off once when it is not needed, and nobody waits for a partner over it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from schemas.actions import CorrectClaim
from schemas.car_t_actions import RecordAssessment, RecordExamination, TransferSite
from schemas.car_t_facts import ExaminationResult
from schemas.clinical import DrugName
from schemas.journey import Stage, WaitingFor
from schemas.people import ActorRole
from tests import car_t_roads, people
from tests.rig import Rig

_ELSEWHERE = {"site": "浙江大学医学院附属第二医院", "party": "site-2", "reason": "no bed"}
_APPOINTMENTS = (
    "SELECT purpose, cancelled_at IS NOT NULL AS cancelled FROM sandbox.appointment"
    " WHERE journey_id = $1 ORDER BY booked_at"
)
_ASKED = (
    "SELECT key FROM sandbox.exchange WHERE journey_id = $1 AND operation = 'cancel_appointment' ORDER BY exchange_id"
)
NO_CALLBACK = {"kind": "no_callback"}


async def appointments(rig: Rig, journey: str) -> list[tuple[str, bool]]:
    """What was booked with the hospital, and whether it was taken back."""
    return [tuple(row) for row in await rig.pool.fetch(_APPOINTMENTS, journey)]


async def before_the_assessment(rig: Rig) -> str:
    """The assessment is booked."""
    journey = await car_t_roads.reported(rig)
    await rig.behave("hospital", "book_assessment", NO_CALLBACK, journey_id=journey)
    await car_t_roads.book(rig, journey)
    await rig.waiting(journey, WaitingFor.ASSESSMENT)
    return journey


async def before_the_apheresis(rig: Rig) -> str:
    """A bed for the apheresis is booked."""
    journey = await car_t_roads.reported(rig)
    await rig.behave("hospital", "admit", NO_CALLBACK, NO_CALLBACK, journey_id=journey)
    await car_t_roads.on_the_way(rig, journey)
    await rig.waiting(journey, WaitingFor.APHERESIS)
    return journey


async def before_the_examination(rig: Rig) -> str:
    """A bed for the infusion is booked."""
    journey = await car_t_roads.reported(rig)
    await rig.behave("hospital", "admit", {"outcome": {}}, NO_CALLBACK, NO_CALLBACK, journey_id=journey)
    await car_t_roads.on_the_way(rig, journey)
    await rig.waiting(journey, WaitingFor.EXAMINATION)
    return journey


async def withdraw(rig: Rig, journey: str) -> None:
    """The patient takes the claim back."""
    await rig.done(journey, car_t_roads.withdrawal())


async def find_unsuitable(rig: Rig, journey: str) -> None:
    """The institution tells that the patient is not suitable."""
    by = people.by(ActorRole.HOSPITAL)
    await rig.done(journey, RecordAssessment(**by, suitable=False, assessed_on=people.today()))


async def find_unfit(rig: Rig, journey: str) -> None:
    """The institution tells that the patient is not fit."""
    by = people.by(ActorRole.HOSPITAL)
    found = RecordExamination(**by, result=ExaminationResult.UNFIT, examined_on=people.today())
    await rig.done(journey, found)


Step = Callable[[Rig], Awaitable[str]]
Said = Callable[[Rig, str], Awaitable[None]]
EARLY_ENDS: dict[str, tuple[Step, Said, list[tuple[str, bool]]]] = {
    "withdrawn before the assessment": (before_the_assessment, withdraw, [("assessment", True)]),
    "unsuitable": (before_the_assessment, find_unsuitable, [("assessment", False)]),
    "withdrawn before the apheresis": (before_the_apheresis, withdraw, [("assessment", False), ("apheresis", True)]),
    "unfit": (
        before_the_examination, find_unfit, [("assessment", False), ("apheresis", False), ("infusion", True)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", EARLY_ENDS)
async def test_an_early_end_calls_off_what_has_not_been_kept(rig: Rig, way: str) -> None:
    """Appointment and slot are given back; what the patient came for stays."""
    begin, say, expected = EARLY_ENDS[way]
    journey = await begin(rig)
    await say(rig, journey)
    await rig.until(journey, lambda now: now.stage in {Stage.SETTLEMENT, Stage.WITHDRAWN, Stage.REFUSED})
    async with asyncio.timeout(30):  # a hospital that is slow to answer is asked aside
        while await appointments(rig, journey) != expected:
            await asyncio.sleep(0.01)
    slots = "SELECT count(*) FROM sandbox.slot WHERE journey_id = $1 AND status IN ('reserved', 'in_production')"
    assert await rig.pool.fetchval(slots, journey) == 0


async def test_a_corrected_claim_gives_its_bed_back(rig: Rig) -> None:
    """Everything after the report is done anew, the bed included."""
    journey = await before_the_apheresis(rig)
    other = CorrectClaim(**people.by(ActorRole.SERVICE_AGENT), reason="another product", drug=DrugName(name="倍诺达"))
    await rig.done(journey, other)
    status = await rig.waiting(journey, WaitingFor.ASSESSMENT_BOOKING)
    assert await appointments(rig, journey) == [("assessment", False), ("apheresis", True)]
    assert status.car_t is not None
    assert (status.car_t.therapy.appointment, status.car_t.therapy.slot) == ("", "")


@pytest.mark.parametrize(
    ("begin", "purpose"),
    [(before_the_apheresis, "apheresis"), (before_the_examination, "infusion")],
    ids=["apheresis", "infusion"],
)
async def test_a_transfer_gives_the_bed_back_and_takes_another(rig: Rig, begin: Step, purpose: str) -> None:
    """chinalife-cancer-rider/CART-5: the patient is expected at one institution, not at two."""
    journey = await begin(rig)
    await rig.done(journey, TransferSite(**people.by(ActorRole.HOSPITAL), **_ELSEWHERE))
    await rig.until(journey, lambda now: now.car_t is not None and now.car_t.therapy.party == "site-2")
    beds = [each for each in await appointments(rig, journey) if each[0] == purpose]
    assert beds == [(purpose, True), (purpose, False)]


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "fail"},
        {"kind": "nonsense"},
        {"kind": "lost_answer", "seconds": 0.2},
        {"kind": "silent", "seconds": 0.2},
    ],
    ids=["fails", "nonsense", "lost answer", "silent"],
)
async def test_a_hospital_that_fails_is_asked_again_under_the_same_key(rig: Rig, trouble: dict[str, Any]) -> None:
    """However often it is asked, the appointment is cancelled once; the journey closes when it is."""
    journey = await before_the_apheresis(rig)
    await rig.behave("hospital", "cancel_appointment", trouble, trouble, journey_id=journey)
    await rig.done(journey, car_t_roads.withdrawal())
    status = await rig.closed(journey)
    assert (status.stage, status.escalations) == (Stage.WITHDRAWN, ())
    assert await appointments(rig, journey) == [("assessment", False), ("apheresis", True)]
    asked = await rig.pool.fetch(_ASKED, journey)
    assert len(asked) > 1
    assert len({row["key"] for row in asked}) == 1


async def test_a_hospital_that_is_away_does_not_hold_up_a_transfer(rig: Rig) -> None:
    """The bed at the new institution is taken meanwhile; the old one is given back when the hospital answers."""
    journey = await before_the_apheresis(rig)
    await rig.behave("hospital", "cancel_appointment", {"kind": "fail", "times": 3}, journey_id=journey)
    await rig.done(journey, TransferSite(**people.by(ActorRole.HOSPITAL), **_ELSEWHERE))
    await rig.until(journey, lambda now: now.car_t is not None and now.car_t.therapy.party == "site-2")
    assert await appointments(rig, journey) == [("assessment", False), ("apheresis", False), ("apheresis", False)]
    await rig.done(journey, car_t_roads.withdrawal())
    await rig.closed(journey)
    assert await appointments(rig, journey) == [("assessment", False), ("apheresis", True), ("apheresis", True)]


async def test_a_hospital_that_refuses_is_told_to_a_supervisor(rig: Rig) -> None:
    """Nobody is asked to have it tried again, and the journey ends."""
    journey = await before_the_apheresis(rig)
    await rig.behave("hospital", "cancel_appointment", {"kind": "refuse", "reason": "not here"}, journey_id=journey)
    await rig.done(journey, car_t_roads.withdrawal())
    status = await rig.closed(journey)
    assert ["not here" in item.reason.en for item in status.escalations] == [True]

"""CAR-T journeys on a running house: where each road ends, what it costs, and what an infusion needs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from schemas.actions import Hold, Resume, RetryHandOff
from schemas.car_t_actions import RecordCustody, RecordInfusion, TransferSite
from schemas.custody import CustodyEvent, CustodyStep, IdentityCheck, Material, TemperatureRecord
from schemas.journey import JourneyStatus, Stage, WaitingFor
from schemas.money import ZERO
from schemas.people import ActorRole
from tests import car_t_roads, people
from tests.rig import Rig

ENDS = {
    "car-t-settled": Stage.COMPLETED,
    "car-t-unsuitable": Stage.REFUSED,
    "car-t-at-an-undesignated-campus": Stage.WITHDRAWN,
    "car-t-collected-again": Stage.COMPLETED,
    "car-t-too-warm-and-usable": Stage.COMPLETED,
    "car-t-withdrawn-while-it-is-made": Stage.WITHDRAWN,
    "car-t-died-before-the-apheresis": Stage.TERMINATED,
    "car-t-fraud-found-after-closing": Stage.TERMINATED,
}
OTHER = "COI9999999999"


@pytest.mark.parametrize("road", ENDS)
async def test_a_road_ends_where_it_should(rig: Rig, road: str) -> None:
    """Each ends in its stage, with nothing open: no wait, no action but news, no reservation, every decision cited."""
    journey = await car_t_roads.CAR_T_ROADS[road](rig)
    status = await rig.closed(journey)
    assert status.stage is ENDS[road]
    assert (status.wait.what, status.money.reserved) == (WaitingFor.NOTHING, ZERO)
    assert {offer.action for offer in status.actions} <= {"record_death", "record_cancellation", "record_fraud"}
    assert all(record.decision.findings for record in await rig.decisions(journey))


async def test_the_insurer_pays_the_covered_costs(rig: Rig) -> None:
    """chinalife-cancer-rider/CART-2 CART-4: every item of the bill lies in the window and is covered."""
    status = await rig.closed(await car_t_roads.settled(rig))
    assert status.car_t is not None
    assert status.car_t.covered == status.car_t.costs == status.money.paid > Decimal(1000000)
    window = status.car_t.therapy.window
    assert window is not None
    assert (window.closes_on - window.opens_on).days == 30
    assert window.closed_by == "infusion"


async def test_cells_collected_again_keep_the_window(rig: Rig) -> None:
    """chinalife-cancer-rider/CART-4: the first apheresis opens it, whatever is repeated; the chain begins anew."""
    status = await rig.closed(await car_t_roads.collected_again(rig))
    assert status.car_t is not None
    assert status.car_t.therapy.aphereses == 2
    assert status.car_t.therapy.window is not None
    assert status.car_t.therapy.window.opens_on == status.car_t.therapy.first_apheresis_on
    assert status.car_t.custody is not None
    chain = "SELECT array_agg(seq ORDER BY seq) FROM custody_event WHERE journey_id = $1"
    seqs = await rig.pool.fetchval(chain, status.journey_id)
    assert seqs == list(range(1, status.car_t.custody.seq + 1))


async def test_what_is_booked_anew_bears_the_new_day(rig: Rig) -> None:
    """chinalife-cancer-rider/CART-5: slot and bed of a second apheresis are not asked for the day of the first."""
    journey = await car_t_roads.collected_again(rig)
    beds = "SELECT array_agg(due_on ORDER BY booked_at) FROM sandbox.appointment"
    planned = people.today() + timedelta(days=7)
    asked = await rig.pool.fetchval(f"{beds} WHERE journey_id = $1 AND purpose = 'apheresis'", journey)
    slots = "SELECT array_agg(booking ->> 'apheresis_on' ORDER BY reserved_at) FROM sandbox.slot WHERE journey_id = $1"
    assert asked == [planned, people.today()]
    assert await rig.pool.fetchval(slots, journey) == [day.isoformat() for day in asked]


async def test_a_transport_refused_before_a_transfer_goes_to_the_new_institution(rig: Rig) -> None:
    """chinalife-cancer-rider/CART-5: what is asked anew goes by the therapy as it is by then, and is asked once."""
    journey = await car_t_roads.reported(rig)
    refuse = {"kind": "refuse", "reason": "no truck"}
    await rig.behave("cryo_courier", "book_shipment", {"outcome": {}}, refuse, journey_id=journey)
    await car_t_roads.on_the_way(rig, journey)
    await rig.waiting(journey, WaitingFor.HAND_OFF_HELP)
    elsewhere = {"site": "浙江大学医学院附属第二医院", "party": "site-2", "reason": "no bed"}
    await rig.done(journey, TransferSite(**people.by(ActorRole.HOSPITAL), **elsewhere))
    await rig.done(journey, RetryHandOff(**people.by(ActorRole.SERVICE_AGENT), reason="another truck"))
    await rig.waiting(journey, WaitingFor.PRODUCT_ARRIVAL)
    products = "SELECT array_agg(booking ->> 'recipient') FROM sandbox.shipment WHERE material = 'product'"
    assert await rig.pool.fetchval(f"{products} AND journey_id = $1", journey) == ["site-2"]


async def before_the_infusion(rig: Rig) -> JourneyStatus:
    """A therapy whose cells are cleared: the institution may infuse."""
    journey = await car_t_roads.reported(rig)
    only = {"outcome": {"up_to": "record_lymphodepletion"}}
    await rig.behave("hospital", "admit", {"outcome": {}}, only, journey_id=journey)
    await car_t_roads.on_the_way(rig, journey)
    return await rig.waiting(journey, WaitingFor.INFUSION)


def label(status: JourneyStatus, coi: str = "") -> IdentityCheck:
    """What two people read on the bag."""
    assert status.car_t is not None
    therapy = status.car_t.therapy
    return IdentityCheck(coi=coi or therapy.coi, din=therapy.din, checked_by="nurse-1", witnessed_by="nurse-2")


def infusion(status: JourneyStatus, coi: str = "") -> RecordInfusion:
    """The institution tells of the infusion."""
    by = people.by(ActorRole.HOSPITAL)
    return RecordInfusion(**by, site=car_t_roads.SITE, infused_on=people.today(), identity=label(status, coi))


def stored(status: JourneyStatus, highest: str = "-155.0", coi: str = "") -> RecordCustody:
    """The institution tells how the product lay in its freezer."""
    assert status.car_t is not None
    assert status.car_t.told_at is not None
    now = datetime.now(UTC)
    record = TemperatureRecord(
        device="freezer-1",
        started_at=status.car_t.told_at,
        ended_at=now,
        lowest=Decimal("-190.0"),
        highest=Decimal(highest),
    )
    event = CustodyEvent(
        material=Material.PRODUCT,
        step=CustodyStep.STORED,
        at=now,
        place="site-1",
        holder="site-1",
        identity=label(status, coi),
        temperatures=(record,),
    )
    return RecordCustody(**people.by(ActorRole.HOSPITAL), event=event)


async def test_another_label_at_the_bedside_stops_the_infusion(rig: Rig) -> None:
    """chinalife-cancer-rider/CART-5: the patient's own cells; the refusal names the field and changes nothing."""
    status = await before_the_infusion(rig)
    answer = await rig.act(status.journey_id, infusion(status, OTHER))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["identity.coi"]
    assert (await rig.waiting(status.journey_id, WaitingFor.INFUSION)).revision == status.revision


@pytest.mark.parametrize(("highest", "coi"), [("-80.0", ""), ("-155.0", OTHER)], ids=["too warm", "another label"])
async def test_news_of_the_cells_revokes_their_clearance(rig: Rig, highest: str, coi: str) -> None:
    """Between clearance and infusion the freezer fails, or another label is read: a person is asked first."""
    status = await before_the_infusion(rig)
    await rig.done(status.journey_id, stored(status, highest, coi))
    waiting = await rig.waiting(status.journey_id, WaitingFor.DEVIATION)
    assert waiting.car_t is not None
    assert [deviation.open for deviation in waiting.car_t.deviations] == [True]
    answer = await rig.act(status.journey_id, infusion(status))
    assert answer.status_code == 409


async def test_sound_news_of_the_cells_clears_them_anew(rig: Rig) -> None:
    """The freezer's record is in order: the infusion is awaited again, on one more decision."""
    status = await before_the_infusion(rig)
    await rig.done(status.journey_id, stored(status))
    await rig.until(status.journey_id, lambda now: now.revision > status.revision + 1)
    await rig.waiting(status.journey_id, WaitingFor.INFUSION)
    asked = [record.decision.question for record in await rig.decisions(status.journey_id)]
    assert asked.count("car_t_infusion") == 3
    await rig.done(status.journey_id, infusion(status))
    infused = await rig.waiting(status.journey_id, WaitingFor.MONITORING_END)
    assert infused.car_t is not None
    assert infused.car_t.therapy.infused_on == people.today()


async def test_on_hold_partners_still_tell_of_the_cells(rig: Rig) -> None:
    """What happens to cells is a fact: it is put into the chain although nothing goes on."""
    status = await before_the_infusion(rig)
    await rig.done(status.journey_id, Hold(**people.by(ActorRole.SUPERVISOR), reason="a question"))
    await rig.waiting(status.journey_id, WaitingFor.RESUMPTION)
    await rig.done(status.journey_id, stored(status))
    assert (await rig.act(status.journey_id, infusion(status))).status_code == 409
    await rig.done(status.journey_id, Resume(**people.by(ActorRole.SUPERVISOR), reason="answered"))
    await rig.waiting(status.journey_id, WaitingFor.INFUSION)

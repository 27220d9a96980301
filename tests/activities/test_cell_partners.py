"""Hospital, manufacturer and cryo courier of a CAR-T therapy, as journeys ask them: over real sockets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import JsonValue

from activities.cryo_courier import CryoCourier
from activities.errors import PartnerError
from activities.hospital import Hospital
from activities.http import PartnerClient
from activities.manufacturer import Manufacturer
from schemas.custody import Material
from schemas.partners import (
    Admission,
    AppointmentCancellation,
    AssessmentBooking,
    PartnerName,
    ShipmentBooking,
    ShipmentCancellation,
    SlotCancellation,
    SlotQuery,
    SlotRequest,
)
from tests.activities.test_partners import INSURED, PERSON, Partners, Vault, connected
from tests.custody import DIN, SITE
from tests.sandbox.serving import JOURNEY, TOKEN, sandbox
from tests.serving import serving

ON = date(2026, 6, 1)
ASSESSMENT = AssessmentBooking(
    key="assess:journey-1:1", journey_id=JOURNEY, site="示例医院东院", party=SITE, on=ON, person=PERSON
)
ADMISSION = Admission(
    key="admit:journey-1:1",
    journey_id=JOURNEY,
    site="示例医院东院",
    party=SITE,
    purpose="apheresis",
    on=ON,
    person=PERSON,
)
SLOT = SlotRequest(
    key="slot:journey-1:1",
    journey_id=JOURNEY,
    product="chinalife-cancer-rider",
    drug_id="chinalife-cancer-rider-1",
    drug_name="示例 CAR-T",
    site="示例医院东院",
    apheresis_on=ON,
)
SHIPMENT = ShipmentBooking(
    key="ship:journey-1:1",
    journey_id=JOURNEY,
    material=Material.STARTING_MATERIAL,
    coi="COI0000000001",
    din=DIN,
    sender=SITE,
    recipient="manufacturer-1",
    ready_on=ON,
)
RELEASED: dict[str, JsonValue] = {
    "status": "released",
    "batch": "B-1",
    "certificate": "COA-1",
    "expires_on": "2026-12-01",
    "din": DIN,
}


@pytest.fixture
async def partners(database: str) -> AsyncIterator[Partners]:
    async with sandbox(database, pace=60) as playing, connected(playing) as adapters:
        yield adapters


@asynccontextmanager
async def answering(answer: dict[str, Any]) -> AsyncIterator[Callable[[PartnerName], PartnerClient]]:
    """Clients of a partner that answers everything so."""
    app = FastAPI()
    app.add_api_route("/{path:path}", lambda: answer, methods=["GET", "POST"])
    clients: list[PartnerClient] = []
    async with serving(app) as url:

        def client(name: PartnerName) -> PartnerClient:
            clients.append(PartnerClient(name, url, TOKEN))
            return clients[-1]

        yield client
        for each in clients:
            await each.aclose()


async def test_an_institution_takes_bookings_once(partners: Partners) -> None:
    """Assessment and admission are kept with their day, the patient by what a hospital needs and nothing else."""
    assessed, admitted = await partners.hospital.book_assessment(ASSESSMENT), await partners.hospital.admit(ADMISSION)
    assert await partners.hospital.book_assessment(ASSESSMENT) == assessed
    assert await partners.hospital.admit(ADMISSION) == admitted
    assert (assessed.on, admitted.on) == (ON, ON)
    kept = await partners.sandbox.kept("appointments")
    assert [row["purpose"] for row in kept] == ["assessment", "apheresis"]
    stated = INSURED.model_dump(mode="json", include={"name", "id_document", "birth_date"})
    assert [row["person"] for row in kept] == [stated, stated]


async def test_a_slot_comes_with_identifier_and_conditions(partners: Partners) -> None:
    """The manufacturer assigns the chain-of-identity identifier and says how cold each material has to stay."""
    slot = await partners.manufacturer.reserve_slot(SLOT)
    assert await partners.manufacturer.reserve_slot(SLOT) == slot
    assert slot.coi == "COI0000000001"
    cold, frozen = slot.conditions
    assert (cold.material, frozen.material) == (Material.STARTING_MATERIAL, Material.PRODUCT)
    assert [cold.lowest, cold.highest, frozen.lowest, frozen.highest] == [2, 8, None, -150]
    assert (await partners.manufacturer.slot(SlotQuery(slot_id=slot.slot_id))).status == "reserved"


async def test_a_further_slot_keeps_the_identifier(partners: Partners) -> None:
    """Cells that are collected or made once more stay the same patient's; another's identifier is refused."""
    first = await partners.manufacturer.reserve_slot(SLOT)
    again = SLOT.model_copy(update={"key": "slot:journey-1:2", "coi": first.coi})
    second = await partners.manufacturer.reserve_slot(again)
    assert (second.coi, second.slot_id == first.slot_id) == (first.coi, False)
    with pytest.raises(PartnerError, match=r"404 coi: was not assigned to this therapy"):
        await partners.manufacturer.reserve_slot(SLOT.model_copy(update={"key": "slot:other", "coi": "COI8888888888"}))


async def test_a_slot_is_given_up_more_than_once_without_harm(partners: Partners) -> None:
    """Given up is given up; a slot that there is not is refused."""
    slot = await partners.manufacturer.reserve_slot(SLOT)
    for key in ("cancel:slot:1", "cancel:slot:2"):
        word = SlotCancellation(key=key, journey_id=JOURNEY, slot_id=slot.slot_id)
        assert (await partners.manufacturer.cancel_slot(word)).slot_id == slot.slot_id
    assert (await partners.manufacturer.slot(SlotQuery(slot_id=slot.slot_id))).status == "cancelled"
    with pytest.raises(PartnerError, match=r"404 slot_id: no slot of this id"):
        await partners.manufacturer.slot(SlotQuery(slot_id="slot-none"))


async def test_a_transport_is_taken_back_before_it_was_fetched(partners: Partners) -> None:
    """Nothing is told about it any more."""
    shipment = await partners.cryo_courier.book_shipment(SHIPMENT)
    for key in ("cancel:ship:1", "cancel:ship:2"):
        word = ShipmentCancellation(key=key, journey_id=JOURNEY, shipment_id=shipment.shipment_id)
        assert (await partners.cryo_courier.cancel_shipment(word)).cancelled
    assert {row["state"] for row in await partners.sandbox.kept("callbacks")} == {"unsent"}


async def test_an_appointment_is_taken_back_more_than_once_without_harm(partners: Partners) -> None:
    """The patient does not come: nothing is told about it any more; an appointment that there is not is refused."""
    admitted = await partners.hospital.admit(ADMISSION)
    for key in ("cancel:app:1", "cancel:app:2"):
        assert (await partners.hospital.cancel_appointment(_cancellation(admitted.appointment_id, key))).cancelled
    assert {row["state"] for row in await partners.sandbox.kept("callbacks")} == {"unsent"}
    with pytest.raises(PartnerError, match=r"404 appointment_id: no appointment of this id"):
        await partners.hospital.cancel_appointment(_cancellation("app-none", "cancel:app:3"))


def _cancellation(appointment_id: str, key: str) -> AppointmentCancellation:
    return AppointmentCancellation(key=key, journey_id=JOURNEY, appointment_id=appointment_id)


async def test_manufacturer_and_courier_learn_nothing_of_the_patient(partners: Partners) -> None:
    """The chain-of-identity identifier is what they know the cells by."""
    await partners.manufacturer.reserve_slot(SLOT)
    await partners.cryo_courier.book_shipment(SHIPMENT)
    exchanges = str(await partners.sandbox.kept("exchanges"))
    for said in (INSURED.name, INSURED.id_document.number, PERSON, "person"):
        assert said not in exchanges
    with_person = SLOT.model_dump(mode="json", exclude={"key", "journey_id"}) | {"person": {"name": "x"}}
    headers = {"Idempotency-Key": "slot:with-person", "X-Journey-Id": JOURNEY}
    answer = await partners.sandbox.control.post("/manufacturer/slots", json=with_person, headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"coi": "COI0000000002"}, "reserve_slot: coi: is not the one assigned"),
        ({"coi": "x"}, "reserve_slot: coi: "),
        ({"conditions": [{"material": "product"}] * 2}, "reserve_slot: conditions: more than one"),
    ],
)
async def test_a_slot_that_contradicts_the_therapy_is_nonsense(answer: dict[str, Any], says: str) -> None:
    """It is asked again, and never taken for an answer."""
    usual = {"slot_id": "slot-1", "coi": "COI0000000001", "manufacturer": "maker-1"}
    asked = SLOT.model_copy(update={"coi": "COI0000000001"})
    async with answering(usual | answer) as client:
        with pytest.raises(PartnerError, match=says) as failed:
            await Manufacturer(client(PartnerName.MANUFACTURER)).reserve_slot(asked)
    assert failed.value.type == "PartnerNonsense"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"status": "done"}, "status: none of"),
        ({"batch": ""}, "batch: a released product must have one"),
        ({"certificate": "see fax"}, "certificate: a released product must have one"),
        ({"expires_on": None}, "expires_on: a released product must have one"),
        ({"din": "A9999260000019"}, "din: is no donation identification number"),
    ],
)
async def test_a_release_without_its_papers_is_nonsense(change: dict[str, JsonValue], says: str) -> None:
    """What a journey could not record is no answer."""
    query = SlotQuery(slot_id="slot-1")
    async with answering(RELEASED) as client:
        assert (await Manufacturer(client(PartnerName.MANUFACTURER)).slot(query)).batch == "B-1"
    async with answering(RELEASED | change) as client:
        with pytest.raises(PartnerError, match=f"manufacturer.slot: {says}"):
            await Manufacturer(client(PartnerName.MANUFACTURER)).slot(query)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (
            lambda client: Hospital(client(PartnerName.HOSPITAL), Vault()).admit(ADMISSION),
            "hospital.admit: on: lies before the day that was asked for",
        ),
        (
            lambda client: Hospital(client(PartnerName.HOSPITAL), Vault()).cancel_appointment(
                _cancellation("app-9", "cancel:app:1")
            ),
            "hospital.cancel_appointment: appointment_id: the answer is about another one",
        ),
        (
            lambda client: Manufacturer(client(PartnerName.MANUFACTURER)).cancel_slot(
                SlotCancellation(key="cancel:slot:1", journey_id=JOURNEY, slot_id="slot-1")
            ),
            "manufacturer.cancel_slot: slot_id: the answer is about another slot",
        ),
        (
            lambda client: CryoCourier(client(PartnerName.CRYO_COURIER)).cancel_shipment(
                ShipmentCancellation(key="cancel:ship:1", journey_id=JOURNEY, shipment_id="ship-1")
            ),
            "cryo_courier.cancel_shipment: shipment_id: the answer is about another shipment",
        ),
    ],
    ids=["an earlier day", "another appointment", "another slot", "another shipment"],
)
async def test_an_answer_about_something_else_is_nonsense(ask: Callable[..., Awaitable[object]], says: str) -> None:
    """The error says which field contradicts the question."""
    other = {
        "appointment_id": "app-1",
        "on": (ON - timedelta(days=1)).isoformat(),
        "slot_id": "slot-9",
        "shipment_id": "ship-9",
        "cancelled": True,
    }
    async with answering(other) as client:
        with pytest.raises(PartnerError, match=says):
            await ask(client)


@pytest.mark.parametrize("kind", ["refuse", "lost_answer"])
async def test_a_manufacturer_can_refuse_or_lose_its_answer(partners: Partners, kind: str) -> None:
    """A refusal keeps nothing; a lost answer is given once more to the same key."""
    await partners.sandbox.tell("manufacturer", "reserve_slot", {"kind": kind, "seconds": 0.1})
    with pytest.raises(PartnerError):
        await partners.manufacturer.reserve_slot(SLOT)
    assert len(await partners.sandbox.kept("slots")) == (kind == "lost_answer")
    await partners.manufacturer.reserve_slot(SLOT)
    assert len(await partners.sandbox.kept("slots")) == 1

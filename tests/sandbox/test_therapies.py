"""CAR-T therapies as the sandbox plays them: what each partner tells, in which order, and what the books then say."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from pydantic import JsonValue

from console.callbacks import MAY_SEND
from console.catalogue import ACTIONS
from schemas.action_input import ActionInput
from schemas.car_t_actions import RecordApheresis, RecordCustody, RecordInfusion, RecordManufacturing, SubmitCosts
from schemas.custody import CustodyEvent, CustodyStep, Material
from schemas.partners import AppointmentCancellation, AppointmentCancelled, PartnerName, SlotQuery
from tests.activities.test_cell_partners import ADMISSION, ASSESSMENT, SHIPMENT, SLOT
from tests.activities.test_partners import KNOWN, PAYMENT, Partners, connected
from tests.custody import SITE
from tests.sandbox.serving import JOURNEY, Gateway, sandbox
from tests.sandbox.test_callbacks import ACTOR

INFUSION = ADMISSION.model_copy(update={"key": "admit:journey-1:2", "purpose": "infusion"})
CARE = [
    "record_examination", "record_lymphodepletion", "record_custody", "record_infusion", "end_monitoring",
    "record_efficacy", "submit_costs",
]  # fmt: skip


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def partners(database: str, gateway: Gateway) -> AsyncIterator[Partners]:
    async with gateway.serve() as url, sandbox(database, url) as playing, connected(playing) as adapters:
        yield adapters


def told(gateway: Gateway) -> list[ActionInput]:
    """Every call-back as the action that the journey will read, sent by a partner that may."""
    actions = []
    for call in gateway.received:
        kind, data = str(call.said["type"]), call.said["data"]
        assert kind in MAY_SEND[PartnerName(call.partner)]
        assert isinstance(data, dict)
        actions.append(ACTIONS[kind].model_validate(data | ACTOR))
    return actions


def types(gateway: Gateway) -> list[JsonValue]:
    return [call.said["type"] for call in gateway.received]


def events(gateway: Gateway) -> list[CustodyEvent]:
    """The chain of custody as it was told."""
    said = told(gateway)
    first = [one.collected for one in said if isinstance(one, RecordApheresis) and one.collected]
    return first + [one.event for one in said if isinstance(one, RecordCustody)]


async def until_told(partners: Partners, number: int, state: str = "delivered") -> None:
    """Wait until so many call-backs have ended so."""
    while sum(row["state"] == state for row in await partners.sandbox.kept("callbacks")) < number:
        await asyncio.sleep(0.02)


async def collect(partners: Partners) -> str:
    """Slot, apheresis; gives the donation number."""
    await partners.manufacturer.reserve_slot(SLOT)
    await partners.hospital.admit(ADMISSION)
    collected = await partners.sandbox.until("movements", step="collected")
    return str(collected["din"])


async def send_in(partners: Partners, key: str = SHIPMENT.key) -> None:
    """The cells on their way to the manufacturer."""
    bag = await partners.sandbox.until("movements", step="collected")
    carried = {"key": key, "din": bag["din"], "coi": bag["coi"]}
    await partners.cryo_courier.book_shipment(SHIPMENT.model_copy(update=carried))


async def send_back(partners: Partners) -> None:
    """The product on its way to the institution."""
    made = await partners.sandbox.until("movements", material="product", step="stored")
    back = {
        "key": "ship:journey-1:back", "material": Material.PRODUCT, "din": made["din"], "coi": made["coi"],
        "sender": SHIPMENT.recipient, "recipient": SITE,
    }  # fmt: skip
    await partners.cryo_courier.book_shipment(SHIPMENT.model_copy(update=back))


async def test_a_whole_therapy_is_told(partners: Partners, gateway: Gateway) -> None:
    """From the assessment to the bill: every call-back is an action, and the cells have a chain without a gap."""
    await partners.hospital.book_assessment(ASSESSMENT)
    din = await collect(partners)
    await send_in(partners)
    await partners.sandbox.until("slots", status="released")
    await send_back(partners)
    await partners.hospital.admit(INFUSION)
    await partners.sandbox.until("callbacks", type="submit_costs", state="delivered")
    assert types(gateway) == [
        "record_assessment", "record_apheresis", "record_custody", "record_custody",
        "record_custody", "record_custody", "record_manufacturing", *_merged(types(gateway)[7:]),
    ]  # fmt: skip
    said = {type(one): one for one in told(gateway)}
    release, infusion, bill = said[RecordManufacturing], said[RecordInfusion], said[SubmitCosts]
    assert isinstance(release, RecordManufacturing)
    assert isinstance(infusion, RecordInfusion)
    assert isinstance(bill, SubmitCosts)
    assert (release.status, release.din) == ("released", din)
    assert (infusion.identity.coi, infusion.identity.din, infusion.site) == ("COI0000000001", din, ADMISSION.site)
    assert (bill.final, bill.settled_by_social_insurance) == (True, True)
    assert {item.site for item in bill.items} == {ADMISSION.site}
    _without_a_gap(events(gateway))


def _merged(rest: list[JsonValue]) -> list[JsonValue]:
    """The product comes back while the patient is made ready; each of the two is told in its own order."""
    assert [kind for kind in rest if kind != "record_custody"] == [kind for kind in CARE if kind != "record_custody"]
    assert rest.count("record_custody") == 3
    assert rest.index("record_infusion") > max(at for at, kind in enumerate(rest) if kind == "record_custody")
    return rest


def _without_a_gap(chain: list[CustodyEvent]) -> None:
    """Each sender is the holder before, each stretch has its temperatures, one label all the way."""
    assert [event.step.value for event in chain] == [
        "collected", "handed_over", "handed_over", "manufactured", "stored", "handed_over", "handed_over", "thawed",
    ]  # fmt: skip
    assert len({(event.identity.coi, event.identity.din) for event in chain}) == 1
    for before, event in pairwise(chain):
        assert before.at < event.at
        assert (event.sender or event.holder) == before.holder
        if event.step in {CustodyStep.HANDED_OVER, CustodyStep.STORED}:
            [record] = event.temperatures
            assert (record.started_at, record.ended_at) == (before.at, record.ended_at)
            assert record.ended_at <= event.at or (record.ended_at - event.at).total_seconds() < 1
            cold = (2, 8) if event.material is Material.STARTING_MATERIAL else (-273, -150)
            assert cold[0] <= record.lowest <= record.highest <= cold[1]


async def test_nothing_is_collected_before_the_identifier_is_assigned(partners: Partners, gateway: Gateway) -> None:
    """The labels of the bag carry what comes with the slot."""
    await partners.hospital.admit(ADMISSION)
    await partners.sandbox.until("callbacks", last_error="the manufacturer has not assigned an identifier yet")
    slot = await partners.manufacturer.reserve_slot(SLOT)
    await partners.sandbox.until("callbacks", state="delivered")
    [apheresis] = told(gateway)
    assert isinstance(apheresis, RecordApheresis)
    assert apheresis.collected
    assert (apheresis.collected.holder, apheresis.collected.identity.coi) == (SITE, slot.coi)


async def test_nothing_is_infused_before_it_has_arrived(partners: Partners, gateway: Gateway) -> None:
    """The bedside waits for the cells, not the other way round."""
    await partners.hospital.admit(INFUSION)
    await partners.sandbox.until("callbacks", last_error="the product has not arrived yet")
    assert types(gateway) == CARE[:2]


@pytest.mark.parametrize("status", ["out_of_specification", "failed"])
async def test_manufacturing_can_fail(partners: Partners, gateway: Gateway, status: str) -> None:
    """It is told with the reason and can be asked for; cells that are kept are made again in another slot."""
    outcome: JsonValue = {"status": status, "reason": "viability", "kept": True}
    await partners.sandbox.tell("manufacturer", "reserve_slot", {"outcome": outcome})
    din = await collect(partners)
    await send_in(partners)
    first = await partners.sandbox.until("slots", status=status, reason="viability")
    again = SLOT.model_copy(update={"key": "slot:journey-1:2", "coi": first["coi"]})
    slot = await partners.manufacturer.reserve_slot(again)
    await partners.sandbox.until("slots", slot_id=slot.slot_id, status="released")
    standing = await partners.manufacturer.slot(SlotQuery(slot_id=slot.slot_id))
    assert (standing.status, standing.din) == ("released", din)
    await partners.sandbox.until("callbacks", subject=slot.slot_id, type="record_manufacturing", state="delivered")
    words = [one for one in told(gateway) if isinstance(one, RecordManufacturing)]
    assert [(one.status, one.din) for one in words] == [(status, din), ("released", din)]
    made = [event for event in events(gateway) if event.step is CustodyStep.MANUFACTURED]
    assert len(made) == (1 if status == "failed" else 2)


async def test_without_cells_that_are_kept_another_slot_waits_for_new_ones(
    partners: Partners, gateway: Gateway
) -> None:
    """The second apheresis has a donation number of its own under the same identifier."""
    await partners.sandbox.tell("manufacturer", "reserve_slot", {"outcome": {"status": "failed"}})
    din = await collect(partners)
    await send_in(partners)
    first = await partners.sandbox.until("slots", status="failed")
    slot = await partners.manufacturer.reserve_slot(
        SLOT.model_copy(update={"key": "slot:journey-1:2", "coi": first["coi"]})
    )
    await partners.hospital.admit(ADMISSION.model_copy(update={"key": "admit:journey-1:again"}))
    await until_told(partners, 5)
    assert (await partners.manufacturer.slot(SlotQuery(slot_id=slot.slot_id))).status == "reserved"
    second = [one for one in told(gateway) if isinstance(one, RecordApheresis)][-1].collected
    assert second
    assert (second.identity.coi, second.identity.din == din) == (slot.coi, False)


async def test_a_lost_slot_is_lost_at_once(partners: Partners, gateway: Gateway) -> None:
    """The journey learns of it before any cells are there."""
    await partners.sandbox.tell("manufacturer", "reserve_slot", {"outcome": {"status": "slot_lost"}})
    await partners.manufacturer.reserve_slot(SLOT)
    await partners.sandbox.until("slots", status="lost")
    await partners.sandbox.until("callbacks", state="delivered")
    [word] = told(gateway)
    assert isinstance(word, RecordManufacturing)
    assert (word.status, word.din) == ("slot_lost", None)


async def test_a_silent_manufacturer_can_be_asked(partners: Partners, gateway: Gateway) -> None:
    """The product is released and nobody calls back: the look-up tells."""
    await partners.sandbox.tell("manufacturer", "reserve_slot", {"kind": "no_callback"})
    slot = await partners.manufacturer.reserve_slot(SLOT)
    await partners.hospital.admit(ADMISSION)
    await send_in(partners)
    await partners.sandbox.until("slots", status="released")
    standing = await partners.manufacturer.slot(SlotQuery(slot_id=slot.slot_id))
    assert standing.certificate
    assert "record_manufacturing" not in types(gateway)


@pytest.mark.parametrize(
    ("outcome", "steps"),
    [
        ({"highest": "12.5"}, 2),
        ({"logged": False}, 2),
        ({"unseen": True}, 1),
        ({"arrives": False}, 1),
        ({"wrong_label": True}, 2),
    ],
    ids=["too warm", "no record", "nobody saw it fetched", "never arrives", "another label"],
)
async def test_cells_can_be_carried_badly(
    partners: Partners, gateway: Gateway, outcome: dict[str, JsonValue], steps: int
) -> None:
    """Each fault that the rules look for can be told."""
    await partners.sandbox.tell("cryo_courier", "book_shipment", {"outcome": outcome})
    await partners.sandbox.tell("manufacturer", "*", {"kind": "no_callback", "times": None})
    await collect(partners)
    await send_in(partners)
    await until_told(partners, 1 + steps)
    carried = [event for event in events(gateway) if event.step is CustodyStep.HANDED_OVER]
    assert len(carried) == steps
    last = carried[-1]
    seen: dict[str, Any] = {
        "highest": bool(last.temperatures) and last.temperatures[0].highest == Decimal("12.5"),
        "logged": not last.temperatures,
        "unseen": last.sender == "cryo-courier-1",
        "arrives": last.holder == "cryo-courier-1",
        "wrong_label": last.identity.coi != carried[0].identity.coi,
    }
    assert seen[next(iter(outcome))]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ({"examination": "unfit"}, [CARE[0], CARE[-1]]),
        ({"examination": "postponed", "up_to": "record_lymphodepletion"}, [CARE[0], *CARE[:2]]),
        ({"up_to": "record_lymphodepletion"}, CARE[:2]),
        ({"reaction": 3}, [*CARE[:4], "record_adverse_event", *CARE[4:]]),
    ],
    ids=["unfit", "postponed", "only the beginning", "with a reaction"],
)
async def test_what_happens_at_the_bedside_can_be_told(
    partners: Partners, gateway: Gateway, outcome: dict[str, JsonValue], expected: list[str]
) -> None:
    """Who is unfit gets the bill and nothing else; a reaction comes after the infusion."""
    await collect(partners)
    await send_in(partners)
    await send_back(partners)
    await partners.sandbox.until("shipments", material="product", status="delivered")
    before = len(await partners.sandbox.kept("callbacks"))
    await partners.sandbox.tell("hospital", "admit", {"outcome": outcome})
    await partners.hospital.admit(INFUSION)
    await until_told(partners, before + len(expected))
    apheresis, *care = [call.said["type"] for call in gateway.received if call.partner == "hospital"]
    assert (apheresis, care) == ("record_apheresis", expected)
    assert len(told(gateway)) == before + len(expected)


async def test_an_apheresis_can_yield_too_little(partners: Partners, gateway: Gateway) -> None:
    """The second one, a moment later, collects enough."""
    await partners.manufacturer.reserve_slot(SLOT)
    await partners.sandbox.tell("hospital", "admit", {"outcome": {"apheresis": "insufficient"}})
    await partners.hospital.admit(ADMISSION)
    await until_told(partners, 2)
    results = [one.result.value for one in told(gateway) if isinstance(one, RecordApheresis)]
    assert results == ["insufficient", "collected"]


@pytest.mark.parametrize(
    ("outcome", "goes_on", "billed"),
    [
        ({"up_to": "record_examination"}, False, None),
        ({"examination": "unfit"}, False, (["bed", "nursing", "examination"], True)),
        ({"examination": "unfit"}, True, (["bed", "nursing", "examination"], False)),
    ],
    ids=["no bill was planned", "examined, then ended", "examined, then elsewhere"],
)
async def test_a_cancelled_admission_bills_what_was_given(
    database: str,
    outcome: dict[str, JsonValue],
    goes_on: bool,  # noqa: FBT001 - a parameter of the test
    billed: tuple[list[str], bool] | None,
) -> None:
    """No product and no drugs for a patient who was examined and did not stay; the last bill is said to be the last."""
    gateway = Gateway()
    async with gateway.serve() as url, sandbox(database, url) as playing, connected(playing) as partners:
        await partners.sandbox.tell("hospital", "admit", {"outcome": outcome, "callback_after": 1.0})
        receipt = await partners.hospital.admit(INFUSION)
        await partners.sandbox.until("callbacks", type="record_examination", state="delivered")
        assert (await cancel(partners, receipt.appointment_id, goes_on=goes_on)).cancelled
        if billed:
            await partners.sandbox.until("callbacks", type="submit_costs", state="delivered")
        bills = [one for one in told(gateway) if isinstance(one, SubmitCosts)]
        assert [([item.kind.value for item in bill.items], bill.final) for bill in bills] == (
            [billed] if billed else []
        )


@pytest.mark.parametrize("goes_on", [False, True], ids=["ended", "elsewhere"])
async def test_an_admission_that_never_began_bills_nothing(
    database: str,
    goes_on: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Where the therapy has ended the institution says that no costs will come, else it says nothing."""
    async with sandbox(database, pace=60) as playing, connected(playing) as partners:
        receipt = await partners.hospital.admit(INFUSION)
        assert (await cancel(partners, receipt.appointment_id, goes_on=goes_on)).cancelled
        planned = [row for row in await partners.sandbox.kept("callbacks") if row["state"] == "planned"]
        bills = [] if goes_on else [{"items": [], "final": True, "settled_by_social_insurance": True}]
        assert [row["data"] for row in planned] == [{"planned": bill} for bill in bills]


async def test_who_is_treated_already_stays(partners: Partners) -> None:
    """Too late is an answer: after the apheresis there is nothing to take back."""
    await collect(partners)
    [row] = await partners.sandbox.kept("appointments")
    await partners.sandbox.until("callbacks", type="record_apheresis", state="delivered")
    assert not (await cancel(partners, str(row["appointment_id"]))).cancelled


async def cancel(partners: Partners, appointment_id: str, *, goes_on: bool = False) -> AppointmentCancelled:
    """The patient does not come."""
    word = AppointmentCancellation(
        key=f"cancel:{appointment_id}", journey_id=JOURNEY, appointment_id=appointment_id, goes_on=goes_on
    )
    return await partners.hospital.cancel_appointment(word)


async def test_a_therapy_waits_longer_for_people_and_never_for_a_closed_journey(
    partners: Partners, gateway: Gateway
) -> None:
    """What is not possible yet is told again; to a journey that is closed nothing is told any more."""
    gateway.answers = [409] * 4
    await partners.hospital.book_assessment(ASSESSMENT)
    await partners.sandbox.until("callbacks", state="delivered")
    assert types(gateway) == ["record_assessment"] * 5
    gateway.closed = True
    await partners.hospital.book_assessment(ASSESSMENT.model_copy(update={"key": "assess:journey-1:2"}))
    await partners.sandbox.until("callbacks", state="given_up", last_status=409)
    assert len(gateway.received) == 6


async def test_a_bill_is_paid_once(partners: Partners) -> None:
    """A therapy's bill has no dispensing: its number counts, and two therapies do not stand in each other's way."""
    await partners.sandbox.put("policies", KNOWN)
    bill = PAYMENT.model_copy(update={"dispensing_id": "", "invoice_number": "BILL-1"})
    other = {"key": "pay:journey-2:1", "journey_id": "journey-" + "b" * 20}
    await partners.insurer.order_payment(bill)
    await partners.insurer.order_payment(bill.model_copy(update=other))
    answer = await partners.sandbox.control.post(
        "/insurer/payments",
        json=bill.model_dump(mode="json", exclude={"key", "journey_id"}),
        headers={"Idempotency-Key": "pay:another-key", "X-Journey-Id": JOURNEY},
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "invoice_number")

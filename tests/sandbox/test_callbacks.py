"""Call-backs: signed, in order, as often as told, through restarts and a gateway that is away."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import asyncpg
import httpx2
import pytest
from pydantic import JsonValue
from standardwebhooks import Webhook

from sandbox.desk import Desk
from sandbox.sender import Sender
from schemas.actions import RecordAidCollection, RecordAidOutcome, RecordHandOver, RecordPayment, SubmitPapers
from schemas.shape import Shape
from schemas.text import Bilingual
from tests.activities.test_partners import APPLICATION, BOOKING, DRUG, KNOWN, MESSAGE, PAYMENT, Partners, connected
from tests.sandbox.serving import JOURNEY, NOBODY, SECRET, Gateway, Received, sandbox

ACTOR = {"key": "callback:msg_1", "actor": {"role": "system", "id": "test"}}
CODE = "7KQM-3XTD-9PWA"


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def partners(database: str, gateway: Gateway) -> AsyncIterator[Partners]:
    async with gateway.serve() as url, sandbox(database, url) as playing, connected(playing) as adapters:
        await playing.put("policies", KNOWN)
        await playing.put("programs", {"drug_id": DRUG})
        yield adapters


def action(call: Received, shape: type[Shape]) -> Shape:
    """The call-back's data as the journey will read it."""
    data = call.said["data"]
    assert isinstance(data, dict)
    return shape.model_validate(data | ACTOR)


def types(gateway: Gateway) -> list[JsonValue]:
    return [call.said["type"] for call in gateway.received]


async def tell_the_code(partners: Partners) -> None:
    text = Bilingual(zh=f"2026-06-01 取药码：{CODE}。请凭码取药", en=f"your voucher code is {CODE}: show it")
    await partners.notifier.send(MESSAGE.model_copy(update={"template": "voucher_issued", "text": text}))


async def test_a_call_back_is_signed_as_the_standard_asks(partners: Partners, gateway: Gateway) -> None:
    """Another implementation of Standard Webhooks accepts the signature."""
    await partners.insurer.order_payment(PAYMENT)
    await partners.sandbox.until("callbacks", state="delivered")
    [call] = gateway.received
    assert Webhook(SECRET).verify(call.body, call.headers) == call.said
    assert (call.partner, call.said["type"], call.said["journey_id"]) == ("insurer", "record_payment", JOURNEY)


async def test_a_payment_call_back_is_the_journeys_action(partners: Partners, gateway: Gateway) -> None:
    """The data are the action without its key and actor."""
    receipt = await partners.insurer.order_payment(PAYMENT)
    await partners.sandbox.until("callbacks", state="delivered")
    said = action(gateway.received[0], RecordPayment)
    assert isinstance(said, RecordPayment)
    assert (said.payment_id, said.paid, said.amount) == (receipt.payment_id, True, PAYMENT.amount)


async def test_a_refused_payment_says_so(partners: Partners, gateway: Gateway) -> None:
    """The outcome is told by script, and stands in the books as well."""
    told: JsonValue = {"outcome": {"paid": False, "reason": "invoice unreadable"}}
    await partners.sandbox.tell("insurer", "order_payment", told, journey_id=JOURNEY)
    await partners.insurer.order_payment(PAYMENT)
    await partners.sandbox.until("payments", status="rejected", reason="invoice unreadable")
    await partners.sandbox.until("callbacks", state="delivered")
    said = action(gateway.received[0], RecordPayment)
    assert isinstance(said, RecordPayment)
    assert (said.paid, said.paid_on, said.reason) == (False, None, "invoice unreadable")


async def test_aid_is_decided_before_it_is_collected(partners: Partners, gateway: Gateway) -> None:
    """The collection is told after the outcome was taken, even when the gateway first had no time for it."""
    gateway.answers = [503, 409]
    await partners.foundation.apply(APPLICATION)
    await partners.sandbox.until("callbacks", type="record_aid_collection", state="delivered")
    assert types(gateway) == ["record_aid_outcome"] * 3 + ["record_aid_collection"]
    assert isinstance(action(gateway.received[0], RecordAidOutcome), RecordAidOutcome)
    assert isinstance(action(gateway.received[-1], RecordAidCollection), RecordAidCollection)
    assert await partners.sandbox.until("applications", standing="collected")


async def test_refused_aid_is_never_collected(partners: Partners, gateway: Gateway) -> None:
    """After a refusal nothing more is told."""
    await partners.sandbox.tell("foundation", "apply", {"outcome": {"approved": False, "reason": "income"}})
    await partners.foundation.apply(APPLICATION)
    await partners.sandbox.until("applications", standing="refused")
    await partners.sandbox.until("callbacks", state="delivered")
    assert types(gateway) == ["record_aid_outcome"]


async def test_the_hospital_sends_the_papers_it_was_asked_for(partners: Partners, gateway: Gateway) -> None:
    """Each kind asked for comes, as an original, received today."""
    body: JsonValue = {
        "hospital": "示例医院",
        "kinds": ["pathology_report", "imaging"],
        "person": {
            "name": "示例甲",
            "id_document": {"type": "passport", "number": "E00000001"},
            "birth_date": "1970-01-01",
        },
    }
    headers = {"Idempotency-Key": "records:1:1", "X-Journey-Id": JOURNEY}
    answer = await partners.sandbox.control.post("/hospital/records-requests", json=body, headers=headers)
    assert answer.status_code == 201
    await partners.sandbox.until("callbacks", state="delivered")
    said = action(gateway.received[0], SubmitPapers)
    assert isinstance(said, SubmitPapers)
    assert [paper.kind for paper in said.papers] == ["pathology_report", "imaging"]


async def test_the_courier_asks_the_patient_for_the_code(partners: Partners, gateway: Gateway) -> None:
    """The hand-over waits until the patient has a code, and then states it."""
    await partners.courier.book(BOOKING)
    await partners.sandbox.until("callbacks", last_error="the patient has no voucher code yet")
    await tell_the_code(partners)
    await partners.sandbox.until("callbacks", type="record_hand_over", state="delivered")
    said = action(gateway.received[0], RecordHandOver)
    assert isinstance(said, RecordHandOver)
    assert (said.voucher_code, said.identity_verified) == (CODE, True)
    assert await partners.sandbox.until("parcels", status="delivered")


async def test_a_repeat_is_the_same_to_the_byte(partners: Partners, gateway: Gateway) -> None:
    """The gateway knows a message by its id and content: what it did not take at first comes once more as it was."""
    gateway.answers = [503, 409]
    await tell_the_code(partners)
    await partners.courier.book(BOOKING)
    await partners.sandbox.until("callbacks", type="record_hand_over", state="delivered")
    assert len(gateway.received) == 3
    assert len({call.body for call in gateway.received}) == 1


async def test_a_delivery_can_fail(partners: Partners, gateway: Gateway) -> None:
    """The courier calls back what went wrong, and tracking shows it."""
    told: JsonValue = {"outcome": {"problem": "damaged_by_carrier", "reason": "box crushed"}}
    await partners.sandbox.tell("courier", "book", told)
    await partners.courier.book(BOOKING)
    await partners.sandbox.until("callbacks", type="record_delivery_problem", state="delivered")
    data = gateway.received[0].said["data"]
    assert isinstance(data, dict)
    assert (data["status"], data["reason"]) == ("damaged_by_carrier", "box crushed")
    assert await partners.sandbox.until("parcels", status="failed")


async def test_at_the_counter_the_pharmacy_tells_of_the_hand_over(partners: Partners, gateway: Gateway) -> None:
    """A visit to the counter ends in the pharmacy's own call-back."""
    await tell_the_code(partners)
    answer = await partners.sandbox.control.post("/_sandbox/visits", json={"journey_id": JOURNEY})
    assert answer.status_code == 202
    await partners.sandbox.until("callbacks", type="record_hand_over", state="delivered")
    [call] = gateway.received
    said = action(call, RecordHandOver)
    assert isinstance(said, RecordHandOver)
    assert (call.partner, said.voucher_code) == ("pharmacy", CODE)


@pytest.mark.parametrize(("distinct", "ids"), [(False, 1), (True, 2)])
async def test_a_partner_can_call_back_twice(partners: Partners, gateway: Gateway, distinct: bool, ids: int) -> None:  # noqa: FBT001 - a parameter of the test
    """The same call-back comes twice under one id, or as two of their own."""
    await partners.sandbox.tell("insurer", "order_payment", {"kind": "twice", "distinct": distinct})
    await partners.insurer.order_payment(PAYMENT)
    while len(gateway.received) < 2:
        await asyncio.sleep(0.02)
    assert len({call.headers["webhook-id"] for call in gateway.received}) == ids
    assert len(await partners.sandbox.kept("payments")) == 1


async def test_a_partner_can_keep_what_it_did_to_itself(partners: Partners, gateway: Gateway) -> None:
    """The payment is made and can be asked for, but nobody calls back, until a person has it sent."""
    await partners.sandbox.tell("insurer", "order_payment", {"kind": "no_callback"})
    await partners.insurer.order_payment(PAYMENT)
    unsent = await partners.sandbox.until("callbacks", state="unsent")
    assert await partners.sandbox.until("payments", status="paid")
    assert gateway.received == []
    await partners.sandbox.control.post(f"/_sandbox/callbacks/{unsent['callback_id']}/again")
    await partners.sandbox.until("callbacks", state="delivered")
    assert types(gateway) == ["record_payment"]


async def test_a_call_back_the_gateway_will_never_take_is_given_up(partners: Partners, gateway: Gateway) -> None:
    """A definite no is not repeated, and is written down."""
    gateway.answers = [422]
    await partners.insurer.order_payment(PAYMENT)
    assert (await partners.sandbox.until("callbacks", state="given_up"))["last_status"] == 422
    assert len(gateway.received) == 1


async def test_any_call_back_can_be_sent(partners: Partners, gateway: Gateway) -> None:
    """For trying out what a journey does with a call-back out of the blue."""
    saying = {"partner": "insurer", "journey_id": JOURNEY, "type": "record_payment", "data": {"paid": True}}
    await partners.sandbox.control.post("/_sandbox/callbacks", json=saying)
    await partners.sandbox.until("callbacks", state="delivered")
    assert types(gateway) == ["record_payment"]
    wrong = await partners.sandbox.control.post("/_sandbox/callbacks", json=saying | {"type": "plan"})
    assert wrong.status_code == 422


async def test_a_restart_loses_neither_books_nor_call_backs(database: str) -> None:
    """What was planned while the gateway was away is sent by the next process, once."""
    async with sandbox(database, NOBODY) as playing, connected(playing) as adapters:
        await playing.put("policies", KNOWN)
        receipt = await adapters.insurer.order_payment(PAYMENT)
        await playing.until("callbacks", last_error="ConnectError")
    gateway = Gateway()
    async with gateway.serve() as url, sandbox(database, url) as playing, connected(playing) as adapters:
        assert await adapters.insurer.order_payment(PAYMENT) == receipt
        await playing.until("callbacks", state="delivered")
        assert len(await playing.kept("payments")) == 1
    assert len(gateway.received) == 1


async def test_a_visit_needs_a_journey(partners: Partners) -> None:
    """The control API names the field that is wrong."""
    answer: httpx2.Response = await partners.sandbox.control.post("/_sandbox/visits", json={"journey_id": "x"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "journey_id"


class EmptyBooks:
    """A database in which nothing is due, as the sender asks it."""

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self.asked = asyncio.Event()

    async def execute(self, *_: object) -> None:
        """Take nothing up."""

    async def fetch(self, *_: object) -> list[object]:
        """Nothing to claim."""
        return []

    async def fetchval(self, *_: object) -> None:
        """Nothing planned: the sender rests after this answer."""
        self.asked.set()


async def test_a_sender_that_is_ended_just_as_work_comes_in_ends() -> None:
    """A call-back planned in the very moment in which the partners are ended does not keep them alive."""
    books = EmptyBooks()
    desk = Desk(cast("asyncpg.Pool[asyncpg.Record]", books), 0)
    sending = asyncio.create_task(Sender(desk, "http://127.0.0.1:1", SECRET).run())
    await books.asked.wait()
    await asyncio.sleep(0)  # the sender rests now
    desk.planned.set()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(10):
            await sending

"""The partner adapters against the played partners: every operation, over real sockets."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

import pytest
from pydantic import JsonValue
from temporalio.testing import ActivityEnvironment

from activities.courier import Courier
from activities.cryo_courier import CryoCourier
from activities.errors import PartnerError
from activities.foundation import Foundation
from activities.hospital import Hospital
from activities.http import PartnerClient
from activities.insurer import Insurer
from activities.manufacturer import Manufacturer
from activities.notifier import Notifier
from activities.pharmacy import Pharmacy
from schemas.decision import AidStanding, FulfilmentMode
from schemas.names import PersonRef
from schemas.papers import PaperKind
from schemas.partners import (
    AidApplication,
    AidProgramQuery,
    AidQuery,
    CourierBooking,
    CourierCancellation,
    DispenseOrder,
    DispensingReceipt,
    Message,
    PartnerName,
    PaymentOrder,
    PaymentQuery,
    QuoteQuery,
    RecordsRequest,
    ReservationReceipt,
    ReservationRelease,
    StockReservation,
    TrackingQuery,
)
from schemas.people import Address, Citizenship, IdDocument, IdDocumentType, InsuredPerson, Sex
from schemas.policy import CoverageQuery
from schemas.text import Bilingual
from tests.sandbox.serving import JOURNEY, TOKEN, Sandbox, sandbox

PERSON = "person-bbbbbbbbbbbbbbbbbbbb"
POLICY = "POL-2026-0001"
PRODUCT = "pingan-longterm-b"
DRUG = "pingan-longterm-b-099"
INSURED = InsuredPerson(
    name="示例甲",
    id_document=IdDocument(type=IdDocumentType.PASSPORT, number="E00000001"),
    birth_date=date(1970, 1, 1),
    sex=Sex.FEMALE,
    citizenship=Citizenship.MAINLAND,
    phone="13900000000",
    address=Address(province="上海", city="上海", detail="示例路1号"),
)
POLICY_FACTS: dict[str, JsonValue] = {
    "policy_number": POLICY,
    "product": PRODUCT,
    "status": "in_force",
    "effective_on": "2026-01-01",
    "expires_on": "2026-12-31",
    "sum_insured": "1000000.00",
    "social_insurance": {"enrolled": True},
}
KNOWN: JsonValue = {"policy": POLICY_FACTS, "in_catalogue": False}
COVERAGE = CoverageQuery(
    policy_number=POLICY,
    product=PRODUCT,
    drug_name="示例药 片剂",
    province="上海",
    city="上海",
    prescribed_on=date(2026, 6, 1),
)
PAYMENT = PaymentOrder(
    key="pay:journey-1:1",
    journey_id=JOURNEY,
    policy_number=POLICY,
    product=PRODUCT,
    dispensing_id="disp-1",
    invoice_number="INV00000001",
    amount=Decimal("1234.50"),
)
QUOTE = QuoteQuery(product=PRODUCT, drug_id=DRUG, drug_name="示例药", quantity=Decimal(2), province="上海", city="上海")
RESERVATION = StockReservation(
    key="reserve:journey-1:1",
    journey_id=JOURNEY,
    mode=FulfilmentMode.DELIVERY,
    voucher_id="voucher-1",
    person=PERSON,
    **QUOTE.model_dump(),
)
PROGRAM = AidProgramQuery(
    product=PRODUCT,
    drug_id=DRUG,
    drug_name="示例药",
    disease="乳腺癌",
    citizenship=Citizenship.MAINLAND,
    province="上海",
)
APPLICATION = AidApplication(
    key="apply:journey-1:1",
    journey_id=JOURNEY,
    program_id=f"program-{DRUG}",
    person=PERSON,
    drug_id=DRUG,
    prescription_number="RX-1",
)
BOOKING = CourierBooking(
    key="book:journey-1:1",
    journey_id=JOURNEY,
    reservation_id="res-1",
    pharmacy_id="shop-1",
    pharmacy_city="上海",
    destination_city="上海",
    mode=FulfilmentMode.DELIVERY,
    cold_chain=True,
    due_at=datetime(2026, 6, 3, tzinfo=UTC),
    person=PERSON,
)
MESSAGE = Message(
    key="notice:journey-1:1",
    journey_id=JOURNEY,
    person=PERSON,
    template="approved",
    text=Bilingual(zh="已通过", en="approved"),
)


class Vault:
    """A vault that holds one person."""

    async def person(self, ref: PersonRef) -> InsuredPerson:
        """The one person."""
        assert ref == PERSON
        return INSURED


class Partners(NamedTuple):
    """Every adapter, speaking to one running sandbox."""

    sandbox: Sandbox
    insurer: Insurer
    pharmacy: Pharmacy
    foundation: Foundation
    hospital: Hospital
    courier: Courier
    manufacturer: Manufacturer
    cryo_courier: CryoCourier
    notifier: Notifier


@asynccontextmanager
async def connected(playing: Sandbox) -> AsyncIterator[Partners]:
    clients = {name: PartnerClient(name, f"{playing.url}/{name}/", TOKEN) for name in PartnerName}
    vault = Vault()
    try:
        yield Partners(
            playing,
            Insurer(clients[PartnerName.INSURER]),
            Pharmacy(clients[PartnerName.PHARMACY], vault),
            Foundation(clients[PartnerName.FOUNDATION], vault),
            Hospital(clients[PartnerName.HOSPITAL], vault),
            Courier(clients[PartnerName.COURIER], vault),
            Manufacturer(clients[PartnerName.MANUFACTURER]),
            CryoCourier(clients[PartnerName.CRYO_COURIER]),
            Notifier(clients[PartnerName.NOTIFIER], vault),
        )
    finally:
        for client in clients.values():
            await client.aclose()


@pytest.fixture
async def partners(database: str) -> AsyncIterator[Partners]:
    async with sandbox(database) as playing, connected(playing) as adapters:
        await playing.put("policies", KNOWN)
        yield adapters


def dispensing(kept: ReservationReceipt, key: str = "dispense:journey-1:1") -> DispenseOrder:
    return DispenseOrder(
        key=key,
        journey_id=JOURNEY,
        reservation_id=kept.reservation_id,
        voucher_id=RESERVATION.voucher_id,
        mode=FulfilmentMode.DELIVERY,
        handed_over_at=datetime(2026, 6, 2, 10, tzinfo=UTC),
    )


async def test_the_insurer_answers_for_a_policy(partners: Partners) -> None:
    """The policy comes back as the core system holds it."""
    coverage = await partners.insurer.coverage(COVERAGE)
    assert coverage.policy.sum_insured == Decimal("1000000.00")
    assert coverage.in_catalogue is False


async def test_an_unknown_policy_is_a_refusal_that_names_the_field(partners: Partners) -> None:
    """A wrong policy number ends in a message that says which field is wrong."""
    with pytest.raises(PartnerError, match=r"insurer.coverage: 404 policy_number: no policy") as refused:
        await partners.insurer.coverage(COVERAGE.model_copy(update={"policy_number": "POL-NONE"}))
    assert (refused.value.type, refused.value.non_retryable) == ("PartnerRefused", True)


async def test_a_payment_is_taken_once_and_can_be_asked_for(partners: Partners) -> None:
    """The same key pays once; the payment then stands in the insurer's books."""
    first, again = await partners.insurer.order_payment(PAYMENT), await partners.insurer.order_payment(PAYMENT)
    assert first == again
    await partners.sandbox.until("payments", status="paid")
    stands = await partners.insurer.payment(PaymentQuery(payment_id=first.payment_id))
    assert stands.status == "paid"
    assert stands.paid_on is not None
    assert len(await partners.sandbox.kept("payments")) == 1


async def test_a_dispensing_is_paid_once_under_any_key(partners: Partners) -> None:
    """A second order for the same dispensing is refused."""
    await partners.insurer.order_payment(PAYMENT)
    with pytest.raises(PartnerError, match=r"409 dispensing_id: a payment for this dispensing was ordered before"):
        await partners.insurer.order_payment(PAYMENT.model_copy(update={"key": "pay:another-key"}))


async def test_a_key_does_not_serve_another_order(partners: Partners) -> None:
    """The same key with another amount is refused, and nothing is paid for it."""
    await partners.insurer.order_payment(PAYMENT)
    with pytest.raises(PartnerError, match=r"409 Idempotency-Key: this key was used for another order"):
        await partners.insurer.order_payment(PAYMENT.model_copy(update={"amount": Decimal("1.00")}))
    assert [row["amount"] for row in await partners.sandbox.kept("payments")] == [1234.5]


async def test_the_pharmacy_quotes_reserves_and_dispenses(partners: Partners) -> None:
    """One price from quote to invoice, and one dispensing for the reservation."""
    quote = await partners.pharmacy.quote(QUOTE)
    kept = await partners.pharmacy.reserve(RESERVATION)
    receipt: DispensingReceipt = await partners.pharmacy.dispense(dispensing(kept))
    assert quote.cost == kept.cost == receipt.cost == quote.unit_price * 2
    assert await partners.pharmacy.dispense(dispensing(kept)) == receipt
    with pytest.raises(PartnerError, match=r"409 reservation_id: this reservation was dispensed"):
        await partners.pharmacy.dispense(dispensing(kept, key="dispense:another-key"))


async def test_a_set_price_is_the_one_quoted(partners: Partners) -> None:
    """Prices are data of the sandbox."""
    await partners.sandbox.put("prices", {"drug_id": DRUG, "unit_price": "99.95"})
    assert (await partners.pharmacy.quote(QUOTE)).cost == Decimal("199.90")


async def test_a_city_out_of_stock_is_quoted_so_and_refuses(partners: Partners) -> None:
    """A drug that is out of stock in one city can be had in another."""
    await partners.sandbox.put("stock", {"drug_id": DRUG, "city": "上海", "in_stock": False})
    assert not (await partners.pharmacy.quote(QUOTE)).in_stock
    with pytest.raises(PartnerError, match=r"422 drug_id: out of stock in 上海"):
        await partners.pharmacy.reserve(RESERVATION)
    assert (await partners.pharmacy.quote(QUOTE.model_copy(update={"city": "苏州"}))).in_stock


async def test_a_reservation_is_released_more_than_once_without_harm(partners: Partners) -> None:
    """Released is released; it cannot be dispensed any more."""
    kept = await partners.pharmacy.reserve(RESERVATION)
    for key in ("release:journey-1:1", "release:journey-1:2"):
        release = ReservationRelease(key=key, journey_id=JOURNEY, reservation_id=kept.reservation_id)
        assert (await partners.pharmacy.release(release)).reservation_id == kept.reservation_id
    with pytest.raises(PartnerError, match=r"409 reservation_id: this reservation was released"):
        await partners.pharmacy.dispense(dispensing(kept))


async def test_without_a_program_there_is_no_aid(partners: Partners) -> None:
    """Drugs have no aid program until one is opened."""
    assert (await partners.foundation.program(PROGRAM)).standing is AidStanding.NO_PROGRAM


async def test_only_mainland_citizens_qualify_for_aid(partners: Partners) -> None:
    """Citizenship decides whether an open program is open to the patient (pingan-longterm-b/CHAR-1)."""
    await partners.sandbox.put("programs", {"drug_id": DRUG, "papers": ["id_document"]})
    open_to = await partners.foundation.program(PROGRAM)
    assert (open_to.standing, open_to.papers) == (AidStanding.OPEN, (PaperKind.ID_DOCUMENT,))
    abroad = PROGRAM.model_copy(update={"citizenship": Citizenship.FOREIGN})
    assert (await partners.foundation.program(abroad)).standing is AidStanding.NOT_QUALIFIED


async def test_an_application_for_aid_runs_to_its_end(partners: Partners) -> None:
    """Under review, then approved, then collected."""
    await partners.sandbox.put("programs", {"drug_id": DRUG})
    receipt = await partners.foundation.apply(APPLICATION)
    assert receipt.standing is AidStanding.UNDER_REVIEW
    await partners.sandbox.tell("foundation", "application", {"kind": "delay", "seconds": 0.01})
    await partners.sandbox.until("applications", standing="approved")
    stands = await partners.foundation.application(AidQuery(application_id=receipt.application_id))
    assert stands.standing is AidStanding.APPROVED


async def test_the_hospital_takes_a_request_for_papers(partners: Partners) -> None:
    """The hospital is told who the patient is, and which papers are missing."""
    request = RecordsRequest(
        key="records:journey-1:1",
        journey_id=JOURNEY,
        hospital="示例医院",
        person=PERSON,
        kinds=(PaperKind.PATHOLOGY_REPORT,),
    )
    receipt = await partners.hospital.request_records(request)
    [kept] = await partners.sandbox.kept("records_requests")
    assert (kept["request_id"], kept["kinds"]) == (receipt.request_id, ["pathology_report"])


async def test_the_courier_takes_a_parcel(partners: Partners) -> None:
    """A booking gets a tracking number and keeps the promised time."""
    receipt = await partners.courier.book(BOOKING)
    assert receipt.promised_by == BOOKING.due_at
    tracking = await partners.courier.tracking(TrackingQuery(tracking_number=receipt.tracking_number))
    assert tracking.status in {"booked", "in_transit"}


async def test_a_parcel_that_was_not_fetched_is_taken_back(partners: Partners) -> None:
    """Taken back once or twice, it is not carried; nothing is called back about it."""
    await partners.sandbox.tell("courier", "book", {"callback_after": 60})
    receipt = await partners.courier.book(BOOKING)
    number = receipt.tracking_number
    for key in ("cancel:journey-1:1", "cancel:journey-1:2"):
        cancellation = CourierCancellation(key=key, journey_id=JOURNEY, tracking_number=number)
        assert (await partners.courier.cancel(cancellation)).cancelled
    assert (await partners.courier.tracking(TrackingQuery(tracking_number=number))).status == "cancelled"
    assert {row["state"] for row in await partners.sandbox.kept("callbacks")} == {"unsent"}


async def test_a_parcel_on_its_way_is_not_taken_back(partners: Partners) -> None:
    """Too late is an answer: a person has to have it brought back."""
    receipt = await partners.courier.book(BOOKING)
    await partners.sandbox.until("parcels", status="in_transit")
    cancellation = CourierCancellation(
        key="cancel:journey-1:1", journey_id=JOURNEY, tracking_number=receipt.tracking_number
    )
    assert not (await partners.courier.cancel(cancellation)).cancelled


async def test_the_notifier_delivers_once(partners: Partners) -> None:
    """The same key is one message."""
    assert await partners.notifier.send(MESSAGE) == await partners.notifier.send(MESSAGE)
    to_team = MESSAGE.model_copy(update={"key": "notice:team:1", "person": None, "team": "pharmacists"})
    await partners.notifier.send(to_team)
    kept = await partners.sandbox.kept("messages")
    assert [row["team"] for row in kept] == ["", "pharmacists"]
    assert kept[0]["person"] == {"name": INSURED.name, "phone": INSURED.phone}


async def test_each_partner_learns_only_what_it_needs(partners: Partners) -> None:
    """Name and phone for the pharmacy, the address for the courier, no identity number for either."""
    await partners.pharmacy.reserve(RESERVATION)
    await partners.courier.book(BOOKING)
    [reservation], [parcel] = await partners.sandbox.kept("reservations"), await partners.sandbox.kept("parcels")
    assert reservation["person"] == {"name": INSURED.name, "phone": INSURED.phone}
    assert parcel["person"] == INSURED.model_dump(mode="json", include={"name", "phone", "address"})


async def test_questions_and_orders_name_their_journey(partners: Partners) -> None:
    """Inside an activity even a question carries the journey's id."""
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, workflow_id=JOURNEY)
    await environment.run(partners.insurer.coverage, COVERAGE)
    [exchange] = await partners.sandbox.kept("exchanges")
    assert exchange["journey_id"] == JOURNEY

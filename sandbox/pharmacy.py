"""The pharmacy network, played: invented prices, stock, reservations, and one dispensing for each reservation."""

import hashlib
import secrets
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated

import asyncpg
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from sandbox.behaviours import Behaviour
from sandbox.database import load
from sandbox.desk import AtDesk, Reading, Writing
from sandbox.people import Addressee
from sandbox.problems import RESPONSES, ProblemError
from schemas.decision import FulfilmentMode
from schemas.money import to_fen
from schemas.names import DrugId, ProductId
from schemas.partners import DispensingReceipt, PartnerName, Quote, QuoteQuery, Released, ReservationReceipt
from schemas.shape import Strict

if TYPE_CHECKING:
    from sandbox.database import Connection

router = APIRouter(prefix="/pharmacy", tags=[PartnerName.PHARMACY.value], responses=RESPONSES)
_BOOKS = load("books")
_CHEAPEST, _DEAREST = 480, 16_000
_MOST_PHARMACIES = 6


class Reservation(Strict):
    """Keep this drug in a pharmacy of this city."""

    product: ProductId
    drug_id: DrugId
    drug_name: str
    quantity: Decimal = Field(gt=0, max_digits=9, decimal_places=3)
    province: str
    city: str
    mode: FulfilmentMode
    voucher_id: str
    person: Addressee


class ReleaseRequest(Strict):
    """Nothing more than the address says."""


class Dispensing(Strict):
    """A hand-over that was checked."""

    reservation_id: str
    voucher_id: str
    mode: FulfilmentMode
    handed_over_at: AwareDatetime


@router.get("/quotes")
async def quote(question: Annotated[QuoteQuery, Query()], call: Reading, desk: AtDesk) -> Quote:
    """Price of the whole quantity, and whether the city has it."""
    return await desk.read(call, question.model_dump(mode="json"), partial(_quote, question))


async def _quote(question: QuoteQuery, connection: "Connection", _: Behaviour) -> Quote:
    price = await _price(connection, question.drug_id)
    return Quote(
        unit_price=price,
        cost=to_fen(price * question.quantity),
        in_stock=await connection.fetchval(_BOOKS["in_stock"], question.drug_id, question.city),
        pharmacies=1 + _number(question.city) % _MOST_PHARMACIES,
    )


@router.post("/reservations", status_code=201)
async def reserve(reservation: Reservation, call: Writing, desk: AtDesk) -> ReservationReceipt:
    """Keep the drug for a voucher."""
    return await desk.write(call, reservation, ReservationReceipt, partial(_reserve, call.journey_id, reservation))


async def _reserve(
    journey_id: str, reservation: Reservation, connection: "Connection", _: Behaviour
) -> ReservationReceipt:
    if not await connection.fetchval(_BOOKS["in_stock"], reservation.drug_id, reservation.city):
        raise ProblemError(422, f"out of stock in {reservation.city}", field="drug_id")
    price = await _price(connection, reservation.drug_id)
    shop = 1 + _number(f"{reservation.city}/{reservation.drug_id}") % _MOST_PHARMACIES
    receipt = ReservationReceipt(
        reservation_id=f"res-{secrets.token_hex(8)}",
        pharmacy_id=f"shop-{_number(reservation.city):08x}-{shop}",
        pharmacy_name=f"{reservation.city}示范药房{shop}店",
        cost=to_fen(price * reservation.quantity),
        cold_chain="注射" in reservation.drug_name,
    )
    kept = (reservation.voucher_id, reservation.drug_id, reservation.quantity, receipt.cost, reservation.mode)
    place = (receipt.pharmacy_id, receipt.pharmacy_name, reservation.person.model_dump(mode="json"))
    await connection.execute(_BOOKS["add_reservation"], receipt.reservation_id, journey_id, *kept, *place)
    return receipt


@router.post("/reservations/{reservation_id}/release")
async def release(reservation_id: str, request: ReleaseRequest, call: Writing, desk: AtDesk) -> Released:
    """Let the drug go; once dispensed it cannot be."""
    return await desk.write(call, request, Released, partial(_release, reservation_id))


async def _release(reservation_id: str, connection: "Connection", _: Behaviour) -> Released:
    row = await _reservation(connection, reservation_id)
    if row["status"] == "dispensed":
        raise ProblemError(409, "this reservation was dispensed", field="reservation_id")
    await connection.execute(_BOOKS["move_reservation"], reservation_id, "released")
    return Released(reservation_id=reservation_id)


@router.post("/dispensings", status_code=201)
async def dispense(dispensing: Dispensing, call: Writing, desk: AtDesk) -> DispensingReceipt:
    """Book the hand-over and write the invoice."""
    return await desk.write(call, dispensing, DispensingReceipt, partial(_dispense, dispensing))


async def _dispense(dispensing: Dispensing, connection: "Connection", _: Behaviour) -> DispensingReceipt:
    row = await _reservation(connection, dispensing.reservation_id)
    if row["status"] != "held":
        raise ProblemError(409, f"this reservation was {row['status']}", field="reservation_id")
    if row["voucher_id"] != dispensing.voucher_id:
        raise ProblemError(422, "the reservation is for another voucher", field="voucher_id")
    if dispensing.handed_over_at > datetime.now(UTC):
        raise ProblemError(422, "lies in the future", field="handed_over_at")
    dispensing_id = f"disp-{secrets.token_hex(8)}"
    facts = (dispensing.reservation_id, row["journey_id"], row["voucher_id"], row["cost"], dispensing.handed_over_at)
    [booked] = await connection.fetch(_BOOKS["add_dispensing"], dispensing_id, *facts)
    await connection.execute(_BOOKS["move_reservation"], dispensing.reservation_id, "dispensed")
    return DispensingReceipt(
        dispensing_id=dispensing_id,
        invoice_number=f"INV{booked['invoice']:08d}",
        cost=booked["cost"],
        dispensed_at=booked["dispensed_at"],
    )


async def _reservation(connection: "Connection", reservation_id: str) -> asyncpg.Record:
    row = await connection.fetchrow(_BOOKS["reservation"], reservation_id)
    if row is None:
        raise ProblemError(404, "no reservation of this id", field="reservation_id")
    return row


async def _price(connection: "Connection", drug_id: str) -> Decimal:
    invented = Decimal(_CHEAPEST + _number(drug_id) % (_DEAREST - _CHEAPEST))
    await connection.execute(_BOOKS["seed_price"], drug_id, invented)
    price: Decimal = await connection.fetchval(_BOOKS["price"], drug_id)
    return price


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4])

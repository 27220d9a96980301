"""The courier, played: fetches, drives, and hands over against the voucher code that the patient shows."""

import secrets
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import AwareDatetime

from sandbox.behaviours import Behaviour
from sandbox.callbacks import Callback, plan, plan_told
from sandbox.database import load
from sandbox.desk import AtDesk, Reading, Writing
from sandbox.handover import handed_over
from sandbox.outcomes import HandOverOutcome
from sandbox.people import Recipient
from sandbox.problems import RESPONSES, ProblemError
from schemas.decision import FulfilmentMode
from schemas.partners import CourierCancelled, CourierReceipt, PartnerName, Tracking
from schemas.shape import Strict

if TYPE_CHECKING:
    from sandbox.database import Connection

router = APIRouter(prefix="/courier", tags=[PartnerName.COURIER.value], responses=RESPONSES)
_BOOKS = load("books")
_USUAL = timedelta(days=2)


class Booking(Strict):
    """Carry this reservation from the pharmacy to the recipient."""

    reservation_id: str
    pharmacy_id: str
    pharmacy_city: str
    destination_city: str
    mode: FulfilmentMode
    cold_chain: bool
    due_at: AwareDatetime | None
    person: Recipient


class Cancellation(Strict):
    """Nothing is to be said beyond the number of the parcel."""


@router.post("/bookings", status_code=201)
async def book(booking: Booking, call: Writing, desk: AtDesk) -> CourierReceipt:
    """Take a booking; the hand-over, or what went wrong, is called back."""

    async def work(connection: "Connection", told: Behaviour) -> CourierReceipt:
        receipt = await _book(connection, call.journey_id, booking)
        await _plan_way(connection, call.journey_id, receipt.tracking_number, told, desk.pace)
        return receipt

    return await desk.write(call, booking, CourierReceipt, work)


async def _book(connection: "Connection", journey_id: str, booking: Booking) -> CourierReceipt:
    number = f"SB{secrets.randbelow(10**12):012d}"
    promised = booking.due_at or datetime.now(UTC) + _USUAL
    stated, person = booking.model_dump(mode="json", exclude={"person"}), booking.person.model_dump(mode="json")
    await connection.execute(_BOOKS["add_parcel"], number, journey_id, stated, person, promised)
    return CourierReceipt(tracking_number=number, promised_by=promised)


async def _plan_way(connection: "Connection", journey_id: str, number: str, told: Behaviour, pace: float) -> None:
    outcome = HandOverOutcome.model_validate(told.outcome)
    fetched = Callback(PartnerName.COURIER, journey_id, "in_transit", number, {}, copies=0)
    on_the_way = await plan(connection, fetched, pace if told.callback_after is None else told.callback_after)
    if outcome.problem:
        problem = {"status": outcome.problem.value, "reason": outcome.reason or "as told"}
        arrived = fetched._replace(type="record_delivery_problem", data=problem)
    else:
        arrived = fetched._replace(type="record_hand_over", data=handed_over(outcome))
    await plan_told(connection, arrived, told, 2 * pace, on_the_way)


@router.post("/parcels/{tracking_number}/cancellation")
async def cancel(tracking_number: str, request: Cancellation, call: Writing, desk: AtDesk) -> CourierCancelled:
    """Do not fetch the parcel; what was fetched already stays on its way."""
    return await desk.write(call, request, CourierCancelled, partial(_cancel, tracking_number))


async def _cancel(number: str, connection: "Connection", _: Behaviour) -> CourierCancelled:
    status = await connection.fetchval(_BOOKS["cancel_parcel"], number)
    if status is None:
        raise ProblemError(404, "no parcel of this number", field="tracking_number")
    return CourierCancelled(tracking_number=number, cancelled=status == "cancelled")


@router.get("/parcels/{tracking_number}")
async def tracking(tracking_number: str, call: Reading, desk: AtDesk) -> Tracking:
    """Where a parcel is."""
    return await desk.read(call, {"tracking_number": tracking_number}, partial(_tracking, tracking_number))


async def _tracking(number: str, connection: "Connection", _: Behaviour) -> Tracking:
    row = await connection.fetchrow(_BOOKS["parcel"], number)
    if row is None:
        raise ProblemError(404, "no parcel of this number", field="tracking_number")
    return Tracking(**row)

"""The cryo courier, played: fetches cells, carries them cold, and tells of each hand-over."""

import secrets
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from fastapi import APIRouter

from sandbox.behaviours import Behaviour
from sandbox.callbacks import Callback, plan_in_turn, planned
from sandbox.cells import COURIER
from sandbox.database import load
from sandbox.desk import AtDesk, Writing
from sandbox.outcomes import ShipmentOutcome
from sandbox.problems import RESPONSES, ProblemError
from schemas.custody import ChainOfIdentityId, CustodyStep, DonationNumber, Material, Party, StorageConditions
from schemas.partners import PartnerName, ShipmentCancelled, ShipmentReceipt
from schemas.shape import Strict

if TYPE_CHECKING:
    from sandbox.database import Connection

router = APIRouter(prefix="/cryo_courier", tags=[PartnerName.CRYO_COURIER.value], responses=RESPONSES)
_BOOKS = load("therapies")


class Shipment(Strict):
    """Carry these cells; nothing is said of the patient."""

    material: Material
    coi: ChainOfIdentityId
    din: DonationNumber
    sender: Party
    recipient: Party
    ready_on: date
    conditions: StorageConditions | None = None


class ShipmentCancellationOrder(Strict):
    """Nothing is to be said beyond the number of the shipment."""


@router.post("/shipments", status_code=201)
async def book_shipment(shipment: Shipment, call: Writing, desk: AtDesk) -> ShipmentReceipt:
    """Take a booking; both hand-overs are called back."""

    async def work(connection: "Connection", told: Behaviour) -> ShipmentReceipt:
        shipment_id = f"ship-{secrets.token_hex(8)}"
        row = (shipment.material, shipment.model_dump(mode="json"))
        await connection.execute(_BOOKS["add_shipment"], shipment_id, call.journey_id, *row)
        outcome = ShipmentOutcome.model_validate(told.outcome)
        event = Callback(PartnerName.CRYO_COURIER, call.journey_id, "record_custody", shipment_id, {})
        steps = [event._replace(data=data) for data in _way(shipment, outcome)]
        await plan_in_turn(connection, steps, told, desk.pace)
        return ShipmentReceipt(shipment_id=shipment_id, courier=COURIER)

    return await desk.write(call, shipment, ShipmentReceipt, work)


def _way(shipment: Shipment, outcome: ShipmentOutcome) -> list[dict[str, object]]:
    """Fetched where the cells are, and delivered; each hand-over with the temperatures since the one before."""
    fetched = {"sender": shipment.sender, "holder": COURIER, "place": shipment.sender}
    delivered = {"sender": COURIER, "holder": shipment.recipient, "wrong_label": outcome.wrong_label}
    ways = ([] if outcome.unseen else [fetched]) + ([delivered] if outcome.arrives else [])
    told = outcome.model_dump(mode="json", include={"lowest", "highest", "logged"})
    moved = {"material": shipment.material.value, "step": CustodyStep.HANDED_OVER.value, **told}
    return [planned(**moved, **way) for way in ways]


@router.post("/shipments/{shipment_id}/cancellation")
async def cancel_shipment(
    shipment_id: str, request: ShipmentCancellationOrder, call: Writing, desk: AtDesk
) -> ShipmentCancelled:
    """Do not fetch the cells; what was fetched already stays on its way."""
    return await desk.write(call, request, ShipmentCancelled, partial(_cancel, shipment_id))


async def _cancel(shipment_id: str, connection: "Connection", _: Behaviour) -> ShipmentCancelled:
    status = await connection.fetchval(_BOOKS["cancel_shipment"], shipment_id)
    if status is None:
        raise ProblemError(404, "no shipment of this id", field="shipment_id")
    return ShipmentCancelled(shipment_id=shipment_id, cancelled=status == "cancelled")

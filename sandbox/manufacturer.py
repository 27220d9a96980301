"""The manufacturer, played: assigns the chain-of-identity identifier, and makes a product of the cells that arrive."""

import secrets
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from fastapi import APIRouter

from sandbox.behaviours import Behaviour
from sandbox.callbacks import plan_in_turn
from sandbox.cells import MANUFACTURER, chain_of_identity
from sandbox.database import load
from sandbox.desk import AtDesk, Reading, Writing
from sandbox.outcomes import SlotOutcome
from sandbox.problems import RESPONSES, ProblemError
from sandbox.production import begin, ending
from schemas.car_t_actions import ManufacturingStatus
from schemas.names import DrugId, ProductId
from schemas.partners import PartnerName, SlotCancelled, SlotReceipt, SlotStanding
from schemas.shape import Strict

if TYPE_CHECKING:
    from sandbox.database import Connection

router = APIRouter(prefix="/manufacturer", tags=[PartnerName.MANUFACTURER.value], responses=RESPONSES)
_BOOKS = load("therapies")


class SlotOrder(Strict):
    """Cells will be collected on that day at that site; nothing is said of the patient."""

    product: ProductId
    drug_id: DrugId
    drug_name: str
    site: str
    apheresis_on: date
    coi: str = ""


class SlotCancellationOrder(Strict):
    """Nothing is to be said beyond the number of the slot."""


@router.post("/slots", status_code=201)
async def reserve_slot(wanted: SlotOrder, call: Writing, desk: AtDesk) -> SlotReceipt:
    """Reserve a slot; what comes of it is called back and can be asked."""

    async def work(connection: "Connection", told: Behaviour) -> SlotReceipt:
        outcome = SlotOutcome.model_validate(told.outcome)
        coi = await _identifier(connection, call.journey_id, wanted.coi)
        slot_id = f"slot-{secrets.token_hex(6)}"
        row = (wanted.model_dump(mode="json"), told.model_dump(mode="json"))
        await connection.execute(_BOOKS["add_slot"], slot_id, call.journey_id, coi, *row)
        await _begin(connection, call.journey_id, slot_id, told, desk.pace)
        return SlotReceipt(slot_id=slot_id, coi=coi, manufacturer=MANUFACTURER, conditions=outcome.conditions)

    return await desk.write(call, wanted, SlotReceipt, work)


async def _identifier(connection: "Connection", journey_id: str, coi: str) -> str:
    """The one assigned before, or the next."""
    if not coi:
        return chain_of_identity(await connection.fetchval(_BOOKS["next_coi"]))
    if not await connection.fetchval(_BOOKS["knows_coi"], journey_id, coi):
        raise ProblemError(404, "was not assigned to this therapy", field="coi")
    return coi


async def _begin(connection: "Connection", journey_id: str, slot_id: str, told: Behaviour, pace: float) -> None:
    """A slot that is lost is lost at once; cells that are kept from an earlier one go into production."""
    outcome = SlotOutcome.model_validate(told.outcome)
    if outcome.status is ManufacturingStatus.SLOT_LOST:
        await plan_in_turn(connection, [ending(journey_id, slot_id, outcome)], told, pace)
    elif din := await connection.fetchval(_BOOKS["kept_cells"], journey_id, slot_id, MANUFACTURER):
        await begin(connection, journey_id, din, pace)


@router.post("/slots/{slot_id}/cancellation")
async def cancel_slot(slot_id: str, request: SlotCancellationOrder, call: Writing, desk: AtDesk) -> SlotCancelled:
    """Give a slot up, once or more often."""
    return await desk.write(call, request, SlotCancelled, partial(_cancel, slot_id))


async def _cancel(slot_id: str, connection: "Connection", _: Behaviour) -> SlotCancelled:
    status = await connection.fetchval(_BOOKS["cancel_slot"], slot_id)
    if status is None:
        raise ProblemError(404, "no slot of this id", field="slot_id")
    if status == "released":
        raise ProblemError(409, "the product was released", field="slot_id")
    return SlotCancelled(slot_id=slot_id)


@router.get("/slots/{slot_id}")
async def slot(slot_id: str, call: Reading, desk: AtDesk) -> SlotStanding:
    """How manufacturing stands."""
    return await desk.read(call, {"slot_id": slot_id}, partial(_standing, slot_id))


async def _standing(slot_id: str, connection: "Connection", _: Behaviour) -> SlotStanding:
    row = await connection.fetchrow(_BOOKS["slot"], slot_id)
    if row is None:
        raise ProblemError(404, "no slot of this id", field="slot_id")
    return SlotStanding(**row)

"""The institution's appointments, taken back: who does not come pays for nothing that was not given."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from sandbox.behaviours import Behaviour
from sandbox.callbacks import PLANNED, planned
from sandbox.database import load
from sandbox.desk import AtDesk, Writing
from sandbox.problems import RESPONSES, ProblemError
from schemas.car_t_facts import CostKind
from schemas.partners import AppointmentCancelled, PartnerName
from schemas.shape import Strict

if TYPE_CHECKING:
    from sandbox.database import Connection

router = APIRouter(prefix="/hospital", tags=[PartnerName.HOSPITAL.value], responses=RESPONSES)
_BOOKS = load("therapies")
_OF_EXAMINATION = frozenset({CostKind.BED, CostKind.NURSING, CostKind.EXAMINATION})
"""What a patient had who was admitted and examined, and nothing else."""


class AppointmentCancellationOrder(Strict):
    """The patient does not come; `goes_on`: another bill follows."""

    goes_on: bool = False


@router.post("/appointments/{appointment_id}/cancellation")
async def cancel_appointment(
    appointment_id: str, request: AppointmentCancellationOrder, call: Writing, desk: AtDesk
) -> AppointmentCancelled:
    """Take an appointment back; who is being treated already stays."""
    return await desk.write(
        call, request, AppointmentCancelled, partial(_cancel, appointment_id, goes_on=request.goes_on)
    )


async def _cancel(
    appointment_id: str, connection: "Connection", _: Behaviour, *, goes_on: bool
) -> AppointmentCancelled:
    cancelled = await connection.fetchval(_BOOKS["cancel_appointment"], appointment_id)
    if cancelled is None:
        raise ProblemError(404, "no appointment of this id", field="appointment_id")
    bill = await connection.fetchrow(_BOOKS["planned_bill"], appointment_id) if cancelled else None
    if bill is not None:
        given = _given(bill["data"][PLANNED], examined=bill["examined"], goes_on=goes_on)
        state = "planned" if given["items"] or given["final"] else "unsent"
        await connection.execute(_BOOKS["change_bill"], bill["callback_id"], planned(**given), state)
    return AppointmentCancelled(appointment_id=appointment_id, cancelled=cancelled)


def _given(bill: Mapping[str, Any], *, examined: bool, goes_on: bool) -> dict[str, Any]:
    """The bill of what was given until the cancellation."""
    items = [item for item in bill["items"] if examined and item["kind"] in _OF_EXAMINATION]
    return {**bill, "items": items, "final": bill["final"] and not goes_on}

"""How the played manufacturer makes a product: what it tells from the arrival of the cells on."""

from typing import TYPE_CHECKING

from sandbox.behaviours import Behaviour
from sandbox.callbacks import Callback, plan_in_turn, planned
from sandbox.cells import MANUFACTURER
from sandbox.database import load
from sandbox.outcomes import SlotOutcome
from schemas.car_t_actions import ManufacturingStatus
from schemas.custody import CustodyStep, Material
from schemas.partners import PartnerName

if TYPE_CHECKING:
    from sandbox.database import Connection

_BOOKS = load("therapies")


async def begin(connection: "Connection", journey_id: str, din: str, pace: float) -> None:
    """Put the cells `din` into production in their journey's open slot; without one they wait for it."""
    slot = await connection.fetchrow(_BOOKS["begin_production"], journey_id, din)
    if slot is None:
        return
    told = Behaviour.model_validate(slot["told"])
    outcome = SlotOutcome.model_validate(told.outcome)
    steps = [ending(journey_id, slot["slot_id"], outcome)]
    if outcome.status is not ManufacturingStatus.FAILED:
        made = steps[0]._replace(type="record_custody", data=_moved(CustodyStep.MANUFACTURED))
        steps = [made, made._replace(data=_moved(CustodyStep.STORED)), *steps]
    await plan_in_turn(connection, steps, told, pace)


def ending(journey_id: str, slot_id: str, outcome: SlotOutcome) -> Callback:
    """What the manufacturer tells at the end."""
    said = planned(status=outcome.status.value, reason=outcome.reason)
    return Callback(PartnerName.MANUFACTURER, journey_id, "record_manufacturing", slot_id, said)


def _moved(step: CustodyStep) -> dict[str, object]:
    return planned(material=Material.PRODUCT.value, step=step.value, holder=MANUFACTURER, logged=True)

"""Planning call-backs: written in the transaction of the order they answer, so that none is forgotten."""

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sandbox.behaviours import Behaviour, Kind
from sandbox.database import load
from schemas.names import JourneyId
from schemas.partners import PartnerName

if TYPE_CHECKING:
    from sandbox.database import Connection

OF_THERAPIES = frozenset(
    {
        "record_assessment",
        "record_apheresis",
        "record_custody",
        "record_manufacturing",
        "record_bridging",
        "record_examination",
        "record_lymphodepletion",
        "record_infusion",
        "record_adverse_event",
        "end_monitoring",
        "record_efficacy",
        "submit_costs",
        "decide_remanufacture",
        "resolve_deviation",
    }
)
"""What is told of a CAR-T therapy."""
TYPES = OF_THERAPIES | {
    "record_payment",
    "record_aid_outcome",
    "record_aid_collection",
    "submit_papers",
    "record_hand_over",
    "record_delivery_problem",
}
"""The actions partners call back; a query of the same name in callbacks.sql puts it into the books, if it is there."""
PLANNED = "planned"
"""The only field of a call-back that is completed when its thing happens (sandbox/completing.py)."""
_QUERIES = load("callbacks")


class Callback(NamedTuple):
    """One thing that will happen at a partner, and that it then tells the journey."""

    partner: PartnerName
    journey_id: JourneyId
    type: str
    """Name of the action, or of a silent step such as `in_transit`."""
    subject: str
    """Id of what it happens to, e.g. a payment id."""
    data: Mapping[str, object]
    copies: int = 1
    """How often it is sent; 0: it happens, and nobody is told."""


async def plan(connection: "Connection", callback: Callback, after: float, follows: str | None = None) -> str:
    """Plan `callback` in `after` seconds, not before the one it `follows` has ended; returns its webhook id."""
    webhook_id = f"msg_{secrets.token_hex(12)}"
    await connection.execute(_QUERIES["plan"], webhook_id, follows, *callback, after)
    return webhook_id


async def plan_told(
    connection: "Connection", callback: Callback, told: Behaviour, after: float, follows: str | None = None
) -> str:
    """Plan `callback` as often as `told`: once, twice in either way, or never; returns the id of the first."""
    silent, twice = told.kind is Kind.NO_CALLBACK, told.kind is Kind.TWICE
    copies = 0 if silent else 1 + (twice and not told.distinct)
    wait = after if told.callback_after is None else told.callback_after
    first = await plan(connection, callback._replace(copies=copies), wait, follows)
    if twice and told.distinct:
        return await plan(connection, callback, wait, first)
    return first


async def plan_in_turn(
    connection: "Connection", steps: Sequence[Callback], told: Behaviour, pace: float, follows: str | None = None
) -> None:
    """Plan `steps` as `told`, one `pace` after the other and none before the one before has ended."""
    apart = pace if told.callback_after is None else told.callback_after
    unhurried = told.model_copy(update={"callback_after": None})
    for turn, step in enumerate(steps, 1):
        follows = await plan_told(connection, step, unhurried, turn * apart, follows)


def planned(**intent: object) -> dict[str, object]:
    """Data of a call-back whose dates, numbers and labels are known only when its thing happens."""
    return {PLANNED: intent}

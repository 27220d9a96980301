"""Planning call-backs: written in the transaction of the order they answer, so that none is forgotten."""

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from sandbox.behaviours import Behaviour, Kind
from sandbox.database import load
from schemas.names import JourneyId
from schemas.partners import PartnerName

if TYPE_CHECKING:
    from sandbox.database import Connection

TYPES = frozenset(
    {
        "record_payment",
        "record_aid_outcome",
        "record_aid_collection",
        "submit_papers",
        "record_hand_over",
        "record_delivery_problem",
    }
)
"""The actions partners call back; the query of the same name in callbacks.sql puts each into the books."""
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

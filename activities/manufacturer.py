"""The manufacturer: makes the CAR-T cells, and assigns the identifier by which it knows them."""

import re

from pydantic import TypeAdapter, ValidationError
from temporalio import activity

from activities.orders import order
from activities.ports import PartnerPort
from schemas.custody import DonationNumber
from schemas.partners import SlotCancellation, SlotCancelled, SlotQuery, SlotReceipt, SlotRequest, SlotStanding

SLOT_STATUSES = frozenset(
    {"reserved", "in_production", "released", "out_of_specification", "failed", "lost", "cancelled"}
)
_DIN: TypeAdapter[str] = TypeAdapter(DonationNumber)
_NUMBER = re.compile(r"[A-Za-z0-9._-]{1,40}")
"""Of a batch or a certificate."""


class Manufacturer:
    """Questions and orders to the manufacturer, which learns nothing of the patient; raises `PartnerError`."""

    def __init__(self, client: PartnerPort) -> None:
        """Speak through `client`."""
        self._client = client

    @activity.defn(name="manufacturer.reserve_slot")
    async def reserve_slot(self, request: SlotRequest) -> SlotReceipt:
        """Reserve a manufacturing slot; a further slot of one therapy keeps its chain-of-identity identifier."""
        receipt = await self._client.write("reserve_slot", ("slots",), SlotReceipt, order(request))
        kept = request.coi in ("", receipt.coi)
        self._client.expect("reserve_slot", "coi: is not the one assigned to this therapy", sound=kept)
        materials = [each.material for each in receipt.conditions]
        once = len(materials) == len(set(materials))
        self._client.expect("reserve_slot", "conditions: more than one for a material", sound=once)
        return receipt

    @activity.defn(name="manufacturer.cancel_slot")
    async def cancel_slot(self, cancellation: SlotCancellation) -> SlotCancelled:
        """Give a slot up; giving it up twice is harmless."""
        path = ("slots", cancellation.slot_id, "cancellation")
        asked = order(cancellation, leave_out=frozenset({"slot_id"}))
        cancelled = await self._client.write("cancel_slot", path, SlotCancelled, asked)
        same = cancelled.slot_id == cancellation.slot_id
        self._client.expect("cancel_slot", "slot_id: the answer is about another slot", sound=same)
        return cancelled

    @activity.defn(name="manufacturer.slot")
    async def slot(self, query: SlotQuery) -> SlotStanding:
        """How manufacturing stands; the fallback when no call-back has come."""
        standing = await self._client.read("slot", ("slots", query.slot_id), SlotStanding)
        known = standing.status in SLOT_STATUSES
        self._client.expect("slot", f"status: none of {sorted(SLOT_STATUSES)}", sound=known)
        if standing.status == "released":
            self._check_release(standing)
        return standing

    def _check_release(self, standing: SlotStanding) -> None:
        """A released product comes with everything that has to be recorded of it."""
        for name in ("batch", "certificate"):
            sound = _NUMBER.fullmatch(getattr(standing, name)) is not None
            self._client.expect("slot", f"{name}: a released product must have one", sound=sound)
        dated = standing.expires_on is not None
        self._client.expect("slot", "expires_on: a released product must have one", sound=dated)
        self._client.expect("slot", "din: is no donation identification number", sound=_is_din(standing.din))


def _is_din(text: str) -> bool:
    try:
        _DIN.validate_python(text)
    except ValidationError:
        return False
    return True

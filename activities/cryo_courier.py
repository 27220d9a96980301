"""The cryo courier: carries cells between the institution and the manufacturer, each cold enough."""

from temporalio import activity

from activities.orders import order
from activities.ports import PartnerPort
from schemas.partners import ShipmentBooking, ShipmentCancellation, ShipmentCancelled, ShipmentReceipt


class CryoCourier:
    """Orders to the cryo courier, which learns nothing of the patient; raises `PartnerError`."""

    def __init__(self, client: PartnerPort) -> None:
        """Speak through `client`."""
        self._client = client

    @activity.defn(name="cryo_courier.book_shipment")
    async def book_shipment(self, booking: ShipmentBooking) -> ShipmentReceipt:
        """Book the transport; each hand-over comes by call-back."""
        return await self._client.write("book_shipment", ("shipments",), ShipmentReceipt, order(booking))

    @activity.defn(name="cryo_courier.cancel_shipment")
    async def cancel_shipment(self, cancellation: ShipmentCancellation) -> ShipmentCancelled:
        """Take a booking back; cancelling twice is harmless, and too late is an answer, not an error."""
        path = ("shipments", cancellation.shipment_id, "cancellation")
        asked = order(cancellation, leave_out=frozenset({"shipment_id"}))
        cancelled = await self._client.write("cancel_shipment", path, ShipmentCancelled, asked)
        same = cancelled.shipment_id == cancellation.shipment_id
        self._client.expect("cancel_shipment", "shipment_id: the answer is about another shipment", sound=same)
        return cancelled

"""The courier: carries a reserved drug from the pharmacy to the patient or hospital."""

from temporalio import activity

from activities.orders import order, personal
from activities.ports import PartnerPort, PersonalRecords
from schemas.partners import (
    CourierBooking,
    CourierCancellation,
    CourierCancelled,
    CourierReceipt,
    Tracking,
    TrackingQuery,
)

TRACKING_STATUSES = frozenset({"booked", "in_transit", "delivered", "failed", "cancelled"})


class Courier:
    """Questions and orders to the courier; raises `PartnerError`."""

    def __init__(self, client: PartnerPort, people: PersonalRecords) -> None:
        """Speak through `client`; `people` gives the name, phone and address on the parcel."""
        self._client = client
        self._people = people

    @activity.defn(name="courier.book")
    async def book(self, booking: CourierBooking) -> CourierReceipt:
        """Book the transport; the hand-over comes by call-back."""
        insured = await self._people.person(booking.person)
        asked = order(booking, person=personal(insured, "name", "phone", "address"))
        return await self._client.write("book", ("bookings",), CourierReceipt, asked)

    @activity.defn(name="courier.cancel")
    async def cancel(self, cancellation: CourierCancellation) -> CourierCancelled:
        """Take a booking back; cancelling twice is harmless, and too late is an answer, not an error."""
        path = ("parcels", cancellation.tracking_number, "cancellation")
        asked = order(cancellation, leave_out=frozenset({"tracking_number"}))
        cancelled = await self._client.write("cancel", path, CourierCancelled, asked)
        same = cancelled.tracking_number == cancellation.tracking_number
        self._client.expect("cancel", "tracking_number: the answer is about another parcel", sound=same)
        return cancelled

    @activity.defn(name="courier.tracking")
    async def tracking(self, query: TrackingQuery) -> Tracking:
        """Where a parcel is; the fallback when no call-back has come."""
        tracking = await self._client.read("tracking", ("parcels", query.tracking_number), Tracking)
        known = tracking.status in TRACKING_STATUSES
        self._client.expect("tracking", f"status: none of {sorted(TRACKING_STATUSES)}", sound=known)
        return tracking

"""The pharmacy network: prices, stock, reservations and dispensing."""

from temporalio import activity

from activities.orders import order, personal
from activities.ports import PartnerPort, PersonalRecords
from schemas.partners import (
    DispenseOrder,
    DispensingReceipt,
    Quote,
    QuoteQuery,
    Released,
    ReservationReceipt,
    ReservationRelease,
    StockReservation,
)


class Pharmacy:
    """Questions and orders to the network; raises `PartnerError`."""

    def __init__(self, client: PartnerPort, people: PersonalRecords) -> None:
        """Speak through `client`; `people` gives the name and phone a pharmacy keeps the drug under."""
        self._client = client
        self._people = people

    @activity.defn(name="pharmacy.quote")
    async def quote(self, query: QuoteQuery) -> Quote:
        """Price of the whole quantity, and whether the city has it."""
        return await self._client.read("quote", ("quotes",), Quote, query.model_dump(mode="json"))

    @activity.defn(name="pharmacy.reserve")
    async def reserve(self, reservation: StockReservation) -> ReservationReceipt:
        """Have a designated pharmacy of the city keep the drug."""
        insured = await self._people.person(reservation.person)
        asked = order(reservation, person=personal(insured, "name", "phone"))
        return await self._client.write("reserve", ("reservations",), ReservationReceipt, asked)

    @activity.defn(name="pharmacy.release")
    async def release(self, release: ReservationRelease) -> Released:
        """Let the drug go; releasing twice is harmless."""
        path = ("reservations", release.reservation_id, "release")
        asked = order(release, leave_out=frozenset({"reservation_id"}))
        released = await self._client.write("release", path, Released, asked)
        same = released.reservation_id == release.reservation_id
        self._client.expect("release", "reservation_id: the answer is about another reservation", sound=same)
        return released

    @activity.defn(name="pharmacy.dispense")
    async def dispense(self, dispensing: DispenseOrder) -> DispensingReceipt:
        """Book the hand-over and write the invoice, once for each reservation."""
        return await self._client.write("dispense", ("dispensings",), DispensingReceipt, order(dispensing))

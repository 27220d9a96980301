"""Partners that answer at once, inside the worker: a throughput figure then tells of journeys, not of partners."""

from activities.courier import Courier
from activities.cryo_courier import CryoCourier
from activities.foundation import Foundation
from activities.hospital import Hospital
from activities.insurer import Insurer
from activities.manufacturer import Manufacturer
from activities.notifier import Notifier
from activities.pharmacy import Pharmacy
from activities.ports import A, Order
from schemas.names import PersonRef
from schemas.people import InsuredPerson
from workers.partners import Partners

_POLICY = {
    "product": "pingan-cancer-drug",
    "status": "in_force",
    "plan": "",
    "effective_on": "2026-01-01",
    "expires_on": "2026-12-31",
    "sum_insured": "999999999.00",
    "reimbursement_ratio": "1.00",
    "social_insurance": {"enrolled": True},
}
_ANSWERS: dict[str, dict[str, object]] = {
    "quote": {"unit_price": "8000.00", "cost": "8000.00", "in_stock": True, "pharmacies": 3},
    "reserve": {"pharmacy_id": "ph-1", "pharmacy_name": "bench", "cost": "8000.00", "cold_chain": False},
    "dispense": {"invoice_number": "inv-1", "cost": "8000.00", "dispensed_at": "2026-11-22T08:00:00Z"},
    "program": {"standing": "no_program"},
    "book": {"promised_by": None},
    "order_payment": {"status": "accepted"},
}
_IDS = {
    "reserve": "reservation_id",
    "dispense": "dispensing_id",
    "book": "tracking_number",
    "order_payment": "payment_id",
}
"""Which field of an answer names the thing that was made: one per order."""


class AtOnce:
    """A partner port that answers every operation of the main road without leaving the process."""

    async def read(self, operation: str, path: tuple[str, ...], answer: type[A], query: object | None = None) -> A:
        """Answer a question."""
        del query
        if operation == "coverage":
            policy = _POLICY | {"policy_number": path[1]}
            return answer.model_validate({"policy": policy, "in_catalogue": False})
        return answer.model_validate(_ANSWERS[operation])

    async def write(self, operation: str, path: tuple[str, ...], answer: type[A], order: Order) -> A:
        """Take an order."""
        del path
        made = {_IDS[operation]: f"{operation}-{order.journey_id}"} if operation in _IDS else {}
        return answer.model_validate(_ANSWERS[operation] | made)

    def expect(self, operation: str, reason: str, *, sound: bool) -> None:
        """Complain about an answer that contradicts its question."""
        if not sound:
            message = f"{operation}: {reason}"
            raise ValueError(message)


class Nobody:
    """The vault of personal data, holding one invented person."""

    def __init__(self, person: InsuredPerson) -> None:
        """Answer every reference with `person`."""
        self._person = person

    async def person(self, ref: PersonRef) -> InsuredPerson:
        """The person behind any reference."""
        del ref
        return self._person


def partners(person: InsuredPerson) -> Partners:
    """Adapters of the product code on ports that answer at once."""
    port, people = AtOnce(), Nobody(person)
    return Partners(
        insurer=Insurer(port),
        pharmacy=Pharmacy(port, people),
        foundation=Foundation(port, people),
        hospital=Hospital(port, people),
        courier=Courier(port, people),
        manufacturer=Manufacturer(port),
        cryo_courier=CryoCourier(port),
        notifier=Notifier(port, people),
    )

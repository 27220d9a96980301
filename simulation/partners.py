"""The partners of simulated journeys, inside the worker: usual answers reckoned from what is asked, or scripts."""

from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from temporalio import activity

from activities.courier import Courier
from activities.cryo_courier import CryoCourier
from activities.errors import PartnerNonsenseError, PartnerRefusedError, PartnerUnavailableError
from activities.foundation import Foundation
from activities.hospital import Hospital
from activities.insurer import Insurer
from activities.manufacturer import Manufacturer
from activities.notifier import Notifier
from activities.people import People
from activities.pharmacy import Pharmacy
from activities.ports import A, Order
from schemas.money import to_fen
from schemas.partners import (
    AidProgram,
    AidReceipt,
    AppointmentCancelled,
    AppointmentReceipt,
    CourierCancelled,
    CourierReceipt,
    DispensingReceipt,
    PartnerName,
    PaymentReceipt,
    Quote,
    RecordsReceipt,
    Released,
    ReservationReceipt,
    Sent,
    ShipmentCancelled,
    ShipmentReceipt,
    SlotCancelled,
    SlotReceipt,
    SlotStanding,
    Tracking,
)
from schemas.policy import Coverage
from schemas.shape import Shape
from simulation import car_t_people
from simulation.scenario import Behaviour, Behaviours, Fields, laid_over
from workers.partners import Partners

ANSWERS: Mapping[PartnerName, Mapping[str, type[Shape]]] = {
    PartnerName.INSURER: {"coverage": Coverage, "order_payment": PaymentReceipt, "payment": PaymentReceipt},
    PartnerName.PHARMACY: {
        "quote": Quote,
        "reserve": ReservationReceipt,
        "release": Released,
        "dispense": DispensingReceipt,
    },
    PartnerName.FOUNDATION: {"program": AidProgram, "apply": AidReceipt, "application": AidReceipt},
    PartnerName.HOSPITAL: {
        "request_records": RecordsReceipt,
        "book_assessment": AppointmentReceipt,
        "admit": AppointmentReceipt,
        "cancel_appointment": AppointmentCancelled,
    },
    PartnerName.MANUFACTURER: {"reserve_slot": SlotReceipt, "cancel_slot": SlotCancelled, "slot": SlotStanding},
    PartnerName.CRYO_COURIER: {"book_shipment": ShipmentReceipt, "cancel_shipment": ShipmentCancelled},
    PartnerName.COURIER: {"book": CourierReceipt, "cancel": CourierCancelled, "tracking": Tracking},
    PartnerName.NOTIFIER: {"send": Sent},
}
"""Every operation of every partner and the shape of its answer."""
Asked = Mapping[str, Any]
_CONDITIONS = [
    {"material": "starting_material", "lowest": "2.0", "highest": "8.0"},
    {"material": "product", "highest": "-150.0"},
]
"""Degrees within which a manufacturer usually wants its cells kept."""


class Players(Protocol):
    """Who plays the partners of one journey."""

    def meet(self, partner: PartnerName, operation: str, path: tuple[str, ...], call: str, asked: Asked) -> Fields:
        """The answer to one call, see Cast.meet."""


class Cast:
    """The partners of one journey: what they are told to do, and what they remember of it."""

    def __init__(
        self,
        coverage: Fields,
        price: Decimal,
        behaviours: Mapping[PartnerName, Mapping[str, Behaviours]],
        now: Callable[[], datetime],
    ) -> None:
        """The insurer knows `coverage`, a pack costs `price`; `now` tells the journey's time."""
        self._coverage = coverage
        self._price = price
        self._now = now
        self._told = {
            (partner, operation): told for partner, by in behaviours.items() for operation, told in by.items()
        }
        self._turn: dict[tuple[PartnerName, str], int] = {}
        self._met: dict[tuple[PartnerName, str, str], Fields | PartnerRefusedError] = {}
        self._cost = "0.00"
        self._made = 0
        self.given: dict[str, str] = {}
        """The number of the latest payment, application and so on."""

    def meet(self, partner: PartnerName, operation: str, path: tuple[str, ...], call: str, asked: Asked) -> Fields:
        """The answer to one call; raises the PartnerError that the scenario tells.

        `call` names it: a call that comes again, because its answer was lost on a busy machine, is met as before.
        """
        met = self._met.get((partner, operation, call))
        if met is None:
            met = self._met[(partner, operation, call)] = self._first(partner, operation, path, asked)
        if isinstance(met, PartnerRefusedError):
            raise met
        return met

    def _first(
        self, partner: PartnerName, operation: str, path: tuple[str, ...], asked: Asked
    ) -> Fields | PartnerRefusedError:
        behaviour = self._next(partner, operation)
        if behaviour and behaviour.refuse:
            return PartnerRefusedError(partner, operation, behaviour.refuse)
        if behaviour and behaviour.fail:
            reason = "no answer"
            raise PartnerUnavailableError(partner, operation, reason)
        usual: Fields = getattr(self, f"_usual_{operation}")(path, asked)
        return laid_over(usual, (behaviour.answer if behaviour else None) or {})

    def _next(self, partner: PartnerName, operation: str) -> Behaviour | None:
        told = self._told.get((partner, operation), ())
        if isinstance(told, Behaviour):
            return told
        turns = [one for behaviour in told for one in (behaviour,) * (behaviour.fail or 1)]
        turn = self._turn.get((partner, operation), 0)
        self._turn[(partner, operation)] = turn + 1
        return turns[turn] if turn < len(turns) else None

    def _new(self, what: str) -> str:
        self._made += 1
        self.given[what] = f"{what}-{self._made}"
        return self.given[what]

    # One method an operation, named after it: the usual answer.

    def _usual_coverage(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path, asked
        return self._coverage

    def _usual_order_payment(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path, asked
        return {"payment_id": self._new("payment"), "status": "accepted"}

    def _usual_payment(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del asked
        return {"payment_id": path[1], "status": "accepted"}

    def _usual_quote(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path
        return {"unit_price": str(self._price), "cost": self._costs(asked), "in_stock": True, "pharmacies": 1}

    def _usual_reserve(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path
        self._cost = self._costs(asked)
        return {
            "reservation_id": self._new("reservation"),
            "pharmacy_id": "pharmacy-1",
            "pharmacy_name": f"{asked['city']}示范药房",
            "cost": self._cost,
        }

    def _usual_release(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del asked
        return {"reservation_id": path[1]}

    def _usual_dispense(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path
        made, at = self._new("dispensing"), asked["handed_over_at"]
        return {"dispensing_id": made, "invoice_number": f"invoice-{made}", "cost": self._cost, "dispensed_at": at}

    def _usual_program(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path, asked
        return {"standing": "no_program", "program_id": "program-1", "program_name": "示范援助项目"}

    def _usual_apply(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path, asked
        return {"application_id": self._new("application"), "standing": "under_review"}

    def _usual_application(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del asked
        return {"application_id": path[1], "standing": "under_review"}

    def _usual_request_records(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path, asked
        return {"request_id": self._new("request")}

    def _usual_book(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path, asked
        return {"tracking_number": self._new("parcel")}

    def _usual_cancel(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del asked
        return {"tracking_number": path[1], "cancelled": True}

    def _usual_tracking(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path, asked
        return {"status": "in_transit", "at": self._now().isoformat()}

    def _usual_send(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path, asked
        return {"message_id": self._new("message")}

    def _usual_book_assessment(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path
        return {"appointment_id": self._new("appointment"), "on": asked["on"]}

    _usual_admit = _usual_book_assessment

    def _usual_cancel_appointment(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del asked
        return {"appointment_id": path[1], "cancelled": True}

    def _usual_reserve_slot(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path
        return {
            "slot_id": self._new("slot"),
            "coi": asked.get("coi") or "COI00000001",
            "manufacturer": car_t_people.MANUFACTURER,
            "conditions": _CONDITIONS,
        }

    def _usual_cancel_slot(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del asked
        return {"slot_id": path[1]}

    def _usual_slot(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path, asked
        return {"status": "in_production"}

    def _usual_book_shipment(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del path, asked
        return {"shipment_id": self._new("shipment"), "courier": car_t_people.COURIER}

    def _usual_cancel_shipment(self, path: tuple[str, ...], asked: Asked) -> Fields:
        del asked
        return {"shipment_id": path[1], "cancelled": True}

    def _costs(self, asked: Asked) -> str:
        return str(to_fen(self._price * Decimal(str(asked["quantity"]))))


class Stage:
    """Who plays the partners of which journey."""

    def __init__(self, casts: MutableMapping[str, Players] | None = None) -> None:
        """Nobody yet, or whoever `casts` finds for a journey."""
        self.casts: MutableMapping[str, Players] = {} if casts is None else casts

    def partners(self, people: People) -> Partners:
        """Adapters of the product code on ports that lead to the cast of whichever journey asks."""
        ports = {name: _Port(name, self.casts) for name in PartnerName}
        return Partners(
            insurer=Insurer(ports[PartnerName.INSURER]),
            pharmacy=Pharmacy(ports[PartnerName.PHARMACY], people),
            foundation=Foundation(ports[PartnerName.FOUNDATION], people),
            hospital=Hospital(ports[PartnerName.HOSPITAL], people),
            courier=Courier(ports[PartnerName.COURIER], people),
            manufacturer=Manufacturer(ports[PartnerName.MANUFACTURER]),
            cryo_courier=CryoCourier(ports[PartnerName.CRYO_COURIER]),
            notifier=Notifier(ports[PartnerName.NOTIFIER], people),
        )


class _Port:
    """One partner of all journeys: an `activities.ports.PartnerPort`."""

    def __init__(self, name: PartnerName, casts: Mapping[str, Players]) -> None:
        self._name = name
        self._casts = casts

    async def read(
        self, operation: str, path: tuple[str, ...], answer: type[A], query: Mapping[str, object] | None = None
    ) -> A:
        """Answer a question."""
        info = activity.info()
        return self._answer(operation, path, answer, f"{info.workflow_run_id}/{info.activity_id}", query or {})

    async def write(self, operation: str, path: tuple[str, ...], answer: type[A], order: Order) -> A:
        """Take an order."""
        return self._answer(operation, path, answer, order.key, order.body)

    def expect(self, operation: str, reason: str, *, sound: bool) -> None:
        """Complain about an answer that contradicts its question."""
        if not sound:
            raise PartnerNonsenseError(self._name, operation, reason)

    def _answer(self, operation: str, path: tuple[str, ...], answer: type[A], call: str, asked: Asked) -> A:
        cast = self._casts[str(activity.info().workflow_id)]
        return answer.model_validate(cast.meet(self._name, operation, path, call, asked))

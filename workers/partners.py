"""The partner adapters of one process, each with its own HTTP client."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

from activities.courier import Courier
from activities.cryo_courier import CryoCourier
from activities.foundation import Foundation
from activities.hospital import Hospital
from activities.http import PartnerClient
from activities.insurer import Insurer
from activities.manufacturer import Manufacturer
from activities.notifier import Notifier
from activities.people import People
from activities.pharmacy import Pharmacy
from schemas.partners import PartnerName
from workers.settings import Settings


class Partners(NamedTuple):
    """One adapter per partner."""

    insurer: Insurer
    pharmacy: Pharmacy
    foundation: Foundation
    hospital: Hospital
    courier: Courier
    manufacturer: Manufacturer
    cryo_courier: CryoCourier
    notifier: Notifier

    def at_once(self) -> list[Callable[..., Any]]:
        """What a journey may ask as a local activity: every read and write but messages, which the outbox sends."""
        asked = (partner for partner in PartnerName if partner is not PartnerName.NOTIFIER)
        return [method for partner in asked for method in self.on_queue(partner)]

    def on_queue(self, partner: PartnerName) -> list[Callable[..., Any]]:
        """Everything that runs on the queue of `partner`."""
        by_partner: dict[PartnerName, list[Callable[..., Any]]] = {
            PartnerName.INSURER: [self.insurer.coverage, self.insurer.order_payment, self.insurer.payment],
            PartnerName.PHARMACY: [
                self.pharmacy.quote,
                self.pharmacy.reserve,
                self.pharmacy.release,
                self.pharmacy.dispense,
            ],
            PartnerName.FOUNDATION: [self.foundation.program, self.foundation.apply, self.foundation.application],
            PartnerName.HOSPITAL: [
                self.hospital.request_records,
                self.hospital.book_assessment,
                self.hospital.admit,
                self.hospital.cancel_appointment,
            ],
            PartnerName.COURIER: [self.courier.book, self.courier.cancel, self.courier.tracking],
            PartnerName.MANUFACTURER: [
                self.manufacturer.reserve_slot,
                self.manufacturer.cancel_slot,
                self.manufacturer.slot,
            ],
            PartnerName.CRYO_COURIER: [self.cryo_courier.book_shipment, self.cryo_courier.cancel_shipment],
            PartnerName.NOTIFIER: [self.notifier.send],
        }
        return by_partner[partner]


async def open_partners(settings: Settings, people: People, stack: AsyncExitStack) -> Partners:
    """Open one HTTP client per partner; `stack` closes them."""
    clients = {}
    for name in PartnerName:
        client = PartnerClient(name, settings.partner_url(name), settings.partner_token.get_secret_value())
        stack.push_async_callback(client.aclose)
        clients[name] = client
    return Partners(
        insurer=Insurer(clients[PartnerName.INSURER]),
        pharmacy=Pharmacy(clients[PartnerName.PHARMACY], people),
        foundation=Foundation(clients[PartnerName.FOUNDATION], people),
        hospital=Hospital(clients[PartnerName.HOSPITAL], people),
        courier=Courier(clients[PartnerName.COURIER], people),
        manufacturer=Manufacturer(clients[PartnerName.MANUFACTURER]),
        cryo_courier=CryoCourier(clients[PartnerName.CRYO_COURIER]),
        notifier=Notifier(clients[PartnerName.NOTIFIER], people),
    )

"""Custody events for tests: one therapy's chain from apheresis to the bedside."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from schemas.custody import CustodyEntry, CustodyEvent, CustodyStep, IdentityCheck, Material, TemperatureRecord
from tests.console.samples import NOW

JOURNEY = "journey-" + "a" * 20
COI = "COI0000000001"
DIN = "A9999260000018"
SITE, COURIER, MAKER = "site:renji-east", "cryo-1", "maker-1"
_COLD, _FROZEN = (Decimal("2.5"), Decimal(8)), (Decimal("-196.0"), Decimal("-150.5"))
_PRODUCT = {"material": Material.PRODUCT}


def event(number: int, step: CustodyStep, holder: str, **other: Any) -> CustodyEvent:
    """What happened in hour `number`: to the starting material, checked by the usual two, unless told."""
    identity = IdentityCheck(coi=COI, din=DIN, checked_by="nurse-1", witnessed_by="nurse-2")
    told = {"material": Material.STARTING_MATERIAL, "place": holder, "identity": identity} | other
    return CustodyEvent(step=step, at=NOW + timedelta(hours=number), holder=holder, **told)


def logged(number: int, lowest: Decimal, highest: Decimal) -> tuple[TemperatureRecord, ...]:
    """A logger's record of the hour before hour `number`."""
    ended = NOW + timedelta(hours=number)
    started = ended - timedelta(hours=1)
    return (TemperatureRecord(device="logger-1", started_at=started, ended_at=ended, lowest=lowest, highest=highest),)


def carried(number: int, sender: str, holder: str, kept: tuple[Decimal, Decimal], **other: Any) -> CustodyEvent:
    """A hand-over with the temperatures of the hour before."""
    return event(number, CustodyStep.HANDED_OVER, holder, sender=sender, temperatures=logged(number, *kept), **other)


EVENTS = (
    event(0, CustodyStep.COLLECTED, SITE),
    carried(1, SITE, COURIER, _COLD),
    carried(2, COURIER, MAKER, _COLD),
    event(3, CustodyStep.MANUFACTURED, MAKER, **_PRODUCT),
    event(4, CustodyStep.STORED, MAKER, temperatures=logged(4, *_FROZEN), **_PRODUCT),
    carried(5, MAKER, COURIER, _FROZEN, **_PRODUCT),
    carried(6, COURIER, SITE, _FROZEN, **_PRODUCT),
    event(7, CustodyStep.THAWED, SITE, **_PRODUCT),
)
"""Every step of the chain, in order."""


def entries(journey_id: str = JOURNEY) -> list[CustodyEntry]:
    """The chain as a journey appends it."""
    return [
        CustodyEntry(key=f"{journey_id}/custody/{number}", journey_id=journey_id, event=each)
        for number, each in enumerate(EVENTS, 1)
    ]

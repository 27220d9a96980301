"""Chain of identity and chain of custody of the patient's cells, from apheresis to infusion.

Identifiers are opaque: a donation identification number (ISBT 128, 13 characters) is checked by its check character
(ISO/IEC 7064 MOD 37-2) alone, a chain-of-identity identifier by being the one that was assigned. Custody events follow
GS1 EPCIS 2.0: who, what, where, when, and how warm.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator
from stdnum.iso7064 import mod_37_2

from schemas.names import IdempotencyKey, JourneyId
from schemas.shape import Shape, Strict


def _checked(number: str) -> str:
    if not mod_37_2.is_valid(number):
        message = "check character does not match (ISO/IEC 7064 MOD 37-2 over the 13 characters before it)"
        raise ValueError(message)
    return number


DonationNumber = Annotated[str, Field(pattern=r"^[A-Z0-9]{13}[A-Z0-9*]$"), AfterValidator(_checked)]
"""Donation identification number of one apheresis: 13 characters and the keyboard check character."""

ChainOfIdentityId = Annotated[str, Field(pattern=r"^[A-Z0-9]{8,24}$")]
"""One identifier for the patient's therapy from apheresis to infusion, assigned with the manufacturing slot."""

Celsius = Annotated[Decimal, Field(ge=-273, le=100, decimal_places=1, allow_inf_nan=False)]
"""Degrees Celsius (EPCIS unit `CEL`)."""

Party = Annotated[str, Field(min_length=2, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
"""Who has the cells: opaque id of a site, courier or manufacturer."""


class Material(StrEnum):
    """What is in the bag."""

    STARTING_MATERIAL = "starting_material"
    """The white cells that apheresis collected."""
    PRODUCT = "product"
    """The CAR-T cells made of them."""


class CustodyStep(StrEnum):
    """What happened to the cells; in brackets the business step of the EPCIS core vocabulary."""

    COLLECTED = "collected"
    """Into the bag at the apheresis site (commissioning)."""
    HANDED_OVER = "handed_over"
    """From one party to another (receiving)."""
    STORED = "stored"
    """Kept at a party, the temperature on record (storing)."""
    MANUFACTURED = "manufactured"
    """The product was made of the starting material (commissioning, of a transformation event)."""
    THAWED = "thawed"
    """At the bedside (other)."""


class IdentityCheck(Strict):
    """The label read and compared by two people: two identifiers each time."""

    coi: ChainOfIdentityId
    din: DonationNumber
    checked_by: Party
    witnessed_by: Party

    @model_validator(mode="after")
    def _two_people(self) -> Self:
        if self.checked_by == self.witnessed_by:
            message = "witnessed_by: must be another person than checked_by"
            raise ValueError(message)
        return self


class TemperatureRecord(Strict):
    """One logger's record over a stretch of time (EPCIS sensor element: metadata and report in one)."""

    device: Party
    started_at: AwareDatetime
    ended_at: AwareDatetime
    lowest: Celsius
    highest: Celsius

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ended_at < self.started_at:
            message = "ended_at: is before started_at"
            raise ValueError(message)
        if self.highest < self.lowest:
            message = "highest: is below lowest"
            raise ValueError(message)
        return self


class CustodyEvent(Strict):
    """One thing that happened to the cells; `sender` is empty where nobody handed them over."""

    material: Material
    step: CustodyStep
    at: AwareDatetime
    place: Party
    sender: Party | None = None
    holder: Party
    """Who has the cells from then on."""
    identity: IdentityCheck
    temperatures: tuple[TemperatureRecord, ...] = Field(default=(), max_length=20)
    """Since the event before; none where the cells did not travel."""

    @model_validator(mode="after")
    def _a_sender(self) -> Self:
        if (self.step is CustodyStep.HANDED_OVER) != (self.sender is not None):
            message = "sender: is given for a hand-over and for nothing else"
            raise ValueError(message)
        return self


class StorageConditions(Shape):
    """Within which temperatures one material stays usable, as its manufacturer states it with the slot."""

    material: Material
    lowest: Celsius | None = None
    highest: Celsius | None = None


class DeviationKind(StrEnum):
    """What is wrong with a chain."""

    IDENTITY_MISMATCH = "identity_mismatch"
    """A label was read that is not this patient's."""
    CUSTODY_GAP = "custody_gap"
    """Somebody handed the cells over who did not have them, or nobody received them."""
    TEMPERATURE_EXCURSION = "temperature_excursion"
    NO_TEMPERATURE = "no_temperature"
    """They travelled or were stored without a record that covers it."""


class Deviation(Shape):
    """Something wrong with the chain: found at the custody event `seq`, open until a person has disposed of it."""

    number: int
    """Ten times `seq`, and which one of that event: it never changes as the chain grows."""
    seq: int
    kind: DeviationKind
    material: Material
    open: bool = True


class Disposition(StrEnum):
    """What the responsible person decided about a deviation."""

    USABLE = "usable"
    """The manufacturer's quality unit finds the cells usable all the same; never for another patient's label."""
    CORRECTED = "corrected"
    """The record was wrong or late: a later event of the same chain sets it right."""
    DISCARDED = "discarded"
    """The cells are not used."""


class DeviationWord(Shape):
    """A disposition on record."""

    number: int
    disposition: Disposition
    report: str
    """Number of the deviation report."""


class CustodyEntry(Shape):
    """One custody event to be written to the journey's chain, once by its key."""

    key: IdempotencyKey
    journey_id: JourneyId
    event: CustodyEvent


class CustodyHead(Shape):
    """The newest link of a journey's chain: `sha256` covers every event up to `seq`."""

    seq: int
    sha256: str

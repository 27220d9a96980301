"""The people of a claim: the insured person, who acts for them, and who did what."""

import re
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.names import PersonRef
from schemas.shape import Shape, Strict

_CARD = re.compile(r"^\d{17}[\dX]$")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"


class Sex(StrEnum):
    """Sex as printed on the identity document (FHIR administrative gender)."""

    FEMALE = "female"
    MALE = "male"


class IdDocumentType(StrEnum):
    """Kinds of identity document accepted from an insured person."""

    RESIDENT_ID = "resident_id"
    PASSPORT = "passport"
    HK_MACAO_PERMIT = "hk_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"


class IdDocument(Strict):
    """An identity document. A resident identity card must pass its check character (GB 11643-1999)."""

    type: IdDocumentType
    number: str = Field(min_length=5, max_length=24)

    @model_validator(mode="after")
    def _check_character(self) -> Self:
        if self.type is IdDocumentType.RESIDENT_ID and not valid_resident_id(self.number):
            # The number itself is personal data: it must not appear in the message.
            message = "number: not a resident identity number (18 characters, valid birth date, matching check digit)"
            raise ValueError(message)
        return self


def valid_resident_id(number: str) -> bool:
    """Whether `number` is well formed, holds a real birth date and ends in its check character (ISO 7064 MOD 11-2)."""
    if not _CARD.match(number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECK_CHARACTERS[total % 11] == number[17]


class Address(Strict):
    """Where the insured person lives or wants the drug delivered; `city` as in the product's pharmacy table."""

    province: str = Field(min_length=2, max_length=20)
    city: str = Field(min_length=2, max_length=30)
    detail: str = Field(default="", max_length=200)


class Citizenship(StrEnum):
    """What charity-aid programs ask for: mainland citizens may apply, others may not."""

    MAINLAND = "mainland"
    HK_MACAO_TAIWAN = "hk_macao_taiwan"
    FOREIGN = "foreign"


class InsuredPerson(Strict):
    """The insured person as reported: personal data, kept out of workflows, logs and identifiers."""

    name: str = Field(min_length=1, max_length=60)
    id_document: IdDocument
    birth_date: date
    sex: Sex
    citizenship: Citizenship
    phone: str = Field(pattern=r"^\+?\d[\d-]{5,18}$")
    address: Address

    @model_validator(mode="after")
    def _card_agrees(self) -> Self:
        card = self.id_document
        if card.type is not IdDocumentType.RESIDENT_ID:
            return self
        if card.number[6:14] != self.birth_date.strftime("%Y%m%d"):
            message = "birth_date: differs from the birth date in id_document.number"
            raise ValueError(message)
        if (int(card.number[16]) % 2 == 1) != (self.sex is Sex.MALE):
            message = "sex: differs from the sex in id_document.number"
            raise ValueError(message)
        return self


class InsuredFacts(Shape):
    """What the journey itself must know of the insured person: nothing that identifies them by name or number."""

    ref: PersonRef
    birth_date: date
    sex: Sex
    citizenship: Citizenship
    province: str
    city: str


class ApplicantRole(StrEnum):
    """Who applies or collects: the insured person, an agent with a power of attorney, or a legal guardian."""

    INSURED = "insured"
    AGENT = "agent"
    GUARDIAN = "guardian"


class ActorRole(StrEnum):
    """Who did or may do something in a journey."""

    INSURED = "insured"
    AGENT = "agent"
    GUARDIAN = "guardian"
    SERVICE_AGENT = "service_agent"
    PHARMACIST = "pharmacist"
    INSURER_REVIEWER = "insurer_reviewer"
    SUPERVISOR = "supervisor"
    INSURER = "insurer"
    PHARMACY = "pharmacy"
    FOUNDATION = "foundation"
    HOSPITAL = "hospital"
    COURIER = "courier"
    MANUFACTURER = "manufacturer"
    CRYO_COURIER = "cryo_courier"
    SYSTEM = "system"


class Actor(Strict):
    """Who acted: a role and an opaque identifier of the person or system, never a name."""

    role: ActorRole
    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")

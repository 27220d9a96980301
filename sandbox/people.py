"""What partners are told of a person: each only what it needs, and nothing else is taken."""

from datetime import date

from schemas.people import Address, Citizenship, IdDocument
from schemas.shape import Strict


class Addressee(Strict):
    """Whom a pharmacy keeps a drug for, or the notifier writes to."""

    name: str
    phone: str


class Recipient(Addressee):
    """To whom and where a courier delivers."""

    address: Address


class Applicant(Recipient):
    """Who applies for aid."""

    id_document: IdDocument
    birth_date: date
    citizenship: Citizenship


class PatientOnFile(Strict):
    """By what a hospital finds its patient."""

    name: str
    id_document: IdDocument
    birth_date: date

"""What partner activities need from outside: a way to speak to the partner, and the personal records."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

from pydantic import Field

from schemas.names import IdempotencyKey, JourneyId, PersonRef
from schemas.people import InsuredPerson
from schemas.shape import Shape

A = TypeVar("A", bound=Shape)


class Order(Shape):
    """One write: what is asked, under which key, for which journey."""

    key: IdempotencyKey
    journey_id: JourneyId
    body: dict[str, object]
    person: dict[str, object] | None = Field(default=None, repr=False)
    """Personal data the partner needs: sent as `person` in the body, masked in whatever the partner answers."""


class PartnerPort(Protocol):
    """One partner that answers questions and takes orders; every failure is an `activities.errors.PartnerError`."""

    async def read(
        self, operation: str, path: tuple[str, ...], answer: type[A], query: Mapping[str, object] | None = None
    ) -> A:
        """Ask (GET) and return the validated answer; `path` are unescaped segments below the partner's address."""

    async def write(self, operation: str, path: tuple[str, ...], answer: type[A], order: Order) -> A:
        """Order (POST) under an idempotency key and return the validated answer."""

    def expect(self, operation: str, reason: str, *, sound: bool) -> None:
        """Raise the error for a well-formed answer that contradicts the question, unless it is `sound`."""


class PersonalRecords(Protocol):
    """The vault of personal data."""

    async def person(self, ref: PersonRef) -> InsuredPerson:
        """The person behind `ref`."""

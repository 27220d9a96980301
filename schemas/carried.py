"""What one run of a journey leaves to the next: compact, versioned, with absolute days and no decision twice."""

from datetime import date

from pydantic import Field

from schemas.actions import Receipt
from schemas.journey import JourneyStatus
from schemas.money import Yuan
from schemas.names import IdempotencyKey
from schemas.plan import JourneyPlan
from schemas.policy import Coverage
from schemas.shape import Shape


class TakenAction(Shape):
    """An action that was taken: the same key again gets its receipt and changes nothing."""

    key: IdempotencyKey
    receipt: Receipt


class Commitment(Shape):
    """What the ledger committed for one prescription of the journey."""

    key: IdempotencyKey
    amount: Yuan
    handed_over_on: date | None = None
    """Day on which its drug was handed over; None only in what an older run carried over."""


class CarriedOver(Shape):
    """The state of a journey between two prescriptions."""

    version: int = 1
    """Of this shape; a newer field has a default, so that an older run's state is still read."""
    status: JourneyStatus
    """As last written, without its decisions."""
    decided: int = Field(ge=0)
    """How many decisions were taken."""
    told: int = Field(ge=0)
    """How many timeline entries were written."""
    coverage: Coverage
    plan: JourneyPlan
    commitments: tuple[Commitment, ...] = ()
    round: int = Field(ge=1)
    """How often a prescription was begun, corrections included: part of every idempotency key."""
    asked: dict[str, int] = Field(default_factory=dict)
    """How often each partner was asked what, for the keys of its next requests."""
    taken: tuple[TakenAction, ...] = ()
    """The last actions."""
    taken_before: tuple[str, ...] = ()
    """Digests of the keys of all actions before those: none of them is ever taken a second time."""
    first_purchased_on: date | None = None
    """Day on which the first drug of the journey was handed over."""
    aid_since: date | None = None
    """First day of charity aid, None while there was none."""
    next_donation_on: date | None = None

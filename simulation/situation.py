"""What is known to whoever acts in a simulation, and who acts by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from products.model import Product
from schemas.claim import ClaimReport
from schemas.journey import JourneyStatus
from schemas.people import ActorRole
from simulation.times import Delay


class Obliging(NamedTuple):
    """Who answers a wait by default: so long after it began, in this role, with this action."""

    after: Delay
    role: ActorRole
    do: str


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known to whoever acts."""

    status: JourneyStatus
    claim: ClaimReport
    product: Product
    given: Mapping[str, str]
    """Numbers that the partners gave: payment, application."""
    code: str
    """The voucher's code as the insured person got it."""
    at: datetime

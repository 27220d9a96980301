"""A CAR-T journey: its claim, the terms it runs under, and what one run leaves to the next."""

from datetime import date
from typing import Literal

from pydantic import Field

from schemas.car_t_actions import SubmitCosts
from schemas.car_t_facts import TreatmentWindow
from schemas.carried import Commitment, TakenAction
from schemas.claim import Claim, ClaimReport
from schemas.clinical import DrugName
from schemas.custody import CustodyEvent, Deviation, DeviationWord
from schemas.deadline import Budget
from schemas.journey import JourneyStatus
from schemas.ledger import Reservation
from schemas.money import Ratio
from schemas.names import ProductId
from schemas.policy import Coverage
from schemas.shape import Shape


class CarTClaimReport(ClaimReport):
    """`data` of a claim-intake event: one claim for one CAR-T therapy."""

    drug: DrugName


class CarTPlanRequest(Shape):
    """Which product, CAR-T product and policy the journey is for."""

    product: ProductId
    drug: DrugName
    effective_on: date
    expires_on: date | None = None
    """Last day of the insurance period."""
    renewed_to: date | None = None


class CarTWindowRequest(Shape):
    """Whose treatment period is asked for: the product, and the first apheresis and infusion."""

    product: ProductId
    policy_effective_on: date
    first_apheresis_on: date
    infused_on: date | None = None


class CarTWindow(Shape):
    """The treatment period; None where the product prints none."""

    window: TreatmentWindow | None = None


class CarTDeviations(Shape):
    """What is wrong with the chain of identity or custody, disposed of or not."""

    deviations: tuple[Deviation, ...] = ()


class CarTPlan(Shape):
    """The product's terms for one CAR-T journey, as they stood when it began."""

    products_version: str
    drug_id: str = ""
    drug_label: str = Field(default="", max_length=120)
    investigation_budget: Budget | None = None
    covered_to: date | None = None
    """Last day on which a first apheresis is covered."""


class CarTCarriedOver(Shape):
    """The state of a CAR-T journey between two of its runs."""

    version: int = 1
    """Of this shape; a newer field has a default, so that an older run's state is still read."""
    status: JourneyStatus
    decided: int = Field(ge=0)
    told: int = Field(ge=0)
    coverage: Coverage
    plan: CarTPlan
    asked: dict[str, int] = Field(default_factory=dict)
    taken: tuple[TakenAction, ...] = ()
    """The last actions."""
    taken_before: tuple[str, ...] = ()
    """Digests of the keys of all actions before those: none of them is ever taken a second time."""
    custody: tuple[CustodyEvent, ...] = ()
    """Events since the apheresis that counts."""
    first_seq: int = 1
    words: tuple[DeviationWord, ...] = ()
    bills: tuple[SubmitCosts, ...] = ()
    reservation: Reservation | None = None
    ratio_by_person: Ratio | None = None
    """What a person said where the contract tells no ratio; nobody is asked twice."""
    commitments: tuple[Commitment, ...] = ()
    """What was paid, where the therapy is settled."""
    cover_ended_on: date | None = None
    """First day without cover, where the policy was cancelled and what is spent before still counts."""


class CarTClaim(Claim):
    """Input of a CAR-T journey."""

    kind: Literal["car_t"] = "car_t"
    drug: DrugName
    carried: CarTCarriedOver | None = None
    """What the journey's earlier runs leave to this one; None in the first."""

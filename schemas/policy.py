"""The policy as the insurer's core system answers for it: the only source of what the manuals leave to the contract."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from schemas.money import ZERO, Ratio, Yuan
from schemas.names import PolicyNumber, ProductId
from schemas.shape import Shape


class PolicyStatus(StrEnum):
    """Whether the policy stands."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


class Renewal(Shape):
    """How this policy follows an earlier one of the same product; dates are days in China."""

    previous_expired_on: date
    applied_on: date
    reinsured_on: date | None = None
    """Day on which the insurer accepted the new contract."""
    premium_paid_on: date | None = None
    """Day on which the full premium was paid."""


class SocialInsurance(Shape):
    """The insured person's social medical insurance."""

    enrolled: bool
    settled: bool = False
    """Whether this purchase has been compensated through it."""
    compensation: Yuan = ZERO


class Policy(Shape):
    """One policy period. `None` means the contract does not say: a person must then be asked, nothing is assumed."""

    policy_number: PolicyNumber
    product: ProductId
    status: PolicyStatus
    plan: str = ""
    effective_on: date
    period_start: date | None = None
    expires_on: date
    """Last day of the insurance period."""
    sum_insured: Yuan
    waiting_days: int | None = None
    reimbursement_ratio: Ratio | None = None
    severe_malignancy_cover: bool = True
    renewal: Renewal | None = None
    renewed_to: date | None = None
    """Last day of the following period where the policy was renewed, else None."""
    social_insurance: SocialInsurance
    other_compensation: Yuan = ZERO
    """Compensation from every other channel for this drug cost (chinalife-cancer-rider/PAY-7)."""
    main_policy_exclusion: str | None = Field(default=None, max_length=200)
    """Riders: which exclusion of the main policy applies; empty: none (chinalife-cancer-rider/EXC-10)."""

    @property
    def ended(self) -> bool:
        """Whether somebody ended it before its last day."""
        return self.status in {PolicyStatus.CANCELLED, PolicyStatus.LAPSED}


class Coverage(Shape):
    """What the insurer answers when a claim arrives: the policy, and the drug's place in the local catalogue."""

    policy: Policy
    in_catalogue: bool | None
    """Whether the drug was in the social-insurance catalogue of the insured's place on the prescription date."""


class CoverageQuery(Shape):
    """Which policy, and for which drug, place and prescription date the catalogue is asked."""

    policy_number: PolicyNumber
    product: ProductId
    drug_name: str
    province: str
    city: str
    prescribed_on: date

"""What a journey needs to know of its product before it starts: the terms in force, frozen for its whole life."""

from datetime import date

from pydantic import Field

from schemas.clinical import DrugName
from schemas.deadline import Budget
from schemas.names import ProductId, RuleId
from schemas.shape import Shape


class PlanRequest(Shape):
    """Which product, drug, policy and disease the journey is for."""

    product: ProductId
    drug: DrugName
    effective_on: date
    expires_on: date
    renewed_to: date | None = None
    diagnosed_on: date
    first_purchased_on: date | None = None
    prescribed_on: date | None = None
    applied_on: date | None = None
    planned_on: date | None = None
    """Day of the plan; with the two before, one of them names the drug list that counts."""


class JourneyPlan(Shape):
    """The product's terms for one journey, as they stood when it began; recorded in its history."""

    products_version: str
    drug_id: str = ""
    """Row of the product's list, of the day that counts where several bear the name; empty when it was never on it."""
    drug_label: str = Field(default="", max_length=120)
    injection: bool | None = None
    review_budget: Budget | None = None
    review_rule: RuleId
    """Rule under which papers are asked for at prescription review."""
    voucher_on_booking: bool = False
    """The voucher is issued once a booking exists; else as soon as the prescription is approved."""
    voucher_budget: Budget | None = None
    """How long a voucher lasts; None where the document prints no end."""
    own_share_first: bool = False
    delivery_same_city: Budget | None = None
    delivery_other_city: Budget | None = None
    find_budget: Budget | None = None
    """Within which the drug is found and bought after its approval; None where not printed."""
    aid_budget: Budget | None = None
    """How long the provider may take to tell the patient that aid is open."""
    investigation_budget: Budget | None = None
    green_budget: Budget | None = None
    """How long arranging the green-channel consultation may take; None: a refusal earns none."""
    refund_of_excess: bool = False
    """The whole cost is advanced; what the insurance does not owe is refunded by the insured."""
    follow_up_months: int | None = None
    authorization_covers_refills: bool = False
    min_days_between_prescriptions: int | None = None
    covered_to: date
    """Last day on which medication is paid under the policy as it stands."""
    cover_rule: RuleId
    """Rule that sets that day."""

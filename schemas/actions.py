"""What people and partners can tell a journey: one shape per update, each with its key and its actor."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, field_validator

from schemas.decision import FulfilmentMode, PharmacistFindings
from schemas.money import Ratio, Yuan
from schemas.names import IdempotencyKey
from schemas.papers import Paper
from schemas.people import Actor, ApplicantRole
from schemas.shape import Shape, Strict

Reason = Annotated[str, Field(min_length=1, max_length=500)]
"""Why, in the actor's own words; never the patient's name or numbers."""


_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def _text(value: object) -> str:
    """All that is written in a field, however deep."""
    if isinstance(value, BaseModel):
        return _text(tuple(value.__dict__.values()))
    return "".join(map(_text, value)) if isinstance(value, tuple) else str(value)


class ActionInput(Strict):
    """What every action carries: a key that makes a repeat harmless, who acts, and when it happened."""

    key: IdempotencyKey
    actor: Actor
    happened_at: AwareDatetime | None = None

    @field_validator("*")
    @classmethod
    def _printable(cls, value: Any) -> Any:  # noqa: ANN401 - a value of any field
        """Control characters have no place in what people read, and PostgreSQL keeps no NUL."""
        if _UNPRINTABLE.search(_text(value)):
            message = "holds control characters"
            raise ValueError(message)
        return value


class SubmitPapers(ActionInput):
    """Papers have come in."""

    action: Literal["submit_papers"] = "submit_papers"
    papers: tuple[Paper, ...] = Field(min_length=1, max_length=50)


class DecideReferral(ActionInput):
    """A person decides what the rules referred to them."""

    action: Literal["decide_referral"] = "decide_referral"
    approved: bool
    ratio: Ratio | None = None
    """Settlement only: the ratio of the contract, where the insurer's system did not give one."""
    reason: Reason


class ReviewResult(StrEnum):
    """The pharmacist's own conclusion."""

    PASSED = "passed"
    REFUSED = "refused"
    PAPERS_NEEDED = "papers_needed"


class RecordReview(ActionInput):
    """The pharmacist reviewed the prescription."""

    action: Literal["record_review"] = "record_review"
    result: ReviewResult
    findings: PharmacistFindings
    papers_needed: tuple[str, ...] = ()
    """Kinds of paper (PaperKind) to ask for; with PAPERS_NEEDED at least one."""
    reason: Annotated[str, Field(max_length=500)] = ""


class ApplyForAid(ActionInput):
    """The patient applies to the charity-aid program."""

    action: Literal["apply_for_aid"] = "apply_for_aid"


class DeclineAid(ActionInput):
    """The patient does not apply, leaves the file incomplete, or insists on paying."""

    action: Literal["decline_aid"] = "decline_aid"
    standing: Literal["not_applied", "incomplete", "insists_self_pay"]
    reason: Reason


class RecordAidOutcome(ActionInput):
    """The foundation decided on the application."""

    action: Literal["record_aid_outcome"] = "record_aid_outcome"
    application_id: str = Field(min_length=1, max_length=64)
    approved: bool
    reason: Annotated[str, Field(max_length=500)] = ""


class RecordAidCollection(ActionInput):
    """The donated drug was collected, or the approval lapsed uncollected."""

    action: Literal["record_aid_collection"] = "record_aid_collection"
    application_id: str = Field(min_length=1, max_length=64)
    collected: bool
    own_reason: bool = True


class ChooseFulfilment(ActionInput):
    """The patient books pick-up or delivery."""

    action: Literal["choose_fulfilment"] = "choose_fulfilment"
    mode: FulfilmentMode
    pharmacy_province: str = Field(min_length=2, max_length=20)
    pharmacy_city: str = Field(min_length=2, max_length=30)
    destination_city: str = Field(default="", max_length=30)
    """City of delivery; empty for pick-up."""
    doctor_consent: bool = False
    hospital_consent: bool = False
    partial_advance_accepted: bool | None = None
    override: bool = False
    """A service agent overrides a default restriction that the document lets them override."""


class RecordOwnSharePaid(ActionInput):
    """The insured person paid the own share."""

    action: Literal["record_own_share_paid"] = "record_own_share_paid"
    amount: Yuan


class RecordHandOver(ActionInput):
    """At the counter or door: voucher, identity and papers were checked by whoever hands the drug over."""

    action: Literal["record_hand_over"] = "record_hand_over"
    collector: ApplicantRole = ApplicantRole.INSURED
    voucher_code: str = Field(min_length=6, max_length=32, pattern=r"^[0-9A-Z-]+$")
    identity_verified: bool
    papers: tuple[Paper, ...] = ()


class DeliveryStatus(StrEnum):
    """How a delivery ended."""

    FAILED = "failed"
    DAMAGED_BY_CARRIER = "damaged_by_carrier"
    DAMAGED_BY_INSURED = "damaged_by_insured"


class RecordDeliveryProblem(ActionInput):
    """The courier could not deliver, or the drug was damaged."""

    action: Literal["record_delivery_problem"] = "record_delivery_problem"
    status: DeliveryStatus
    reason: Reason


class RecordPayment(ActionInput):
    """The insurer paid, or refused to."""

    action: Literal["record_payment"] = "record_payment"
    payment_id: str = Field(min_length=1, max_length=64)
    paid: bool
    amount: Yuan
    paid_on: date | None = None
    reason: Annotated[str, Field(max_length=500)] = ""


class RetryHandOff(ActionInput):
    """A service agent sends a refused or unanswered hand-off to a partner once more."""

    action: Literal["retry_hand_off"] = "retry_hand_off"
    reason: Reason


class Withdraw(ActionInput):
    """The insured person takes the claim back."""

    action: Literal["withdraw"] = "withdraw"
    reason: Reason


Action = Annotated[
    SubmitPapers
    | DecideReferral
    | RecordReview
    | ApplyForAid
    | DeclineAid
    | RecordAidOutcome
    | RecordAidCollection
    | ChooseFulfilment
    | RecordOwnSharePaid
    | RecordHandOver
    | RecordDeliveryProblem
    | RecordPayment
    | RetryHandOff
    | Withdraw,
    Field(discriminator="action"),
]


class Receipt(Shape):
    """Answer to an action that was taken: where the journey stands now."""

    journey_id: str
    action: str
    stage: str
    revision: int
    repeated: bool = False
    """True when the same key had been taken before: nothing happened a second time."""

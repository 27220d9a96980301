"""What people and partners can tell a journey: one shape per update, each with its key and its actor."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.action_input import ActionInput, Reason
from schemas.car_t_actions import (
    ArrangeTreatment,
    BookAssessment,
    DecideRemanufacture,
    EndMonitoring,
    RecordAdverseEvent,
    RecordApheresis,
    RecordAssessment,
    RecordBridging,
    RecordCustody,
    RecordEfficacy,
    RecordExamination,
    RecordInfusion,
    RecordLymphodepletion,
    RecordManufacturing,
    ResolveDeviation,
    SubmitCosts,
    TransferSite,
)
from schemas.clinical import Diagnosis, DrugName, Prescription
from schemas.deadline import Deadline
from schemas.decision import FulfilmentMode, PharmacistFindings
from schemas.money import Ratio, Yuan
from schemas.papers import Paper
from schemas.people import ApplicantRole
from schemas.shape import Shape


class SubmitPapers(ActionInput):
    """Papers have come in."""

    action: Literal["submit_papers"] = "submit_papers"
    papers: tuple[Paper, ...] = Field(min_length=1, max_length=50)


class DecideReferral(ActionInput):
    """A person decides what the rules referred to them."""

    action: Literal["decide_referral"] = "decide_referral"
    approved: bool
    ratio: Ratio | None = None
    """The ratio of the contract, where that is what was referred: the insurer's system gave none."""
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
    next_due_on: date | None = None
    """Day on which the next donation is due, where the foundation tells."""


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


class ReissueVoucher(ActionInput):
    """The voucher gets another code: it was locked by wrong ones, or its code was lost or seen by others."""

    action: Literal["reissue_voucher"] = "reissue_voucher"
    reason: Reason


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


class Hold(ActionInput):
    """The journey stands still until it is resumed; so do the clocks of those who would have to act."""

    action: Literal["hold"] = "hold"
    reason: Reason


class Resume(ActionInput):
    """A journey on hold goes on."""

    action: Literal["resume"] = "resume"
    reason: Reason


class OpenInvestigation(ActionInput):
    """The insurer investigates the claim before it is reviewed."""

    action: Literal["open_investigation"] = "open_investigation"
    reason: Reason


class ConcludeInvestigation(ActionInput):
    """The insurer ended its investigation: the claim goes on, or is refused on its word."""

    action: Literal["conclude_investigation"] = "conclude_investigation"
    passed: bool
    reason: Reason


class RecordDeath(ActionInput):
    """The insured person died."""

    action: Literal["record_death"] = "record_death"
    died_on: date


class RecordCancellation(ActionInput):
    """The policy was cancelled, rescinded or ended before its last day."""

    action: Literal["record_cancellation"] = "record_cancellation"
    effective_on: date
    """First day without cover."""
    reason: Reason
    revoked: bool = False
    """The cancellation that was told before, of that day, does not take place: the cover goes on."""


class RecordFraud(ActionInput):
    """The service was found to be used by another than the insured person, or obtained by deceit."""

    action: Literal["record_fraud"] = "record_fraud"
    found_on: date
    reason: Reason


class CorrectClaim(ActionInput):
    """Facts of the claim were wrong or have changed: what is given replaces what was reported; the rest stays."""

    action: Literal["correct_claim"] = "correct_claim"
    applicant: ApplicantRole | None = None
    """Who acts for the insured person from now on, with the papers this takes."""
    diagnosis: Diagnosis | None = None
    prescription: Prescription | None = None
    """Specialty drugs only, as the two fields that follow."""
    hospital_lacks_drug: bool | None = None
    planned_purchase_on: date | None = None
    drug: DrugName | None = None
    """CAR-T only: the product, before anything is collected for it."""
    papers: tuple[Paper, ...] = Field(default=(), max_length=50)
    """Papers that came with the correction; earlier ones are kept."""
    reason: Reason

    @property
    def given(self) -> dict[str, object]:
        """What it corrects, by name: the fields that hold something."""
        kept = {"action", *ActionInput.model_fields, "reason"}
        return {name: value for name, value in self if name not in kept and value is not None and value != ()}


class AcceptRefusal(ActionInput):
    """The insured person accepts the refused review, with or without the green-channel consultation it earns."""

    action: Literal["accept_refusal"] = "accept_refusal"
    green_channel: bool


class RecommendExpert(ActionInput):
    """The provider recommends an expert of its network; nobody chooses hospital or doctor by name."""

    action: Literal["recommend_expert"] = "recommend_expert"
    hospital: str = Field(min_length=2, max_length=60)
    department: str = Field(min_length=1, max_length=40)


class ConfirmExpert(ActionInput):
    """The insured person confirms the recommended expert, or asks for another."""

    action: Literal["confirm_expert"] = "confirm_expert"
    confirmed: bool


class RecordAppointment(ActionInput):
    """The consultation was arranged."""

    action: Literal["record_appointment"] = "record_appointment"
    on: date


class RecordConsultation(ActionInput):
    """The day of the consultation has passed."""

    action: Literal["record_consultation"] = "record_consultation"
    attended: bool


class SubmitPrescription(ActionInput):
    """The next prescription of the same drug."""

    action: Literal["submit_prescription"] = "submit_prescription"
    prescription: Prescription
    papers: tuple[Paper, ...] = Field(default=(), max_length=50)
    """Papers that came with it; the evidence of earlier prescriptions is kept."""
    planned_purchase_on: date | None = None


class TreatmentEnd(StrEnum):
    """Why no further prescription will come."""

    FINISHED = "finished"
    RESISTANCE = "resistance"
    OTHER_DRUG = "other_drug"
    OTHER = "other"


class EndTreatment(ActionInput):
    """No further prescription of this drug will come."""

    action: Literal["end_treatment"] = "end_treatment"
    why: TreatmentEnd
    reason: Annotated[str, Field(max_length=500)] = ""


class RecordFollowUp(ActionInput):
    """The patient on charity aid was called, as is due every month."""

    action: Literal["record_follow_up"] = "record_follow_up"
    reason: Annotated[str, Field(max_length=500)] = ""


class RecordRefund(ActionInput):
    """Money came back that the insurance did not owe; with `settled`, nothing more is expected."""

    action: Literal["record_refund"] = "record_refund"
    amount: Yuan
    settled: bool = False
    """The rest is written off or agreed otherwise."""
    reason: Annotated[str, Field(max_length=500)] = ""


class AdoptDeadline(ActionInput):
    """The deadline of the present wait, reckoned anew on a calendar that was published meanwhile; our own word only."""

    action: Literal["adopt_deadline"] = "adopt_deadline"
    deadline: Deadline


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
    | ReissueVoucher
    | RecordDeliveryProblem
    | RecordPayment
    | RetryHandOff
    | Withdraw
    | Hold
    | Resume
    | OpenInvestigation
    | ConcludeInvestigation
    | RecordDeath
    | RecordCancellation
    | RecordFraud
    | CorrectClaim
    | AcceptRefusal
    | RecommendExpert
    | ConfirmExpert
    | RecordAppointment
    | RecordConsultation
    | SubmitPrescription
    | EndTreatment
    | RecordFollowUp
    | RecordRefund
    | BookAssessment
    | RecordAssessment
    | ArrangeTreatment
    | RecordApheresis
    | RecordCustody
    | RecordManufacturing
    | DecideRemanufacture
    | RecordBridging
    | RecordExamination
    | RecordLymphodepletion
    | RecordInfusion
    | RecordAdverseEvent
    | EndMonitoring
    | RecordEfficacy
    | SubmitCosts
    | ResolveDeviation
    | TransferSite,
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

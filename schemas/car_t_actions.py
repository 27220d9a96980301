"""What people and partners can tell a CAR-T journey."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.action_input import ActionInput, Reason
from schemas.car_t_facts import CostItem, ExaminationResult
from schemas.custody import (
    CustodyEvent,
    CustodyStep,
    DeviationKind,
    Disposition,
    DonationNumber,
    IdentityCheck,
    Material,
    Party,
)
from schemas.money import ZERO, Yuan

Site = Annotated[str, Field(min_length=2, max_length=80)]
"""Name of the institution with its campus."""
Said = Annotated[str, Field(max_length=500)]


class BookAssessment(ActionInput):
    """The provider booked the designated institution that is to assess the patient."""

    action: Literal["book_assessment"] = "book_assessment"
    site: Site
    party: Party
    """Under which the institution appears in custody events."""
    on: date


class RecordAssessment(ActionInput):
    """The designated institution assessed whether the patient is suitable, and prescribed the product if so."""

    action: Literal["record_assessment"] = "record_assessment"
    suitable: bool
    prescribed: bool = False
    assessed_on: date
    reason: Said = ""


class ArrangeTreatment(ActionInput):
    """The insurer arranges the treatment: when apheresis is planned, and what the therapy is expected to cost."""

    action: Literal["arrange_treatment"] = "arrange_treatment"
    apheresis_planned_on: date
    expected_cost: Yuan = Field(gt=0)


class ApheresisResult(StrEnum):
    """What came of an apheresis."""

    COLLECTED = "collected"
    INSUFFICIENT = "insufficient"
    """Too few cells: it has to be repeated."""
    NOT_POSSIBLE = "not_possible"
    """The patient's state does not allow it, now or ever."""


class RecordApheresis(ActionInput):
    """Apheresis was performed, or could not be."""

    action: Literal["record_apheresis"] = "record_apheresis"
    result: ApheresisResult
    site: Site
    performed_on: date
    """First day."""
    ended_on: date | None = None
    """Last day where it took several."""
    collected: CustodyEvent | None = None
    """With COLLECTED: the first event of the bag's custody, with the donation identification number it was given."""
    reason: Said = ""

    @model_validator(mode="after")
    def _labelled(self) -> Self:
        event = self.collected
        if (self.result is ApheresisResult.COLLECTED) != (event is not None):
            message = "collected: is given where cells were collected, and only there"
            raise ValueError(message)
        if event and (event.step, event.material) != (CustodyStep.COLLECTED, Material.STARTING_MATERIAL):
            message = "collected: is the step `collected` of the starting material"
            raise ValueError(message)
        return self


class RecordCustody(ActionInput):
    """Something happened to the cells on their way; their collection is told with the apheresis."""

    action: Literal["record_custody"] = "record_custody"
    event: CustodyEvent


class ManufacturingStatus(StrEnum):
    """How manufacturing stands."""

    RELEASED = "released"
    OUT_OF_SPECIFICATION = "out_of_specification"
    FAILED = "failed"
    SLOT_LOST = "slot_lost"


class RecordManufacturing(ActionInput):
    """The manufacturer released the product, or could not."""

    action: Literal["record_manufacturing"] = "record_manufacturing"
    status: ManufacturingStatus
    batch: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9._-]*$")] = ""
    certificate: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9._-]*$")] = ""
    expires_on: date | None = None
    din: DonationNumber | None = None
    """Of the starting material that the product was made of."""
    reason: Said = ""

    @model_validator(mode="after")
    def _certified(self) -> Self:
        if self.status is ManufacturingStatus.RELEASED:
            for name in ("batch", "certificate", "expires_on", "din"):
                if not getattr(self, name):
                    message = f"{name}: is needed with a released product"
                    raise ValueError(message)
        return self


class DecideRemanufacture(ActionInput):
    """After a failed product: the treating doctor decides how it goes on."""

    action: Literal["decide_remanufacture"] = "decide_remanufacture"
    way: Literal["reapheresis", "remanufacture", "stop"]
    """Collect again, make it again of cells that are kept, or give the therapy up."""
    apheresis_planned_on: date | None = None
    """With reapheresis: when it is planned; None: as soon as the institution can."""
    reason: Reason

    @model_validator(mode="after")
    def _planned(self) -> Self:
        if self.apheresis_planned_on and self.way != "reapheresis":
            message = "apheresis_planned_on: is given where cells are collected again, and only there"
            raise ValueError(message)
        return self


class RecordBridging(ActionInput):
    """Bridging therapy was given between apheresis and lymphodepletion."""

    action: Literal["record_bridging"] = "record_bridging"
    started_on: date
    ended_on: date | None = None
    regimen: Annotated[str, Field(min_length=2, max_length=80)]


class RecordExamination(ActionInput):
    """The pre-infusion examination."""

    action: Literal["record_examination"] = "record_examination"
    result: ExaminationResult
    examined_on: date
    again_on: date | None = None
    """With POSTPONED: when the patient is to be examined again."""
    valid_until: date | None = None
    """With FIT: the last day on which the institution lets it count; None: it does not say."""
    reason: Said = ""

    @model_validator(mode="after")
    def _counts(self) -> Self:
        if self.valid_until and (self.result is not ExaminationResult.FIT or self.valid_until < self.examined_on):
            message = "valid_until: is given where the patient was found fit, and no day before that"
            raise ValueError(message)
        return self


class RecordLymphodepletion(ActionInput):
    """The lymphodepleting chemotherapy was given."""

    action: Literal["record_lymphodepletion"] = "record_lymphodepletion"
    started_on: date
    ended_on: date


class RecordInfusion(ActionInput):
    """The cells were infused: the bag's labels were compared at the bedside by two people."""

    action: Literal["record_infusion"] = "record_infusion"
    site: Site
    infused_on: date
    identity: IdentityCheck


class ToxicityKind(StrEnum):
    """The reactions that are graded after infusion (ASTCT consensus)."""

    CRS = "crs"
    """Cytokine release syndrome."""
    ICANS = "icans"
    """Immune effector cell-associated neurotoxicity syndrome."""
    OTHER = "other"


class RecordAdverseEvent(ActionInput):
    """A reaction after infusion."""

    action: Literal["record_adverse_event"] = "record_adverse_event"
    kind: ToxicityKind
    grade: int = Field(ge=1, le=5)
    occurred_on: date
    intensive_care: bool = False
    """The patient is in intensive care for it."""


class EndMonitoring(ActionInput):
    """The institution ended the monitoring."""

    action: Literal["end_monitoring"] = "end_monitoring"
    ended_on: date


class Response(StrEnum):
    """Response of the lymphoma (Lugano classification)."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    STABLE = "stable"
    PROGRESSION = "progression"
    NOT_EVALUABLE = "not_evaluable"


class RecordEfficacy(ActionInput):
    """The efficacy was assessed."""

    action: Literal["record_efficacy"] = "record_efficacy"
    response: Response
    assessed_on: date


class SubmitCosts(ActionInput):
    """Costs of the therapy; with `final`, no more will come."""

    action: Literal["submit_costs"] = "submit_costs"
    items: tuple[CostItem, ...] = Field(max_length=60)
    final: bool = True
    settled_by_social_insurance: bool = False
    """The patient was treated and settled as a person with social insurance: all items that do not say otherwise."""
    social_insurance_compensation: Yuan = ZERO
    """What social insurance paid of the items that do not tell their own."""
    other_compensation: Yuan = ZERO
    """What every other channel paid of the items that do not tell their own."""


class ResolveDeviation(ActionInput):
    """The manufacturer's quality unit or the responsible doctor disposes of a deviation of the chain."""

    action: Literal["resolve_deviation"] = "resolve_deviation"
    number: int = Field(ge=1)
    kind: DeviationKind
    """Of the deviation, so that nobody disposes of another one by mistake."""
    disposition: Disposition
    report: Annotated[str, Field(min_length=2, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")]
    reason: Reason


class TransferSite(ActionInput):
    """The therapy goes on at another designated institution."""

    action: Literal["transfer_site"] = "transfer_site"
    site: Site
    party: Party
    reason: Reason

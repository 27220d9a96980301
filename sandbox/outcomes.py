"""What a partner's call-back can be told to say, one shape per operation; the defaults are the happy way."""

from datetime import date

from pydantic import Field

from sandbox.cells import CONDITIONS
from schemas.actions import DeliveryStatus
from schemas.car_t_actions import ApheresisResult, ManufacturingStatus, Response
from schemas.car_t_facts import CostItem, ExaminationResult
from schemas.custody import Celsius, StorageConditions
from schemas.papers import Paper, PaperForm, PaperKind
from schemas.partners import PartnerName
from schemas.people import ApplicantRole
from schemas.shape import Strict

_AT_THE_DOOR = (
    PaperKind.BENEFIT_APPLICATION,
    PaperKind.CLAIM_FORM,
    PaperKind.ID_DOCUMENT,
    PaperKind.PRESCRIPTION,
    PaperKind.REVIEW_EVIDENCE,
    PaperKind.IMAGING,
    PaperKind.OTHER_PROOF,
    PaperKind.PAYMENT_AUTHORISATION,
    PaperKind.CLAIM_AUTHORISATION,
    PaperKind.INVOICE,
    PaperKind.MEDICATION_CONSENT,
    PaperKind.DRUG_RECEIPT,
    PaperKind.VOUCHER,
)


class PaymentOutcome(Strict):
    """How the insurer ends a payment order."""

    paid: bool = True
    reason: str = ""


class AidOutcome(Strict):
    """How the foundation ends an application; `collected` None: nothing more is heard after the approval."""

    approved: bool = True
    reason: str = ""
    collected: bool | None = True
    own_reason: bool = True


class RecordsOutcome(Strict):
    """Which papers the hospital sends; None: all that were asked for."""

    kinds: tuple[PaperKind, ...] | None = None


class HandOverOutcome(Strict):
    """How the drug is handed over, or what went wrong on the way."""

    problem: DeliveryStatus | None = None
    reason: str = ""
    collector: ApplicantRole = ApplicantRole.INSURED
    identity_verified: bool = True
    voucher_code: str = ""
    """The code the patient shows; empty: the one in the newest message with a voucher code."""
    papers: tuple[Paper, ...] = tuple(Paper(kind=kind, form=PaperForm.ORIGINAL) for kind in _AT_THE_DOOR)


class AssessmentOutcome(Strict):
    """What the designated institution finds."""

    suitable: bool = True
    prescribed: bool = True
    reason: str = ""


class AdmissionOutcome(Strict):
    """What comes of an admission, step by step: for apheresis the first field, for infusion the others."""

    apheresis: ApheresisResult = ApheresisResult.COLLECTED
    """INSUFFICIENT: a second one a moment later collects enough."""
    examination: ExaminationResult = ExaminationResult.FIT
    """POSTPONED: fit a moment later. UNFIT: nothing but the bill follows."""
    valid_until: date | None = None
    """Last day on which the examination that found the patient fit counts."""
    reaction: int | None = Field(default=None, ge=1, le=5)
    """Grade of a cytokine release syndrome."""
    wrong_label: bool = False
    """The bag that is thawed carries another therapy's identifier."""
    logged: bool = True
    """Whether the thaw comes with the temperatures since the product arrived."""
    response: Response = Response.COMPLETE
    costs: tuple[CostItem, ...] | None = None
    """None: a usual bill."""
    social_insurance: bool = True
    """Whether the patient was treated and settled as a person with social insurance."""
    up_to: str = ""
    """Name of the last action that is told; empty: all are."""
    reason: str = ""


class SlotOutcome(Strict):
    """What comes of manufacturing, once the cells have arrived; a slot is lost at once."""

    status: ManufacturingStatus = ManufacturingStatus.RELEASED
    kept: bool = False
    """After a failure: cells are left, of which another slot makes the product again."""
    conditions: tuple[StorageConditions, ...] = CONDITIONS
    """Stated with the slot."""
    reason: str = ""


class ShipmentOutcome(Strict):
    """How cells are carried."""

    lowest: Celsius | None = None
    highest: Celsius | None = None
    """None: as cold as they have to be."""
    logged: bool = True
    """Whether a temperature record comes with each hand-over."""
    wrong_label: bool = False
    """The bag that is delivered carries another therapy's identifier."""
    unseen: bool = False
    """Nobody writes down that the cells were fetched."""
    arrives: bool = True


_SHAPES: dict[tuple[PartnerName, str], type[Strict]] = {
    (PartnerName.INSURER, "order_payment"): PaymentOutcome,
    (PartnerName.FOUNDATION, "apply"): AidOutcome,
    (PartnerName.HOSPITAL, "request_records"): RecordsOutcome,
    (PartnerName.HOSPITAL, "book_assessment"): AssessmentOutcome,
    (PartnerName.HOSPITAL, "admit"): AdmissionOutcome,
    (PartnerName.COURIER, "book"): HandOverOutcome,
    (PartnerName.MANUFACTURER, "reserve_slot"): SlotOutcome,
    (PartnerName.CRYO_COURIER, "book_shipment"): ShipmentOutcome,
}


def outcome_shape(partner: PartnerName, operation: str) -> type[Strict]:
    """The shape of outcomes of an operation; ValueError for one that never calls back."""
    shape = _SHAPES.get((partner, operation))
    if shape is None:
        able = ", ".join(f"{name}.{known}" for name, known in _SHAPES)
        message = f"outcome: {partner}.{operation} calls nobody back; these do: {able}"
        raise ValueError(message)
    return shape

"""What a partner's call-back can be told to say, one shape per operation; the defaults are the happy way."""

from schemas.actions import DeliveryStatus
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


_SHAPES: dict[tuple[PartnerName, str], type[Strict]] = {
    (PartnerName.INSURER, "order_payment"): PaymentOutcome,
    (PartnerName.FOUNDATION, "apply"): AidOutcome,
    (PartnerName.HOSPITAL, "request_records"): RecordsOutcome,
    (PartnerName.COURIER, "book"): HandOverOutcome,
}


def outcome_shape(partner: PartnerName, operation: str) -> type[Strict]:
    """The shape of outcomes of an operation; ValueError for one that never calls back."""
    shape = _SHAPES.get((partner, operation))
    if shape is None:
        able = ", ".join(f"{name}.{known}" for name, known in _SHAPES)
        message = f"outcome: {partner}.{operation} calls nobody back; these do: {able}"
        raise ValueError(message)
    return shape

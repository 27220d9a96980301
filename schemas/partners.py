"""What is asked of partners and what they answer."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime, Field

from schemas.custody import ChainOfIdentityId, Material, Party, StorageConditions
from schemas.decision import AidStanding, FulfilmentMode
from schemas.money import Yuan
from schemas.names import DrugId, IdempotencyKey, JourneyId, PersonRef, PolicyNumber, ProductId
from schemas.papers import PaperKind
from schemas.people import Citizenship
from schemas.shape import Shape
from schemas.text import Bilingual


class PartnerName(StrEnum):
    """The partners; each has its own address, task queue, rate limit and retry policy."""

    INSURER = "insurer"
    PHARMACY = "pharmacy"
    FOUNDATION = "foundation"
    HOSPITAL = "hospital"
    COURIER = "courier"
    MANUFACTURER = "manufacturer"
    """Makes the CAR-T cells."""
    CRYO_COURIER = "cryo_courier"
    """Carries cells, cold."""
    NOTIFIER = "notifier"


class PartnerWrite(Shape):
    """What every write to a partner carries: the key of its Idempotency-Key header and the journey it belongs to."""

    key: IdempotencyKey
    journey_id: JourneyId


class PaymentOrder(PartnerWrite):
    """Ask the insurer to pay for one dispensing, or for the costs of a therapy."""

    policy_number: PolicyNumber
    product: ProductId
    dispensing_id: str = ""
    """Empty where no drug was dispensed: a therapy's costs."""
    invoice_number: str
    amount: Yuan


class PaymentReceipt(Shape):
    """The insurer took the order; the money itself is confirmed by call-back or polling."""

    payment_id: str
    status: str
    """`accepted`, `paid` or `rejected`."""
    paid_on: date | None = None
    reason: str = ""


class PaymentQuery(Shape):
    """How does this payment stand."""

    payment_id: str


class QuoteQuery(Shape):
    """What a drug costs in the product's pharmacy network, and whether a city has it."""

    product: ProductId
    drug_id: DrugId
    drug_name: str
    quantity: Decimal
    province: str
    city: str


class Quote(Shape):
    """The network's price for the whole quantity."""

    unit_price: Yuan
    cost: Yuan
    in_stock: bool
    pharmacies: int = Field(ge=0)
    """How many designated pharmacies the city has."""


class StockReservation(PartnerWrite):
    """Ask a designated pharmacy of the city to keep the drug for this voucher."""

    product: ProductId
    drug_id: DrugId
    drug_name: str
    quantity: Decimal
    province: str
    city: str
    mode: FulfilmentMode
    voucher_id: str
    person: PersonRef


class ReservationReceipt(Shape):
    """The pharmacy keeps the drug."""

    reservation_id: str
    pharmacy_id: str
    pharmacy_name: str
    cost: Yuan
    cold_chain: bool = False
    """The pharmacy says that the drug must stay cold on its way."""


class ReservationRelease(PartnerWrite):
    """Let the pharmacy sell the drug to somebody else."""

    reservation_id: str


class Released(Shape):
    """The reservation is gone, now or before."""

    reservation_id: str


class DispenseOrder(PartnerWrite):
    """The hand-over was checked: the pharmacy books the dispensing and writes the invoice."""

    reservation_id: str
    voucher_id: str
    mode: FulfilmentMode
    handed_over_at: AwareDatetime


class DispensingReceipt(Shape):
    """What was dispensed and what it costs."""

    dispensing_id: str
    invoice_number: str
    cost: Yuan
    dispensed_at: AwareDatetime


class AidProgramQuery(Shape):
    """Is there an aid program for this drug, and would this patient qualify."""

    product: ProductId
    drug_id: DrugId
    drug_name: str
    disease: str
    citizenship: Citizenship
    province: str


class AidProgram(Shape):
    """The foundation's answer."""

    standing: AidStanding
    """NO_PROGRAM, NOT_QUALIFIED or OPEN."""
    program_id: str = ""
    program_name: str = ""
    papers: tuple[PaperKind, ...] = ()


class AidApplication(PartnerWrite):
    """Apply for aid on the patient's behalf."""

    program_id: str
    person: PersonRef
    drug_id: DrugId
    prescription_number: str


class AidReceipt(Shape):
    """The foundation took the application or says how it stands."""

    application_id: str
    standing: AidStanding
    reason: str = ""
    next_due_on: date | None = None
    """Day on which the next donation is due; None where there is none, or the foundation does not tell."""


class AidQuery(Shape):
    """How does this application stand."""

    application_id: str


class RecordsRequest(PartnerWrite):
    """Ask the treating hospital for papers that are missing."""

    hospital: str
    person: PersonRef
    kinds: tuple[PaperKind, ...]


class RecordsReceipt(Shape):
    """The hospital took the request."""

    request_id: str


class CourierBooking(PartnerWrite):
    """Book the transport of a reserved drug."""

    reservation_id: str
    pharmacy_id: str
    pharmacy_city: str
    destination_city: str
    mode: FulfilmentMode
    cold_chain: bool
    due_at: AwareDatetime | None
    person: PersonRef


class CourierReceipt(Shape):
    """The courier took the booking."""

    tracking_number: str
    promised_by: AwareDatetime | None = None


class CourierCancellation(PartnerWrite):
    """The claim was withdrawn: do not carry this parcel."""

    tracking_number: str


class CourierCancelled(Shape):
    """What became of a cancellation."""

    tracking_number: str
    cancelled: bool
    """False: the parcel was fetched already, and a person has to have it brought back."""


class TrackingQuery(Shape):
    """Where is this parcel."""

    tracking_number: str


class Tracking(Shape):
    """`booked`, `in_transit`, `delivered`, `failed` or `cancelled`."""

    status: str
    at: AwareDatetime


class Message(PartnerWrite):
    """One message for a person (reference) or a team of ours."""

    person: PersonRef | None
    team: str = ""
    template: str
    text: Bilingual


class Sent(Shape):
    """The notifier took the message."""

    message_id: str


class AssessmentBooking(PartnerWrite):
    """Book a designated institution's assessment of the patient."""

    site: str
    party: str = ""
    """Under which the institution appears in custody events; empty: under its own id."""
    on: date
    person: PersonRef


class AppointmentReceipt(Shape):
    """The institution took the booking."""

    appointment_id: str
    on: date


class AppointmentCancellation(PartnerWrite):
    """The patient does not come: not for the assessment, or not to be admitted."""

    appointment_id: str
    goes_on: bool = False
    """The therapy goes on, at another institution or later: a bill of this appointment is not its last."""


class AppointmentCancelled(Shape):
    """What became of the cancellation."""

    appointment_id: str
    cancelled: bool
    """False: the patient is being treated already, or was."""


class Admission(PartnerWrite):
    """Have the patient admitted for apheresis, or for the infusion."""

    site: str
    party: str = ""
    """Under which the institution appears in custody events; empty: under its own id."""
    purpose: str
    """`apheresis` or `infusion`."""
    on: date
    person: PersonRef


class SlotRequest(PartnerWrite):
    """Ask the manufacturer for a manufacturing slot: cells collected on that day at that site."""

    product: ProductId
    drug_id: DrugId
    drug_name: str
    site: str
    apheresis_on: date
    coi: str = ""
    """The chain-of-identity identifier assigned with an earlier slot of this therapy; empty for the first."""


class SlotReceipt(Shape):
    """The slot, the identifier that links the cells to the patient, and how cold each material has to stay."""

    slot_id: str
    coi: ChainOfIdentityId
    manufacturer: Party
    conditions: tuple[StorageConditions, ...] = ()


class SlotCancellation(PartnerWrite):
    """The slot is not needed any more."""

    slot_id: str


class SlotCancelled(Shape):
    """The slot is given up, now or before."""

    slot_id: str


class SlotQuery(Shape):
    """How does manufacturing in this slot stand."""

    slot_id: str


class SlotStanding(Shape):
    """`reserved`, `in_production`, `released`, `out_of_specification`, `failed`, `lost` or `cancelled`."""

    status: str
    batch: str = ""
    certificate: str = ""
    expires_on: date | None = None
    din: str = ""
    """Donation identification number of the starting material in production."""
    reason: str = ""


class ShipmentBooking(PartnerWrite):
    """Book the transport of cells from one party to another."""

    material: Material
    coi: ChainOfIdentityId
    din: str
    sender: str
    recipient: str
    ready_on: date
    conditions: StorageConditions | None = None


class ShipmentReceipt(Shape):
    """The cryo courier took the booking."""

    shipment_id: str
    courier: Party


class ShipmentCancellation(PartnerWrite):
    """These cells are not to be carried."""

    shipment_id: str


class ShipmentCancelled(Shape):
    """What became of the cancellation; False: the cells are on their way."""

    shipment_id: str
    cancelled: bool

"""A claim for a domestic specialty drug: as it comes through the door and as the journey carries it."""

from datetime import date

from pydantic import AwareDatetime, Field

from schemas.carried import CarriedOver
from schemas.clinical import Diagnosis, Prescription
from schemas.names import ClaimNumber, JourneyId, PolicyNumber, ProductId
from schemas.papers import Paper
from schemas.people import ApplicantRole, InsuredFacts, InsuredPerson
from schemas.shape import Shape, Strict


class DrugClaimReport(Strict):
    """`data` of a claim-intake event: one claim for one prescription of a domestic specialty drug."""

    claim_number: ClaimNumber
    product: ProductId
    policy_number: PolicyNumber
    insured: InsuredPerson
    applicant: ApplicantRole = ApplicantRole.INSURED
    diagnosis: Diagnosis
    prescription: Prescription
    papers: tuple[Paper, ...] = ()
    hospital_lacks_drug: bool | None = None
    """Whether the treating hospital cannot supply the drug (axa-excellence/DD-1)."""
    planned_purchase_on: date | None = None
    """Day on which the drug is to be bought (axa-excellence/DD-2)."""
    previous_prescribed_on: date | None = None
    """Date of the last prescription of this drug that the insurance paid, in a claim of its own; None: none."""
    first_purchased_on: date | None = None
    """Day on which the first drug was bought under the insurance, in a claim of its own; None: there is none."""
    continuing: bool = False
    """The treatment goes on: the journey stays open for the next prescriptions of the drug."""
    corrects: ClaimNumber | None = None
    """A refused claim under the same product that this one corrects: the papers handed in with it count here, too."""


class DrugClaim(Shape):
    """Input of a specialty-drug journey: the report without personal data, and the versions it starts under."""

    journey_id: JourneyId
    claim_number: ClaimNumber
    product: ProductId
    policy_number: PolicyNumber
    insured: InsuredFacts
    applicant: ApplicantRole
    diagnosis: Diagnosis
    prescription: Prescription
    papers: tuple[Paper, ...] = ()
    hospital_lacks_drug: bool | None = None
    planned_purchase_on: date | None = None
    previous_prescribed_on: date | None = None
    first_purchased_on: date | None = None
    continuing: bool = False
    reported_at: AwareDatetime
    products_version: str = Field(default="", max_length=64)
    """Version of products/ that the journey keeps for its whole life (pinned at intake)."""
    carried: CarriedOver | None = None
    """What the journey's earlier runs leave to this one; None in the first."""

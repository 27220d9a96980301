"""What every claim reports, whatever it claims: as it comes through the door and as its journey carries it."""

from pydantic import AwareDatetime, Field

from schemas.clinical import Diagnosis
from schemas.names import ClaimNumber, JourneyId, PolicyNumber, ProductId
from schemas.papers import Paper
from schemas.people import ApplicantRole, InsuredFacts, InsuredPerson
from schemas.shape import Shape, Strict


class ClaimReport(Strict):
    """`data` of a claim-intake event: who claims under which policy for which disease, with which papers."""

    claim_number: ClaimNumber
    product: ProductId
    policy_number: PolicyNumber
    insured: InsuredPerson
    applicant: ApplicantRole = ApplicantRole.INSURED
    diagnosis: Diagnosis
    papers: tuple[Paper, ...] = ()
    corrects: ClaimNumber | None = None
    """A refused claim under the same product that this one corrects: the papers handed in with it count here, too."""


class Claim(Shape):
    """Input of a journey: the report without personal data, and the versions it starts under."""

    journey_id: JourneyId
    claim_number: ClaimNumber
    product: ProductId
    policy_number: PolicyNumber
    insured: InsuredFacts
    applicant: ApplicantRole
    diagnosis: Diagnosis
    papers: tuple[Paper, ...] = ()
    reported_at: AwareDatetime
    products_version: str = Field(default="", max_length=64)
    """Version of products/ that the journey keeps for its whole life (pinned at intake)."""

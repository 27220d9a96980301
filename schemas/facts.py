"""Facts that questions of several journeys share."""

from datetime import date

from schemas.clinical import Diagnosis
from schemas.money import ZERO, Ratio, Yuan
from schemas.papers import Paper
from schemas.people import ApplicantRole, InsuredFacts
from schemas.policy import Coverage
from schemas.shape import Strict


class EligibilityFacts(Strict):
    """Who is ill with what under which policy, who applies, and what was handed in."""

    coverage: Coverage
    insured: InsuredFacts
    applicant: ApplicantRole = ApplicantRole.INSURED
    diagnosis: Diagnosis
    papers: tuple[Paper, ...] = ()
    applied_on: date
    decided_on: date | None = None
    """Day of deciding, where it is another than that of the application."""


class PaymentFacts(Strict):
    """A cost, who else compensates it, and what the benefit limit holds; amounts in yuan."""

    cost: Yuan
    social_insurance_enrolled: bool
    social_insurance_settled: bool
    social_insurance_compensation: Yuan
    other_compensation: Yuan
    reimbursement_ratio: Ratio | None
    ratio_by_person: Ratio | None = None
    """What a person read in the contract or catalogue, where the facts do not tell the ratio."""
    available: Yuan
    """What the benefit limit still holds for this claim (its own reservation included)."""
    bound: Yuan = ZERO
    """What of the benefit limit is set aside for other claims: it may come free again."""
    policy_effective_on: date

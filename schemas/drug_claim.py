"""A claim for a domestic specialty drug: as it comes through the door and as the journey carries it."""

from datetime import date
from typing import Literal

from schemas.carried import CarriedOver
from schemas.claim import Claim, ClaimReport
from schemas.clinical import Prescription


class DrugClaimReport(ClaimReport):
    """`data` of a claim-intake event: one claim for one prescription of a domestic specialty drug."""

    prescription: Prescription
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


class DrugClaim(Claim):
    """Input of a specialty-drug journey."""

    kind: Literal["specialty_drug"] = "specialty_drug"
    prescription: Prescription
    hospital_lacks_drug: bool | None = None
    planned_purchase_on: date | None = None
    previous_prescribed_on: date | None = None
    first_purchased_on: date | None = None
    continuing: bool = False
    carried: CarriedOver | None = None
    """What the journey's earlier runs leave to this one; None in the first."""

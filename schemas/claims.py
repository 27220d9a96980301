"""The kinds of claim there are, and the journey that each opens."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Tag, TypeAdapter

from schemas.car_t import CarTClaim, CarTClaimReport
from schemas.claim import ClaimReport
from schemas.drug_claim import DrugClaim, DrugClaimReport
from schemas.shape import Shape

REPORTS: Mapping[str, type[ClaimReport]] = {
    "cn.patient-journeys.claim.reported.v1": DrugClaimReport,
    "cn.patient-journeys.car-t-claim.reported.v1": CarTClaimReport,
}
"""Type of a claim-intake event to the shape of its data."""

CLAIMS: Mapping[type[ClaimReport], type[DrugClaim | CarTClaim]] = {
    DrugClaimReport: DrugClaim,
    CarTClaimReport: CarTClaim,
}
"""What was reported to what its journey carries."""

WORKFLOWS: Mapping[str, str] = {"specialty_drug": "SpecialtyDrugJourney", "car_t": "CarTJourney"}
"""Kind of a claim to the name of its journey's workflow."""


def _kind(value: Any) -> str:  # noqa: ANN401 - JSON or a claim
    kind = value.get("kind") if isinstance(value, dict) else value.kind
    return str(kind or "specialty_drug")  # the first kind there was did not say so


AnyClaim = Annotated[
    Annotated[DrugClaim, Tag("specialty_drug")] | Annotated[CarTClaim, Tag("car_t")], Discriminator(_kind)
]
"""The input of a journey, of whichever kind."""


class Left(Shape):
    """What a closed journey leaves: news that undo what was owed begin a new run from it."""

    claim: AnyClaim
    """The input of that run."""


ANY_CLAIM: TypeAdapter[DrugClaim | CarTClaim] = TypeAdapter(AnyClaim)

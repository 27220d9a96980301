"""The options of `journeys list` that choose journeys."""

from dataclasses import asdict, dataclass
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from pydantic import ValidationError

from console.problems import InvalidRequestError, field_problems
from console.views import JourneyFilter, Sort
from schemas.journey import Stage, WaitingFor
from schemas.people import ActorRole
from workers.cli.reading import told


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Which journeys to list, and in which order; the text under each field is its help on the command line."""

    stage: Stage | None = None
    """Only journeys in this stage."""
    product: str | None = None
    """Only journeys of this product, e.g. pingan-longterm-b."""
    waiting_for: WaitingFor | None = None
    """Only journeys that wait for this."""
    waiting_on: ActorRole | None = None
    """Only journeys that wait on this person or partner."""
    overdue: bool | None = None
    """Only journeys whose deadline has passed (or, with --no-overdue, has not)."""
    escalated: bool | None = None
    """Only journeys that a supervisor has to see."""
    open: Annotated[bool | None, Parameter(negative="--closed")] = None
    """Only journeys that go on; --closed: only those that have ended."""
    claim_number: str | None = None
    """Only the journeys of this claim number."""
    q: str | None = None
    """Part of a claim number, policy number, drug or journey id."""
    sort: Sort = "updated"
    """`updated`: last changed first. `due`: journeys whose clock runs, soonest due first."""
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=200))] = 50
    """How many at most."""
    cursor: str | None = None
    """Where to go on: `next` of the page before."""

    def filter(self) -> JourneyFilter:
        """The same for the read model; raises BadInputError naming the option that is wrong."""
        try:
            return JourneyFilter.model_validate(
                {name: value for name, value in asdict(self).items() if value is not None}
            )
        except ValidationError as error:
            raise told(InvalidRequestError(field_problems(error))) from None


EVERY = Narrowing()
"""All journeys, last changed first."""

"""The options of `journeys list` that choose journeys."""

from dataclasses import asdict, dataclass
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from pydantic import ValidationError

from console.problems import InvalidRequestError, field_problems
from console.views import ANY, JourneyFilter, Sort
from schemas.journey import Stage, WaitingFor
from schemas.papers import PaperKind
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
    due_within: str | None = None
    """Only journeys due within so many working hours (4wh), hours (2h), natural days (3d) or working days (2wd) from
    now, soonest first; overdue ones are among them, unless --no-overdue says otherwise."""
    overdue: bool | None = None
    """Only journeys whose deadline has passed (or, with --no-overdue, has not)."""
    missing: Annotated[bool | PaperKind | None, Parameter(negative="")] = None
    """Only journeys that lack a paper; with a kind, that one."""
    held: bool | None = None
    """Only journeys on hold (or, with --no-held, that are not)."""
    escalated: bool | None = None
    """Only journeys that a supervisor has to see."""
    open: Annotated[bool | None, Parameter(negative="--closed")] = None
    """Only journeys that go on; --closed: only those that have ended."""
    claim_number: str | None = None
    """Only the journeys of this claim number."""
    q: str | None = None
    """Part of a claim number, policy number, drug or journey id."""
    sort: Sort | None = None
    """`updated`: last changed first. `due`: journeys whose clock runs, soonest due first."""
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=200))] = 50
    """How many at most."""
    cursor: str | None = None
    """Where to go on: `next` of the page before."""

    def filter(self) -> JourneyFilter:
        """The same for the read model; raises BadInputError naming the option that is wrong."""
        given = asdict(self) | {"missing": ANY if self.missing is True else self.missing or None}
        try:
            return JourneyFilter.model_validate({name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            raise told(InvalidRequestError(field_problems(error))) from None


EVERY = Narrowing()
"""All journeys, last changed first."""

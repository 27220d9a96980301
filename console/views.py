"""What service agents see: rows of the list, one journey with its history, and what may be done with it now."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field, WithJsonSchema

from console.catalogue import schema
from console.spans import PATTERN, check_span
from products.loader import load_products
from schemas.journey import ActionOffer, JourneyStatus, Money, Stage, TimelineEntry, WaitingFor
from schemas.names import ClaimNumber, JourneyId, ProductId
from schemas.papers import PaperKind
from schemas.people import ActorRole
from schemas.shape import Shape, Strict
from schemas.text import Bilingual

Sort = Literal["updated", "due"]
ANY = "any"
"""Instead of a kind of paper: whichever."""


def _known(product: str) -> str:
    if product not in (known := load_products().ids):
        message = f"unknown product; known are {', '.join(sorted(known))}"
        raise ValueError(message)
    return product


def _paper(kind: str) -> str:
    if kind not in (known := (ANY, *PaperKind)):
        message = f"no such kind of paper; there are {', '.join(known)}"
        raise ValueError(message)
    return kind


KnownProduct = Annotated[str, AfterValidator(_known)]
Span = Annotated[str, AfterValidator(check_span), WithJsonSchema({"type": "string", "pattern": PATTERN})]
MissingPaper = Annotated[str, AfterValidator(_paper), WithJsonSchema({"type": "string", "enum": [ANY, *PaperKind]})]


class JourneyFilter(Strict):
    """Which journeys to list, in which order, and where to go on; what is left out does not narrow the list."""

    stage: Stage | None = None
    product: KnownProduct | None = None
    waiting_for: WaitingFor | None = None
    waiting_on: ActorRole | None = None
    due_within: Span | None = None
    """Due within so many working hours (`4wh`), hours (`2h`), natural days (`3d`) or working days (`2wd`) from now.

    What is overdue is among them, unless `overdue` is false.
    """
    overdue: bool | None = None
    missing: MissingPaper | None = None
    """A kind of paper that the journey lacks, or `any`."""
    held: bool | None = None
    """True: journeys on hold."""
    escalated: bool | None = None
    open: bool | None = None
    """True: journeys that go on; False: those that have ended."""
    claim_number: ClaimNumber | None = None
    q: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")] | None = None
    """Part of a claim number, policy number, drug or journey id, in any case."""
    sort: Sort | None = None
    """`updated`: last changed first. `due`: journeys whose clock runs, soonest due first; usual with `due_within`."""
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=200)
    """`next` of the page before."""

    @property
    def order(self) -> Sort:
        """The order asked for, or the usual one."""
        return self.sort or ("due" if self.due_within else "updated")


class JourneyRow(Shape):
    """One line of the list of journeys."""

    journey_id: JourneyId
    product: ProductId
    claim_number: ClaimNumber
    drug: str
    stage: Stage
    stage_since: AwareDatetime
    waiting_for: WaitingFor
    waiting_on: ActorRole | None
    due_at: AwareDatetime | None
    """None without a deadline and while the clock stands still."""
    clock_stopped: bool
    provisional: bool
    overdue: bool
    missing: tuple[str, ...]
    """Kinds of the papers that have been asked for and have not come in."""
    escalated: bool
    money: Money
    started_at: AwareDatetime
    updated_at: AwareDatetime
    closed_at: AwareDatetime | None
    erased_at: AwareDatetime | None = None
    """When its personal data were erased; the numbers of claim and policy are gone then."""


class JourneyPage(Shape):
    """One page of the list; `next` is the cursor of the following page, None on the last."""

    items: tuple[JourneyRow, ...]
    next: str | None = None


class RefusedLater(Shape):
    """An action that was taken while the journey could not be reached, and that the journey refused afterwards."""

    action: str
    received_at: AwareDatetime
    reason: str
    """In the journey's words."""


class JourneyView(JourneyStatus):
    """One journey as it stands, with the latest of its history; the whole is at `/journeys/{id}/timeline`."""

    timeline: tuple[TimelineEntry, ...] = ()
    refused_later: tuple[RefusedLater, ...] = ()
    """The last of what whoever sent it was never told."""


class TimelinePage(Shape):
    """A part of a journey's history in order; `next` is the `after` of the following page, None at the end."""

    items: tuple[TimelineEntry, ...]
    next: int | None = None


class PossibleAction(Shape):
    """An action that the journey would take now: who may take it, and the JSON schema of what it needs."""

    action: str
    roles: tuple[ActorRole, ...]
    label: Bilingual
    takes: dict[str, Any]


def possible(offer: ActionOffer) -> PossibleAction:
    """An offer of the journey together with what the action takes."""
    return PossibleAction(action=offer.action, roles=offer.roles, label=offer.label, takes=schema(offer.action))

"""A scenario: what is reported, who answers what and when, how partners behave, and what is expected of the journey."""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from schemas.decision import CharityWay, Verdict
from schemas.journey import CLOSED_STAGES, Stage, WaitingFor
from schemas.money import Yuan
from schemas.names import ProductId, RuleId
from schemas.papers import PaperKind
from schemas.partners import PartnerName
from schemas.people import ActorRole
from schemas.shape import Strict
from schemas.text import Bilingual
from simulation.times import Delay, Moment

CLAUSE = r"^([a-z][a-z0-9-]{2,39}/)?[A-Z]+-\d+$"
DAY = r"^\d{4}-\d{2}-\d{2}$"
FAILURES_AT_MOST = 4
"""Calls in vain one after another: Temporal pauses between attempts in real time, longer each time."""
Clause = Annotated[str, Field(pattern=CLAUSE, examples=["WAIT-1"])]
"""A rule id; without its product it is one of the scenario's product."""
Fields = dict[str, Any]
"""Fields laid over others, however deep: a null removes, a list replaces."""


class Deed(Strict):
    """Something that a person or partner does."""

    as_: ActorRole | None = Field(default=None, alias="as")
    """Who does it; who would do it by default unless told."""
    do: str = ""
    """The action; the one that answers the wait unless told."""
    with_: Fields = Field(default_factory=dict, alias="with", description="Fields of the action: #/$defs/Withdraw, …")
    """Fields of the action, over those it would have by default."""
    refused: str = ""
    """Part of the reason with which the journey has to refuse it; empty: it has to be taken."""


class Answer(Deed):
    """One answer to a wait, so long after it began or after the answer before."""

    after: Delay | None = None
    at: Moment | None = None
    never: bool = False
    """Nobody answers from here on."""


_SILENCE_IN_A_LIST = "in a list, silence from here on is written {never: true}; `never` stands instead of a list"
_SILENCE_ALONE = "never: true stands in a list, for nobody from there on; where nobody ever answers write `never` alone"


def _listed(value: object) -> object:
    """Refuse `never` among the items of a list, where it does not say from when on."""
    if isinstance(value, list | tuple) and "never" in value:
        raise ValueError(_SILENCE_IN_A_LIST)
    return value


def _for_every_time(answer: Answer) -> Answer:
    """Refuse a silence that is no turn of a list: nobody would ever look for it there."""
    if answer.never:
        raise ValueError(_SILENCE_ALONE)
    return answer


class Carriage(Answer):
    """What is told of the cells next, so long after they last moved."""


class Occasion(Strict):
    """When the journey enters a stage or begins to wait for something, and so long after."""

    stage: Stage | None = None
    wait: WaitingFor | None = None
    nth: int = Field(default=1, ge=1)
    """The first time it does, or a later one."""
    after: Delay = "0m"

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.stage is None) == (self.wait is None):
            message = "give a stage or a wait"
            raise ValueError(message)
        return self


class Event(Deed):
    """Something that happens whatever the journey waits for."""

    at: Moment | None = None
    when: Occasion | None = None

    @model_validator(mode="after")
    def _one_moment(self) -> Self:
        if (self.at is None) == (self.when is None):
            message = "give one of at and when"
            raise ValueError(message)
        if not self.do:
            message = "do: is needed"
            raise ValueError(message)
        return self


class Behaviour(Strict):
    """How a partner meets one call: it answers, refuses with a reason, or does not answer so many times."""

    answer: Fields | None = Field(default=None, description="Fields of the partner's answer: #/$defs/Quote, …")
    """Fields over those of the usual answer."""
    refuse: str | None = Field(default=None, min_length=1)
    fail: int | None = Field(default=None, ge=1, le=FAILURES_AT_MOST)
    """A few times only: Temporal waits between attempts in real time, longer each time."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.answer, self.refuse, self.fail)) != 1:
            message = "give one of answer, refuse and fail"
            raise ValueError(message)
        return self


def _one_or_many(value: object) -> str:
    return "never" if isinstance(value, str) else "in_turn" if isinstance(value, list | tuple) else "always"


Behaviours = Annotated[
    Annotated[Behaviour, Tag("always")] | Annotated[tuple[Behaviour, ...], Tag("in_turn")],
    Discriminator(_one_or_many),
]
"""One behaviour for every call, or a list for one call after another; afterwards the usual answer."""
Answers = Annotated[
    Annotated[Literal["never"], Tag("never")]
    | Annotated[Answer, AfterValidator(_for_every_time), Tag("always")]
    | Annotated[tuple[Answer, ...], BeforeValidator(_listed), Tag("in_turn")],
    Discriminator(_one_or_many),
]
"""`never`, one answer for every time, or a list for one time after another; afterwards the obliging answer."""


def _never_or_many(value: object) -> str:
    return "never" if isinstance(value, str) else "in_turn"


Carriages = Annotated[
    Annotated[Literal["never"], Tag("never")]
    | Annotated[tuple[Carriage, ...], BeforeValidator(_listed), Tag("in_turn")],
    Discriminator(_never_or_many),
]
"""`never`, or a list for one event after another; afterwards as nothing disturbs the cells."""


class ExpectedDecision(Strict):
    """One decision; what is not given is not compared."""

    question: str
    verdict: Verdict
    not_met: tuple[Clause, ...] | None = None
    """Clauses that are not met: each finding that is not met cites one of them, and each of them is cited so."""
    cites: tuple[Clause, ...] = ()
    """Clauses that some finding cites, whatever its outcome."""
    way: CharityWay | None = None
    by: ActorRole | None = None
    """Role of the person who decided."""
    day: str | None = Field(default=None, pattern=DAY)
    papers: tuple[PaperKind, ...] | None = None
    """Papers due, in any order."""
    amounts: dict[
        Literal["cost", "insurer_pays", "own_share", "ratio", "over_limit", "other_compensation"], Decimal
    ] = Field(default_factory=dict)


class ExpectedDeadline(Strict):
    """One deadline, in the order in which they were set."""

    wait: WaitingFor
    due: Moment
    rule: Clause | None = None
    provisional: bool | None = None
    stops: int | None = None
    """How many stretches the clock stood still."""


class ExpectedMoney(Strict):
    """The money when the simulation ends."""

    committed: Yuan | None = None
    own_share: Yuan | None = None
    insurer_pays: Yuan | None = None
    reserved: Yuan | None = None
    paid: Yuan | None = None
    refund_due: Yuan | None = None
    """What the insured person still has to pay back."""
    own_share_paid: Yuan | None = None
    """Paid by the insured person before a delivery, and not given back."""
    earlier_paid: Yuan | None = None
    """Paid for the earlier prescriptions of the journey."""
    limit_left: Yuan | None = None
    """What the benefit limit of the policy still holds."""


class ExpectedMessage(Strict):
    """One message, the day on which it was sent and a part of what it says, in either language."""

    template: str
    on: str | None = Field(default=None, pattern=DAY)
    says: str = ""


def _dated_or_not(value: object) -> str:
    return "any_day" if isinstance(value, str) else "on_a_day"


Message = Annotated[
    Annotated[str, Tag("any_day")] | Annotated[ExpectedMessage, Tag("on_a_day")], Discriminator(_dated_or_not)
]
"""A message by its template, sent on whichever day or on one."""


class ExpectedTherapy(Strict):
    """How a CAR-T therapy stands when the simulation ends; what is not given is not compared."""

    opens_on: str | None = None
    """First day of the treatment window (YYYY-MM-DD)."""
    closes_on: str | None = None
    closed_by: Literal["apheresis", "infusion"] | None = None
    aphereses: int | None = None
    infused_on: str | None = None
    """Day of the infusion; empty: there was none."""
    response: str | None = None
    worst_grade: int | None = None
    custody: int | None = None
    """How many events the chain of custody has."""
    deviations: tuple[str, ...] | None = None
    """Kinds of all deviations found."""
    costs: Yuan | None = None
    covered: Yuan | None = None


class Expected(Strict):
    """What the trace has to show; what is left out is not compared."""

    stages: tuple[Stage, ...] | None = None
    """Every stage entered, in order, without the end."""
    ends: Stage | Literal["open"]
    decisions: tuple[ExpectedDecision, ...] | None = None
    """Every decision, in order."""
    deadlines: tuple[ExpectedDeadline, ...] | None = None
    """Every deadline, in order; one that was reckoned anew after a stop comes again."""
    money: ExpectedMoney = ExpectedMoney()
    therapy: ExpectedTherapy = ExpectedTherapy()
    prescriptions: int | None = Field(default=None, ge=1)
    """Which prescription of the journey it has come to, from 1."""
    told: dict[ActorRole, tuple[Message, ...]] = Field(default_factory=dict)
    """Messages that were sent, by their template, as often as it is named here; others may be sent, too."""
    not_told: dict[ActorRole, tuple[str, ...]] = Field(default_factory=dict)
    """Messages that were not sent."""
    escalations: tuple[str, ...] | None = None
    """Parts of the reasons of all escalations, in order."""

    @field_validator("ends", mode="before")
    @classmethod
    def _an_end(cls, value: object) -> object:
        if value not in ("open", *CLOSED_STAGES):
            message = f"{value} is no end; there are open, {', '.join(CLOSED_STAGES)}"
            raise ValueError(message)
        return value


class Script(Strict):
    """One claim of a scenario and what happens to it."""

    name: str = ""
    kind: Literal["specialty_drug", "car_t"] = "specialty_drug"
    """What is claimed."""
    starts: Moment | None = None
    claim: Fields = Field(
        default_factory=dict, description="Fields of #/$defs/DrugClaimReport, of a CAR-T claim #/$defs/CarTClaimReport"
    )
    """Over the data of samples/claims/<product>.json, for CAR-T <product>-car-t.json."""
    corrects: str = ""
    """Name of an earlier claim of the scenario, closed by then, whose papers count here, too."""
    answers: dict[WaitingFor, Answers] = Field(default_factory=dict)
    """Who answers what the journey waits for, people and calling-back partners alike."""
    partners: dict[PartnerName, dict[str, Behaviours]] = Field(default_factory=dict)
    """How a partner meets calls of an operation."""
    custody: Carriages = ()
    """CAR-T: what is told of the cells, one event after another; afterwards as nothing disturbs them."""
    events: tuple[Event, ...] = ()
    expect: Expected | None = None


class Scenario(Script):
    """One file: a claim, or several claims on one policy, which share what is said above them."""

    shows: Bilingual
    """What the scenario shows."""
    rules: tuple[RuleId, ...] = Field(min_length=1)
    """Clauses it is about: each has to appear in a decision or deadline of the trace."""
    product: ProductId
    policy: Fields = Field(default_factory=dict, description="in_catalogue, and fields of #/$defs/Policy")
    """Over the product's entry in samples/policies.json; in_catalogue, too."""
    price: Yuan = Decimal("8000.00")
    """What one pack costs."""
    until: Moment | None = None
    """When to stop looking, though the journey may be open."""
    claims: tuple[Script, ...] = ()

    def scripts(self) -> tuple[Script, ...]:
        """The claims, each whole: what is said above them holds where they do not say otherwise."""
        return tuple(self._whole(script, number) for number, script in enumerate(self.claims, 1)) or (self,)

    def _whole(self, script: Script, number: int) -> Script:
        return script.model_copy(
            update={
                "name": script.name or str(number),
                "starts": script.starts or self.starts,
                "claim": laid_over(self.claim, script.claim, remove=False),
                "answers": {**self.answers, **script.answers},
                "partners": {**self.partners, **script.partners},
            }
        )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for script in self.scripts():
            place = f"claims: {script.name}: " if self.claims else ""
            if script.starts is None:
                message = f"{place}starts: is needed"
                raise ValueError(message)
            if script.expect is None:
                message = f"{place}expect: is needed"
                raise ValueError(message)
        if self.claims and (self.expect or self.events):
            message = "with claims, each has its own expect and events"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _corrected_claims(self) -> Self:
        earlier = list[str]()
        for script in self.scripts():
            if script.corrects and script.corrects not in earlier:
                message = f"corrects: {script.corrects} is no earlier claim of this scenario"
                raise ValueError(message)
            earlier.append(script.name)
        return self


def full(clause: Clause, product: ProductId) -> RuleId:
    """The clause with its product."""
    return clause if "/" in clause else f"{product}/{clause}"


def laid_over(below: Fields, above: Fields, *, remove: bool = True) -> Fields:
    """`above` over `below`, however deep: a null removes the field (unless it is to be laid over again)."""
    merged = dict(below)
    for name, value in above.items():
        if value is None and remove:
            merged.pop(name, None)
        elif isinstance(value, dict):
            under = merged.get(name)
            merged[name] = laid_over(under if isinstance(under, dict) else {}, value, remove=remove)
        else:
            merged[name] = value
    return merged

"""Where a journey stands: stages, waits, decisions, money and the actions possible now."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime, Field

from schemas.car_t_view import CarTView
from schemas.deadline import Budget, ClockStop, Deadline
from schemas.decision import Amounts, Decision, FulfilmentMode
from schemas.money import ZERO
from schemas.names import ClaimNumber, JourneyId, PersonRef, PolicyNumber, ProductId, RuleId
from schemas.papers import Paper, PaperDue
from schemas.people import Actor, ActorRole
from schemas.shape import Shape
from schemas.text import Bilingual


class Stage(StrEnum):
    """The stages of a journey, in the documents' order: first the specialty drug's, then those of CAR-T alone."""

    AUTHORIZATION = "authorization"
    PRESCRIPTION_REVIEW = "prescription_review"
    CHARITY_AID = "charity_aid"
    VOUCHER = "voucher"
    FULFILMENT = "fulfilment"
    SETTLEMENT = "settlement"
    REFILL = "refill"
    """Between two prescriptions of a treatment that goes on."""
    ASSESSMENT = "assessment"
    """CAR-T: a designated institution judges whether the patient is suitable."""
    ARRANGEMENT = "arrangement"
    APHERESIS = "apheresis"
    MANUFACTURING = "manufacturing"
    PRE_INFUSION_EXAMINATION = "pre_infusion_examination"
    LYMPHODEPLETION = "lymphodepletion"
    INFUSION = "infusion"
    MONITORING = "monitoring"
    EFFICACY_ASSESSMENT = "efficacy_assessment"
    GREEN_CHANNEL = "green_channel"
    """A refusal at review is accepted, or not; the consultation it earns is arranged."""
    REOPENED = "reopened"
    """Closed before and taken up again: news may undo what was owed."""
    RECOVERY = "recovery"
    """What was paid without being owed is claimed back."""
    COMPLETED = "completed"
    REFUSED = "refused"
    AID_SUPPLIED = "aid_supplied"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    """A right was not used in time, e.g. a voucher."""
    TERMINATED = "terminated"
    """Death, a cancelled policy or fraud ended it."""


CLOSED_STAGES = (
    Stage.COMPLETED,
    Stage.REFUSED,
    Stage.AID_SUPPLIED,
    Stage.WITHDRAWN,
    Stage.LAPSED,
    Stage.TERMINATED,
)


class WaitingFor(StrEnum):
    """What a journey can wait for."""

    NOTHING = "nothing"
    PAPERS = "papers"
    REFERRAL = "referral"
    REVIEW = "review"
    AID_APPLICATION = "aid_application"
    AID_OUTCOME = "aid_outcome"
    AID_COLLECTION = "aid_collection"
    BOOKING = "booking"
    OWN_SHARE = "own_share"
    HAND_OVER = "hand_over"
    PAYMENT = "payment"
    INVESTIGATION = "investigation"
    REFUSAL_ANSWER = "refusal_answer"
    EXPERT = "expert"
    EXPERT_CONFIRMATION = "expert_confirmation"
    APPOINTMENT = "appointment"
    CONSULTATION = "consultation"
    PRESCRIPTION = "prescription"
    REFUND = "refund"
    ASSESSMENT_BOOKING = "assessment_booking"
    ASSESSMENT = "assessment"
    ARRANGEMENT = "arrangement"
    APHERESIS = "apheresis"
    PRODUCT = "cell_product"
    """The manufacturer makes the CAR-T cells."""
    REMANUFACTURE_CHOICE = "remanufacture_choice"
    PRODUCT_ARRIVAL = "product_arrival"
    """The released cells are on their way to the institution."""
    EXAMINATION = "examination"
    LYMPHODEPLETION = "lymphodepletion"
    DEVIATION = "deviation"
    """A broken chain: the responsible person has to dispose of it before infusion."""
    INFUSION = "infusion"
    MONITORING_END = "monitoring_end"
    EFFICACY = "efficacy"
    COSTS = "costs"
    RESUMPTION = "resumption"
    """The journey is on hold."""
    HAND_OFF = "hand_off"
    """A partner is being asked; its answer is on the way."""
    HAND_OFF_HELP = "hand_off_help"
    """A partner refused or stayed silent: a service agent has to look."""


class Wait(Shape):
    """What the journey waits for, on whom, since when and until when; and how the clock stands."""

    what: WaitingFor
    on: ActorRole | None
    since: AwareDatetime
    deadline: Deadline | None = None
    overdue: bool = False
    clock_stopped: ClockStop | None = None


class DecisionRecord(Shape):
    """One numbered decision of a journey; `decided_by` is a person where the rules referred it."""

    number: int
    decision: Decision
    decided_by: Actor | None = None
    reason: str = ""


class ActionOffer(Shape):
    """One action that is possible now and who may take it."""

    action: str
    roles: tuple[ActorRole, ...]
    label: Bilingual


class Money(Shape):
    """The money of the present prescription, in yuan, and what earlier ones of the journey came to."""

    estimate: Amounts | None = None
    reserved: Decimal = ZERO
    settled: Amounts | None = None
    committed: Decimal = ZERO
    payment_id: str = ""
    paid: Decimal = ZERO
    refund_due: Decimal = ZERO
    """What the insured person has to pay back, less what came back."""
    own_share_paid: Decimal = ZERO
    """Of the own share, what the insured person paid before the delivery and does not get back."""
    earlier_committed: Decimal = ZERO
    """Committed for the earlier prescriptions of this journey."""
    earlier_paid: Decimal = ZERO

    @property
    def unpaid(self) -> Decimal:
        """Committed, and not on record as paid."""
        return max(self.committed - self.paid, ZERO)


class VoucherView(Shape):
    """The voucher without its code: the code is shown to the insured person only."""

    voucher_id: str
    issued_at: AwareDatetime
    last_day: str = ""
    """Last day of validity (ISO date), empty where the document prints none."""
    redeemed: bool = False


class FulfilmentView(Shape):
    """How and where the drug is handed over."""

    mode: FulfilmentMode
    pharmacy_id: str = ""
    pharmacy_city: str = ""
    destination_city: str = ""
    reservation_id: str = ""
    tracking_number: str = ""
    dispensing_id: str = ""


class Appointment(Shape):
    """The green-channel consultation as far as it is arranged."""

    hospital: str
    department: str
    on: date | None = None


class Escalation(Shape):
    """Something a supervisor has to see."""

    at: AwareDatetime
    reason: Bilingual
    open: bool = True


class TimelineEntry(Shape):
    """One thing that happened; `seq` counts from 1 within the journey and never repeats."""

    seq: int
    at: AwareDatetime
    kind: str
    """`stage`, `input`, `decision`, `hand_off`, `deadline`, `money`, `escalation`."""
    actor: Actor | None = None
    what: Bilingual
    decision: int | None = None


class Notice(Shape):
    """One message to a person or team; `key` makes a repeat recognisable."""

    key: str
    to: ActorRole
    template: str
    text: Bilingual
    person: PersonRef | None = None
    voucher_id: str = ""
    """Set where the message must show a voucher code, which the relay reads when it sends."""


class AnnouncedCancellation(Shape):
    """A cancellation of the policy that the insurer told before its day."""

    effective_on: date
    """First day without cover: what is handed over before stays covered, what is not ends with it."""
    rule: RuleId | None = None
    """Clause by which the cover ends then; None where the policy was not looked up yet."""
    heeded: bool = False
    """Its day has come, and whether the cover still stands was decided."""


class JourneyStatus(Shape):
    """The whole status of one journey as agents see it: the read model, written once per transition."""

    journey_id: JourneyId
    revision: int = Field(ge=1)
    """Grows by one with each transition; an older write never overwrites a newer one."""
    kind: str
    product: ProductId
    claim_number: ClaimNumber
    policy_number: PolicyNumber
    drug: str
    """Drug as listed by the product, e.g. 可瑞达 帕博利珠单抗."""
    stage: Stage
    stage_since: AwareDatetime
    started_at: AwareDatetime
    updated_at: AwareDatetime
    wait: Wait
    papers_due: tuple[PaperDue, ...] = ()
    papers: tuple[Paper, ...] = ()
    """What has been handed in so far."""
    prescription: int = 1
    """Which prescription of the journey it is at, from 1."""
    appointment: Appointment | None = None
    cancellation: AnnouncedCancellation | None = None
    car_t: CarTView | None = None
    decisions: tuple[DecisionRecord, ...] = ()
    actions: tuple[ActionOffer, ...] = ()
    money: Money = Money()
    voucher: VoucherView | None = None
    fulfilment: FulfilmentView | None = None
    escalations: tuple[Escalation, ...] = ()
    next_steps: tuple[Bilingual, ...] = ()
    closed_at: AwareDatetime | None = None
    build_id: str = ""


class Transition(Shape):
    """One step of a journey, to be written at once: the new status, its timeline entries and notices."""

    status: JourneyStatus
    """The status without its decisions: those are written once each, when they are taken."""
    decisions: tuple[DecisionRecord, ...] = ()
    """Decisions taken since the last transition."""
    entries: tuple[TimelineEntry, ...] = ()
    notices: tuple[Notice, ...] = ()
    decided: int | None = None
    """How many decisions the journey has taken so far; more of an earlier moment come from a lost attempt."""
    told: int | None = None
    """How many timeline entries there are so far, likewise."""
    budget: Budget | None = None
    """Budget of the new wait, else None; the deadline reckoned from it is written and returned."""
    clock_started_at: AwareDatetime | None = None
    clock_stops: tuple[ClockStop, ...] = ()


class Entered(Shape):
    """Answer to a Transition: the deadline that was reckoned, if a budget was given."""

    deadline: Deadline | None = None


class JourneyResult(Shape):
    """Result of a finished journey."""

    journey_id: JourneyId
    stage: Stage
    money: Money = Money()
    decisions: int = 0
    prescriptions: int = 1

"""A decision: the verdict, every rule looked at with its finding and clause, and the facts it rests on."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from schemas.car_t_facts import (
    CarTApheresisFacts,
    CarTAssessmentFacts,
    CarTAuthorizationFacts,
    CarTCostFacts,
    CarTInfusionFacts,
    CarTSettlementFacts,
    CarTSiteFacts,
    CarTStandingFacts,
    TreatmentWindow,
)
from schemas.clinical import Diagnosis, Prescription
from schemas.custody import Deviation
from schemas.facts import EligibilityFacts, PaymentFacts
from schemas.money import ZERO, Yuan
from schemas.names import ProductId, RuleId
from schemas.papers import Paper, PaperDue, PaperKind
from schemas.people import ApplicantRole, Citizenship
from schemas.shape import Shape, Strict
from schemas.text import Bilingual


class Verdict(StrEnum):
    """What follows from the findings as a whole."""

    APPROVED = "approved"
    REFUSED = "refused"
    PAPERS_DUE = "papers_due"
    REFERRED = "referred"
    """A person has to decide: the documents or the facts leave it open."""


class Outcome(StrEnum):
    """What one rule found."""

    MET = "met"
    NOT_MET = "not_met"
    PAPERS_DUE = "papers_due"
    REFERRED = "referred"
    NOT_APPLICABLE = "not_applicable"


class Citation(Shape):
    """Where a rule stands: its id in the rule book, the document and the section as printed."""

    rule: RuleId
    document: str
    section: str


class Finding(Shape):
    """One rule, evaluated: met or not, on which facts, why, and under which clauses (at least one)."""

    name: str
    """Name of the rule function, e.g. `waiting_period_over`."""
    citations: tuple[Citation, ...] = Field(min_length=1)
    outcome: Outcome
    why: Bilingual
    facts: dict[str, str] = Field(default_factory=dict)
    """The facts and terms used, in words, keyed by field name; never personal data."""
    papers: tuple[PaperDue, ...] = ()
    next_step: Bilingual | None = None
    """What the patient or agent can do about it, where there is something."""


class AuthorizationFacts(EligibilityFacts):
    """May this insured person have this drug for this disease under this policy."""

    question: Literal["authorization"] = "authorization"
    prescription: Prescription
    hospital_lacks_drug: bool | None = None
    planned_purchase_on: date | None = None


class PharmacistFindings(Strict):
    """What the reviewing pharmacist established; None where it was not looked at."""

    on_label: bool | None = None
    """Indication and dosage agree with the label approved by the NMPA."""
    recist_progression: bool | None = None
    """Solid tumours: progression by RECIST on this drug."""
    guideline_progression: bool | None = None
    """Haematological cancers: progression by guideline on this drug. Never inferred from RECIST."""
    tests_support: bool | None = None
    """Examinations and tests support the prescription."""
    target_present: bool | None = None
    """The gene target that the drug needs was found."""
    drug_has_target: bool | None = None
    injection: bool | None = None
    """Dosage form is an injection."""


class ReviewFacts(Strict):
    """Is this prescription appropriate and within its limits."""

    question: Literal["prescription_review"] = "prescription_review"
    diagnosis: Diagnosis
    prescription: Prescription
    previous_prescribed_on: date | None = None
    papers: tuple[Paper, ...] = ()
    supplemented: tuple[PaperKind, ...] = ()
    """Kinds of paper that were asked for at this review and have come."""
    findings: PharmacistFindings
    reviewed_on: date
    policy_effective_on: date
    expires_on: date
    renewed_to: date | None = None
    first_purchase: bool = True
    first_purchased_on: date | None = None
    """Day on which the first prescription of the drug was handed over; None where there is none, or it is not known."""


class AidStanding(StrEnum):
    """Where a charity-aid application stands."""

    NO_PROGRAM = "no_program"
    NOT_QUALIFIED = "not_qualified"
    OPEN = "open"
    """A program exists and the patient qualifies; nothing has been filed yet."""
    NOT_APPLIED = "not_applied"
    INCOMPLETE = "incomplete"
    INSISTS_SELF_PAY = "insists_self_pay"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    COLLECTED = "collected"
    NOT_COLLECTED = "not_collected"
    REFUSED = "refused"


class CharityFacts(Strict):
    """What charity aid means for this prescription: apply, skip, drug supplied, cover lost, or review again."""

    question: Literal["charity_aid"] = "charity_aid"
    citizenship: Citizenship
    standing: AidStanding
    policy_effective_on: date
    own_reason: bool = True
    """NOT_COLLECTED only: whether it was for the applicant's own reasons."""


class CharityWay(StrEnum):
    """Which way the journey goes after the charity question."""

    APPLY = "apply"
    INSURANCE = "insurance"
    """No aid for this prescription: the insurance pays, the journey goes on to the voucher."""
    AID_SUPPLIES = "aid_supplies"
    """The foundation supplies the drug; the benefit limit is not touched."""
    REVIEW_AGAIN = "review_again"
    NOT_COVERED = "not_covered"
    WAIT = "wait"


class FulfilmentMode(StrEnum):
    """How the drug reaches the patient."""

    PICK_UP = "pick_up"
    DELIVERY = "delivery"
    HOSPITAL_DELIVERY = "hospital_delivery"


class FulfilmentFacts(Strict):
    """May the drug be handed over in this way, at this pharmacy, on this day."""

    question: Literal["fulfilment"] = "fulfilment"
    mode: FulfilmentMode
    pharmacy_province: str
    pharmacy_city: str
    destination_city: str
    in_catalogue: bool | None
    settled_by_social_insurance: bool = False
    injection: bool | None = None
    doctor_consent: bool = False
    """The attending doctor knows and agrees (injections; outside drugs)."""
    hospital_consent: bool = False
    partial_advance_accepted: bool | None = None
    """AXA: the insured accepts that only part is advanced (axa-excellence/DD-4); None where not asked."""
    override_by: str = ""
    """Opaque id of the person who overrode a default restriction, else empty."""
    voucher_issued_on: date | None = None
    booked_on: date
    days_supply: int
    policy_effective_on: date


class CounterFacts(Strict):
    """May the drug be handed to the person at the counter or door."""

    question: Literal["counter"] = "counter"
    mode: FulfilmentMode
    collector: ApplicantRole
    insured_is_minor: bool
    identity_verified: bool
    voucher_verified: bool
    papers: tuple[Paper, ...] = ()
    handed_over_on: date
    booked_on: date | None = None
    """Day on which a delivery was booked; None for what is collected."""
    policy_effective_on: date
    expires_on: date | None = None
    """Last day of the policy; None where it is not known."""
    renewed_to: date | None = None


class SettlementFacts(PaymentFacts):
    """Who pays what for a dispensed prescription."""

    question: Literal["settlement"] = "settlement"
    in_catalogue: bool | None
    dispensed_on: date
    booked_on: date | None = None
    """Day on which its delivery was booked; None for what is collected, or not booked yet."""
    expires_on: date
    renewed_to: date | None = None


class News(StrEnum):
    """What is reported while a journey runs and may end it."""

    DEATH = "death"
    POLICY_CANCELLED = "policy_cancelled"
    FRAUD = "fraud"
    """The user is not the insured person."""


class StandingFacts(Strict):
    """Does the cover still stand after what was reported.

    Approved: the journey goes on and settles what was handed over. Refused: it ends. Referred: a person decides.
    """

    question: Literal["standing"] = "standing"
    news: News
    since: date
    """Day of death, day on which the cancellation takes effect, or day on which the fraud was found."""
    dispensed_on: date | None = None
    """Day on which the drug of the prescription in hand was handed over; None while it is not with the patient."""
    paid_for: tuple[date, ...] = ()
    """Days of hand-over of every drug of the journey whose benefit is booked, earlier prescriptions included."""
    paid: Yuan = ZERO
    """What the insurer paid or owes in this journey so far."""
    policy_effective_on: date
    decided_on: date | None = None
    """Day of deciding, that of the request unless told: a cancellation of a later day is told in advance."""


Facts = Annotated[
    AuthorizationFacts
    | ReviewFacts
    | CharityFacts
    | FulfilmentFacts
    | CounterFacts
    | SettlementFacts
    | StandingFacts
    | CarTAuthorizationFacts
    | CarTSiteFacts
    | CarTAssessmentFacts
    | CarTApheresisFacts
    | CarTInfusionFacts
    | CarTCostFacts
    | CarTSettlementFacts
    | CarTStandingFacts,
    Field(discriminator="question"),
]


class Amounts(Shape):
    """A settled or estimated cost, in yuan: `cost = insurer_pays + own_share + other_compensation` always holds."""

    cost: Yuan
    other_compensation: Yuan
    ratio: Decimal
    insurer_pays: Yuan
    own_share: Yuan
    over_limit: Yuan
    """Part of the own share that is due only because the benefit limit ran out."""

    def plus(self, other: "Amounts") -> "Amounts":
        """Both together; where their ratios differ, the one that comes to the same sum."""
        names = ("cost", "other_compensation", "insurer_pays", "own_share", "over_limit")
        summed = {name: getattr(self, name) + getattr(other, name) for name in names}
        base = summed["cost"] - summed["other_compensation"]
        if self.ratio != other.ratio and base:
            summed["ratio"] = ((summed["insurer_pays"] + summed["over_limit"]) / base).quantize(Decimal("0.0001"))
        return self.model_copy(update=summed)

    def limited_to(self, committed: Yuan) -> "Amounts":
        """What holds where the ledger committed less: others drew on the limit meanwhile, it has the last word."""
        short = self.insurer_pays - committed
        return self.model_copy(
            update={
                "insurer_pays": committed,
                "own_share": self.own_share + short,
                "over_limit": self.over_limit + short,
            }
        )


class DecisionRequest(Strict):
    """What `decide` takes: product, facts (their `question` names the gate), and the moment of deciding."""

    product: ProductId
    facts: Facts
    at: AwareDatetime
    products_version: str = ""


class Versions(Shape):
    """Under which texts and code a decision was taken."""

    products: str
    rules: str
    calendar: str


_RATIO_RULE = "insurer_share"
"""Refers where neither document nor contract tells the insurer's ratio."""


class Decision(Shape):
    """The answer of one gate. There is no decision without a citation."""

    question: str
    product: ProductId
    verdict: Verdict
    findings: tuple[Finding, ...] = Field(min_length=1)
    papers_due: tuple[PaperDue, ...] = ()
    amounts: Amounts | None = None
    way: CharityWay | None = None
    not_owed: tuple[date, ...] = ()
    """After news: days of hand-over for which the insurer owes nothing; what it booked for them has to come back."""
    next_steps: tuple[Bilingual, ...] = ()
    window: TreatmentWindow | None = None
    """CAR-T: the treatment period on these facts, once apheresis has opened it."""
    deviations: tuple[Deviation, ...] = ()
    """CAR-T: what is wrong with the chain of identity or custody, disposed of or not."""
    unusable: bool = False
    """CAR-T: what stands against the infusion is, or may be, the cells themselves: others would be needed."""
    open_site: bool = False
    """CAR-T: the list leaves open whether the institution is designated; who approves accepts it."""
    final: bool = False
    """A refusal that holds for later prescriptions, too: resistance; policy or term are over, the limit is used up."""
    facts: Facts
    versions: Versions
    at: AwareDatetime

    @property
    def asks_ratio(self) -> bool:
        """Whether the insurer's ratio is what a person is asked for; nowhere else does one of theirs count."""
        return any(each.name == _RATIO_RULE and each.outcome is Outcome.REFERRED for each in self.findings)

"""Facts of the CAR-T questions: who may have the therapy, where, whether a step counts, what it costs and who pays."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.clinical import DrugName
from schemas.custody import CustodyEvent, DeviationWord, StorageConditions
from schemas.facts import EligibilityFacts, PaymentFacts
from schemas.money import Yuan
from schemas.names import RuleId
from schemas.shape import Shape, Strict
from schemas.text import Bilingual


class TreatmentWindow(Shape):
    """The treatment period as far as it is known: costs from `opens_on` to `closes_on`, both days included, count."""

    opens_on: date
    closes_on: date
    closed_by: Literal["apheresis", "infusion"]
    """Which of its two ends comes first."""
    rule: RuleId
    reckoning: Bilingual


class CarTAuthorizationFacts(EligibilityFacts):
    """May this insured person have this CAR-T product for this disease under this policy."""

    question: Literal["car_t_authorization"] = "car_t_authorization"
    drug: DrugName


class CarTSiteFacts(Strict):
    """Is this institution, down to its campus, one where the therapy is covered."""

    question: Literal["car_t_site"] = "car_t_site"
    site: str = Field(min_length=2, max_length=80)
    """Name with the campus, as the institution writes it."""
    site_accepted: bool = False
    """A person accepted this institution for this therapy, where the list left it open."""
    policy_effective_on: date


class CarTAssessmentFacts(Strict):
    """Did the designated institution find the patient suitable, and prescribe the product that was authorized."""

    question: Literal["car_t_assessment"] = "car_t_assessment"
    suitable: bool
    prescribed: bool
    """It wrote a prescription for the designated product."""
    assessed_on: date
    policy_effective_on: date


class CarTApheresisFacts(Strict):
    """Does this apheresis open the treatment period, or fall into the one that is open."""

    question: Literal["car_t_apheresis"] = "car_t_apheresis"
    site: str
    site_accepted: bool = False
    """A person accepted this institution for this therapy, where the list left it open."""
    performed_on: date
    """Its first day."""
    first_apheresis_on: date | None = None
    """First day of the first apheresis of this treatment; None: this is the first."""
    arranged: bool
    """Authorization, assessment and arrangement came before."""
    policy_effective_on: date
    expires_on: date
    renewed_to: date | None = None


class ExaminationResult(StrEnum):
    """What the pre-infusion examination found."""

    FIT = "fit"
    POSTPONED = "postponed"
    UNFIT = "unfit"


class CarTInfusionFacts(Strict):
    """May the cells be infused now: identity and custody unbroken, released, the patient fit, the window open."""

    question: Literal["car_t_infusion"] = "car_t_infusion"
    coi: str
    """The chain-of-identity identifier that was assigned."""
    din: str
    """The donation identification number of the apheresis the product was made of."""
    custody: tuple[CustodyEvent, ...]
    """Every event of both materials since that apheresis, in the order in which they were reported."""
    first_seq: int = Field(default=1, ge=1)
    """Number of the first of them in the journey's chain."""
    product_from: int = Field(default=1, ge=1)
    """Number of the first event that can be of the product that counts: one made before it failed."""
    conditions: tuple[StorageConditions, ...] = ()
    """As the manufacturer states them; none: nobody knows, a person has to say."""
    words: tuple[DeviationWord, ...] = ()
    """What was decided about deviations, by their number."""
    released: bool
    """The manufacturer released the product within its specification, with a certificate."""
    product_expires_on: date | None = None
    examination: ExaminationResult | None = None
    examined_on: date | None = None
    fit_until: date | None = None
    """Last day on which the examination counts, where the institution says so."""
    examined_anew_since: date | None = None
    """Examinations before this day count no more: a later one found the patient not fit, or other cells were needed."""
    conditioned_on: date | None = None
    """Last day of the lymphodepleting chemotherapy."""
    site: str
    """Where it is to be infused."""
    site_accepted: bool = False
    """A person accepted this institution for this therapy, where the list left it open."""
    party: str = ""
    """Under which that institution appears in custody events; it has to hold the product."""
    before: Literal["lymphodepletion", "infusion"] = "infusion"
    """Before lymphodepletion the cells are looked at once: chemotherapy for cells that cannot be used would harm."""
    first_apheresis_on: date
    planned_on: date
    policy_effective_on: date


class CostKind(StrEnum):
    """Kinds of cost that a hospital bills (chinalife-cancer-rider/CART-2 names the first nine)."""

    BED = "bed"
    ICU_BED = "icu_bed"
    NURSING = "nursing"
    MEALS = "meals"
    DRUGS = "drugs"
    DIAGNOSIS = "diagnosis"
    EXAMINATION = "examination"
    TREATMENT = "treatment"
    CAR_T_PRODUCT = "car_t_product"
    BRIDGING_THERAPY = "bridging_therapy"
    """Between apheresis and lymphodepletion; not one of the six steps."""
    TRAVEL = "travel"
    OTHER = "other"


class CostItem(Strict):
    """One item of a bill; one that runs over several days is billed by the day or in parts within one side."""

    number: str = Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")
    """Invoice and line."""
    kind: CostKind
    amount: Yuan
    incurred_on: date
    site: str = Field(min_length=2, max_length=80)
    necessary: bool | None = None
    """Whether the reviewer found it reasonable and necessary; None: nobody doubts it."""
    settled_by_social_insurance: bool | None = None
    """Whether it was settled as that of a person with social insurance; None: as its bill says."""
    social_insurance_compensation: Yuan | None = None
    """What social insurance paid of it; None: its share, by amount, of what its bill says."""
    other_compensation: Yuan | None = None
    """What every other channel paid of it; None: its share, by amount, of what its bill says."""


class CarTCostFacts(Strict):
    """Is this one item covered: its kind, its day, its place."""

    question: Literal["car_t_cost"] = "car_t_cost"
    item: CostItem
    site_accepted: bool = False
    """A person accepted the item's institution for this therapy, where the list left it open."""
    first_apheresis_on: date | None = None
    product_released: bool = False
    """Whether the manufacturer released a product that was made of the cells."""
    infused_on: date | None = None
    """Day of the first infusion."""
    infusible_from: date | None = None
    """Since when an infusion of which nobody told may have been given; None where there can be none."""
    cover_ended_on: date | None = None
    """First day without cover where the policy was cancelled, else None."""
    died_on: date | None = None
    """Day of the insured person's death, as far as it was told."""
    policy_effective_on: date
    expires_on: date
    renewed_to: date | None = None


class CarTSettlementFacts(PaymentFacts):
    """Who pays what of the covered costs."""

    question: Literal["car_t_settlement"] = "car_t_settlement"


class CarTNews(StrEnum):
    """Why a therapy ends before its efficacy is assessed, or may."""

    WITHDRAWN = "withdrawn"
    UNFIT = "unfit"
    NO_PRODUCT = "no_product"
    """Manufacturing failed for good."""
    WINDOW_CLOSED = "window_closed"
    STEP_REFUSED = "step_refused"
    """The next step would not be covered: its place, its day, the patient's state."""
    DEATH = "death"
    POLICY_CANCELLED = "policy_cancelled"
    FRAUD = "fraud"
    COVER_ENDED = "cover_ended"
    """Before any apheresis, and without a renewal."""


class CarTStandingFacts(Strict):
    """What of the therapy so far stays covered when it ends early.

    Approved: what was spent until then is settled, or the therapy goes on. Refused: nothing is owed. Referred: a
    person decides.
    """

    question: Literal["car_t_standing"] = "car_t_standing"
    news: CarTNews
    since: date
    first_apheresis_on: date | None = None
    infused_on: date | None = None
    infusible_from: date | None = None
    """Since when an infusion of which nobody told may have been given; None where there can be none."""
    paid: Yuan
    policy_effective_on: date
    decided_on: date | None = None
    """Day of deciding, that of the request unless told: a cancellation of a later day is told in advance."""

"""What a product is: identity, dated terms, papers, gates and lists, each value with the rule it comes from."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from pydantic import BeforeValidator, Field

from schemas.car_t_facts import CostKind
from schemas.deadline import Budget
from schemas.money import Ratio
from schemas.names import DrugId, ProductId, RuleId
from schemas.papers import PaperForm, PaperKind
from schemas.shape import Strict
from schemas.text import Bilingual

T = TypeVar("T")
_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


def _as_day(cell: object) -> object:
    # pydantic reads a string of digits as seconds since 1970.
    if isinstance(cell, str) and not _DAY.match(cell):
        message = "must be a day, YYYY-MM-DD"
        raise ValueError(message)
    return cell


ListedDay = Annotated[date, BeforeValidator(_as_day)]
"""A day as a table writes it, YYYY-MM-DD."""


class Dated(Strict, Generic[T]):
    """One value of a term, in force from a day on, with the rule that sets it. Past values are never edited."""

    value: T
    since: date
    rule: RuleId
    note: str = ""
    """The reading adopted where the document is open."""


class RenewalWaiver(StrEnum):
    """When a renewed policy has no waiting period."""

    REINSURED_AND_PAID = "reinsured_and_paid"
    """Accepted and fully paid within `renewal_grace_days` after the earlier period expired."""
    APPLIED_BEFORE_EXPIRY = "applied_before_expiry"
    UNINTERRUPTED = "uninterrupted"
    """The new period starts the day after the earlier one ended."""
    NOT_PRINTED = "not_printed"


class VoucherIssue(StrEnum):
    """When the voucher is issued."""

    ON_APPROVAL = "on_approval"
    ON_BOOKING = "on_booking"


class ListAsOf(StrEnum):
    """Which day's drug list counts for a claim, should the list change while it runs."""

    REPORT = "report"
    """The day on which the claim was reported: the list that a journey begins with stays."""
    PRESCRIPTION = "prescription"
    LATEST = "latest"
    """The day of deciding: the latest publication counts."""


class SocialInsuranceDrug(StrEnum):
    """What the product says of drugs inside the social-insurance catalogue at hand-over."""

    PICK_UP_ONLY = "pick_up_only"
    PICK_UP_IN_PRINCIPLE = "pick_up_in_principle"
    """A service agent may override; applies to purchases settled through social insurance."""
    PARTIAL_ADVANCE = "partial_advance"
    """Delivered or collected, but only part is advanced where the pharmacy cannot settle (axa-excellence/DD-4)."""
    UNRESTRICTED = "unrestricted"


class CharityConsequence(StrEnum):
    """What follows when aid could be had and was not taken."""

    NOT_COVERED = "not_covered"
    REFERRED = "referred"
    """The document makes aid mandatory without printing the consequence: a person decides."""
    NONE = "none"


class PaymentRule(StrEnum):
    """How the insurer's share is reckoned."""

    POLICY_RATIO = "policy_ratio"
    """Cost less other compensation, times the ratio of the contract."""
    CATALOGUE_TABLE = "catalogue_table"
    """China Life's table: 100/60/100 % by social insurance, other compensation deducted."""


class PaperCondition(StrEnum):
    """When a paper is due."""

    ALWAYS = "always"
    DRUG_HAS_TARGET = "drug_has_target"
    APPLICANT_IS_AGENT = "applicant_is_agent"
    APPLICANT_IS_GUARDIAN = "applicant_is_guardian"
    COLLECTOR_IS_AGENT = "collector_is_agent"
    INSURED_IS_MINOR = "insured_is_minor"
    HANDED_IN_BEFORE = "handed_in_before"
    """Due in this form only if a paper of the same kind was handed in earlier in the claim, in whatever form."""


class PaperRequirement(Strict):
    """One paper due at a gate."""

    kind: PaperKind
    form: PaperForm = PaperForm.COPY
    when: PaperCondition = PaperCondition.ALWAYS
    rule: RuleId


class Gate(Strict):
    """One rule evaluated at a gate: the function in rules/ and the clauses it stands for, in order of evaluation."""

    rule: str
    cites: tuple[RuleId, ...] = Field(min_length=1)


class Terms(Strict):
    """The terms of the journeys, each a history of dated values that `loader.in_force` reads for a day."""

    waiting_days: tuple[Dated[int | None], ...]
    """None: only the policy knows. A policy that states its own length overrides where `waiting_days_by_policy`."""
    waiting_days_by_policy: tuple[Dated[bool], ...]
    waiting_days_max: tuple[Dated[int | None], ...]
    renewal_waiver: tuple[Dated[RenewalWaiver], ...]
    renewal_grace_days: tuple[Dated[int], ...]
    plans_with_drug_cover: tuple[Dated[tuple[str, ...] | None], ...]
    """None: the product has no plans that differ."""
    hospital_min_grade: tuple[Dated[int], ...]
    medication_days_from_diagnosis: tuple[Dated[int | None], ...]
    post_expiry_days: tuple[Dated[int], ...]
    max_days_supply: tuple[Dated[int | None], ...]
    """Longest supply of one prescription in days; None where not printed."""
    min_days_between_prescriptions: tuple[Dated[int | None], ...]
    max_days_per_pickup: tuple[Dated[int | None], ...]
    application_lead_days: tuple[Dated[int | None], ...]
    list_as_of: tuple[Dated[ListAsOf], ...]
    cancers_limit_drugs: tuple[Dated[bool], ...]
    """The drug list prints the cancers each drug is for, and they are a limit."""
    review_budget: tuple[Dated[Budget | None], ...]
    investigation_budget: tuple[Dated[Budget | None], ...]
    """How long an investigation may take, which precedes and suspends the review."""
    delivery_same_city: tuple[Dated[Budget | None], ...]
    delivery_other_city: tuple[Dated[Budget | None], ...]
    delivery_other_city_earliest: tuple[Dated[Budget | None], ...]
    find_budget: tuple[Dated[Budget | None], ...]
    voucher_issue: tuple[Dated[VoucherIssue], ...]
    voucher_days: tuple[Dated[int | None], ...]
    social_insurance_drug: tuple[Dated[SocialInsuranceDrug], ...]
    pick_up_needs_consent: tuple[Dated[bool], ...]
    injection_into_hospital: tuple[Dated[bool], ...]
    own_share_first: tuple[Dated[bool], ...]
    """The own share is paid before delivery."""
    charity_mainland_only: tuple[Dated[bool], ...]
    charity_not_applied: tuple[Dated[CharityConsequence], ...]
    charity_self_pay: tuple[Dated[CharityConsequence], ...]
    """What follows when who could have aid insists on paying for the drug."""
    charity_not_collected: tuple[Dated[CharityConsequence], ...]
    charity_refused_reviews_again: tuple[Dated[bool], ...]
    charity_notify_budget: tuple[Dated[Budget | None], ...]
    follow_up_months: tuple[Dated[int | None], ...]
    """Every how many months the patient on charity aid is called; None where not printed."""
    refund_of_excess: tuple[Dated[bool], ...]
    """The whole cost is advanced; what the insurance does not owe is refunded by the insured."""
    payment_rule: tuple[Dated[PaymentRule], ...]
    green_gift: tuple[Dated[bool], ...]
    """A refusal at review that the insured accepts earns one out-patient green-channel service."""
    green_budget: tuple[Dated[Budget | None], ...]
    """How long arranging that service may take once the insured confirmed the recommended expert."""
    authorization_covers_refills: tuple[Dated[bool], ...]
    car_t_days_after_apheresis: tuple[Dated[int | None], ...]
    """Last day of the treatment period after the first apheresis; None: costs count for the medication term."""
    car_t_days_after_infusion: tuple[Dated[int | None], ...]
    car_t_cost_kinds: tuple[Dated[tuple[CostKind, ...] | None], ...]
    """Which costs of the therapy are covered; None: the product does not cover it."""
    car_t_unsettled_ratio: tuple[Dated[Ratio | None], ...]
    """Ratio for who is enrolled in social insurance, but was not treated and settled so."""
    car_t_sites: tuple[Dated[str | None], ...]
    """Table of hospitals.csv with the designated institutions; None where there is none."""


class Drug(Strict):
    """One row of a product's drug list; `aliases` are the other spellings found for the same drug."""

    id: DrugId
    no: str
    brand: str
    generic: str
    molecule: str
    manufacturer: str = ""
    manufacturers: tuple[str, ...] = ()
    """Other names under which sister lists print the manufacturer of this brand."""
    aliases: tuple[str, ...] = ()
    cancers: tuple[str, ...] = ()
    limit_note: str = ""
    min_prior_lines: int | None = None
    subtypes: tuple[str, ...] = ()
    car_t: bool = False
    injection: bool | None = None
    """Follows from the printed name here or in a sister list; None where no list tells."""
    listed_from: ListedDay | None = None
    """First day on the list; None: it was always there."""
    listed_until: ListedDay | None = None
    """Last day on the list; None: no end is known."""

    def listed_on(self, day: date) -> bool:
        """Whether the row is on the list of that day."""
        return (self.listed_from or date.min) <= day <= (self.listed_until or date.max)


class PharmacyCity(Strict):
    """One row of a product's pharmacy table, names normalised (no 省, 市 endings)."""

    province: str
    city: str
    pharmacies: int
    delivery_only: bool = False
    service_city: bool = True
    """False: a pharmacy stands here, but the city is missing from the product's list of covered cities."""
    example: str = ""
    """One pharmacy by name, where the table prints one."""
    note: str = ""


class Hospital(Strict):
    """One hospital a product's table names."""

    name: str
    province: str = ""
    city: str = ""
    table: str = ""
    aliases: tuple[str, ...] = ()
    """Other spellings of the same institution and campus."""


class Identity(Strict):
    """Who stands behind the product and which document speaks for it."""

    id: ProductId
    name: Bilingual
    insurer: Bilingual
    provider: Bilingual
    document: str
    """Title of the document, as a citation names it."""
    document_version: str = ""
    terms_since: date | None = None
    terms_since_reason: str = ""
    """Why the terms are taken to hold from that day."""


class Section(Strict):
    """Where a rule stands in the document."""

    rule: RuleId
    topic: str
    section: str
    gist: Bilingual
    """What the rule says, in our own words."""


class Product(Strict):
    """One insurer's product, whole."""

    identity: Identity
    terms: Terms
    application_papers: tuple[PaperRequirement, ...]
    counter_papers: tuple[PaperRequirement, ...]
    car_t_papers: tuple[PaperRequirement, ...] = ()
    gates: dict[str, tuple[Gate, ...]]
    sections: dict[RuleId, Section]
    drugs: tuple[Drug, ...]
    car_t_drugs: tuple[Drug, ...] = ()
    """Designated CAR-T products: a list of their own, or the CAR-T rows of `drugs`; empty: no CAR-T is covered."""
    pharmacies: tuple[PharmacyCity, ...]
    hospitals: tuple[Hospital, ...]

"""Cases to vary: for each product one claim that every rule lets through, and the question put to the engine."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from products.calendar import load_calendar
from products.loader import Products, load_products
from rules.engine import decide
from schemas.clinical import Diagnosis, DrugName, HospitalFacts, Prescription, Tumour
from schemas.decision import (
    AidStanding,
    AuthorizationFacts,
    CharityFacts,
    CounterFacts,
    Decision,
    DecisionRequest,
    Facts,
    Finding,
    FulfilmentFacts,
    FulfilmentMode,
    News,
    PharmacistFindings,
    ReviewFacts,
    SettlementFacts,
    StandingFacts,
)
from schemas.papers import Paper, PaperForm, PaperKind
from schemas.people import ApplicantRole, Citizenship, InsuredFacts, Sex
from schemas.policy import Coverage, Policy, PolicyStatus, SocialInsurance

PINGAN_B = "pingan-longterm-b"
PINGAN_CANCER = "pingan-cancer-drug"
CHINALIFE = "chinalife-cancer-rider"
AXA = "axa-excellence"
YUANXIN = "yuanxin-cancer-drug"
ALL = (AXA, CHINALIFE, PINGAN_B, PINGAN_CANCER, YUANXIN)

EFFECTIVE = date(2026, 1, 1)
EXPIRES = date(2026, 12, 31)
DIAGNOSED = date(2026, 6, 1)
APPLIED = date(2026, 7, 1)
HOSPITAL = HospitalFacts(name="北京协和医院", grade=3, public=True)
EVERY_PAPER = tuple(Paper(kind=kind, form=PaperForm.ORIGINAL) for kind in PaperKind)


@cache
def products() -> Products:
    return load_products()


def ask(product: str, facts: Facts) -> Decision:
    request = DecisionRequest(product=product, facts=facts, at=datetime(2026, 7, 1, 4, tzinfo=UTC))
    return decide(request, products(), load_calendar())


def finding(decision: Decision, name: str) -> Finding:
    return next(each for each in decision.findings if each.name == name)


def outcome(product: str, facts: Facts, name: str) -> str:
    return finding(ask(product, facts), name).outcome.value


def policy(product: str = PINGAN_B, /, **changes: object) -> Policy:
    fields: dict[str, object] = {
        "policy_number": "P-0001",
        "product": product,
        "status": PolicyStatus.IN_FORCE,
        "plan": "2",
        "effective_on": EFFECTIVE,
        "expires_on": EXPIRES,
        "sum_insured": Decimal(1_000_000),
        "waiting_days": 30 if product == AXA else None,
        "reimbursement_ratio": Decimal("0.8"),
        "social_insurance": SocialInsurance(enrolled=True),
        "main_policy_exclusion": "",
    }
    return Policy.model_validate(fields | changes)


def diagnosis(**changes: object) -> Diagnosis:
    fields: dict[str, object] = {
        "icd10": "C50.9",
        "disease": "乳腺癌",
        "tumour": Tumour.SOLID,
        "diagnosed_on": DIAGNOSED,
        "first_ever": True,
        "pathology_confirmed": True,
        "by_specialist": True,
        "hospital": HOSPITAL,
        "severe_malignancy": True,
    }
    return Diagnosis.model_validate(fields | changes)


def prescription(**changes: object) -> Prescription:
    fields: dict[str, object] = {
        "number": "RX-1",
        "drug": DrugName(name="爱博新"),
        "issued_on": date(2026, 6, 30),
        "quantity": Decimal(1),
        "days_supply": 28,
        "by_specialist": True,
        "hospital": HOSPITAL,
    }
    return Prescription.model_validate(fields | changes)


def insured(**changes: object) -> InsuredFacts:
    fields: dict[str, object] = {
        "ref": "person-" + "a" * 20,
        "birth_date": date(1980, 5, 17),
        "sex": Sex.FEMALE,
        "citizenship": Citizenship.MAINLAND,
        "province": "北京",
        "city": "北京",
    }
    return InsuredFacts.model_validate(fields | changes)


def authorization(product: str = PINGAN_B, /, **changes: object) -> AuthorizationFacts:
    fields: dict[str, object] = {
        "coverage": Coverage(policy=policy(product), in_catalogue=False),
        "insured": insured(),
        "diagnosis": diagnosis(),
        "prescription": prescription(),
        "papers": EVERY_PAPER,
        "hospital_lacks_drug": True,
        "planned_purchase_on": date(2026, 7, 15),
        "applied_on": APPLIED,
    }
    return AuthorizationFacts.model_validate(fields | changes)


def under(product: str, /, **changes: object) -> AuthorizationFacts:
    """Authorization facts with a changed policy."""
    return authorization(product, coverage=Coverage(policy=policy(product, **changes), in_catalogue=False))


def review(**changes: object) -> ReviewFacts:
    findings = PharmacistFindings(
        on_label=True,
        recist_progression=False,
        guideline_progression=False,
        tests_support=True,
        drug_has_target=False,
        injection=False,
    )
    fields: dict[str, object] = {
        "diagnosis": diagnosis(),
        "prescription": prescription(),
        "findings": findings,
        "reviewed_on": APPLIED,
        "policy_effective_on": EFFECTIVE,
        "expires_on": EXPIRES,
    }
    return ReviewFacts.model_validate(fields | changes)


def found(**changes: object) -> PharmacistFindings:
    return review().findings.model_copy(update=changes)


def charity(standing: AidStanding, **changes: object) -> CharityFacts:
    fields: dict[str, object] = {
        "citizenship": Citizenship.MAINLAND,
        "standing": standing,
        "policy_effective_on": EFFECTIVE,
    }
    return CharityFacts.model_validate(fields | changes)


def fulfilment(**changes: object) -> FulfilmentFacts:
    fields: dict[str, object] = {
        "mode": FulfilmentMode.PICK_UP,
        "pharmacy_province": "北京",
        "pharmacy_city": "北京",
        "destination_city": "",
        "in_catalogue": False,
        "injection": False,
        "doctor_consent": True,
        "hospital_consent": True,
        "voucher_issued_on": APPLIED,
        "booked_on": APPLIED,
        "days_supply": 28,
        "policy_effective_on": EFFECTIVE,
    }
    return FulfilmentFacts.model_validate(fields | changes)


def counter(**changes: object) -> CounterFacts:
    fields: dict[str, object] = {
        "mode": FulfilmentMode.PICK_UP,
        "collector": ApplicantRole.INSURED,
        "insured_is_minor": False,
        "identity_verified": True,
        "voucher_verified": True,
        "papers": EVERY_PAPER,
        "handed_over_on": APPLIED,
        "policy_effective_on": EFFECTIVE,
        "expires_on": EXPIRES,
    }
    return CounterFacts.model_validate(fields | changes)


def settlement(**changes: object) -> SettlementFacts:
    fields: dict[str, object] = {
        "cost": Decimal("1000.00"),
        "in_catalogue": False,
        "social_insurance_enrolled": True,
        "social_insurance_settled": False,
        "social_insurance_compensation": Decimal("0.00"),
        "other_compensation": Decimal("0.00"),
        "reimbursement_ratio": Decimal("0.8"),
        "available": Decimal("100000.00"),
        "policy_effective_on": EFFECTIVE,
        "dispensed_on": APPLIED,
        "expires_on": EXPIRES,
    }
    return SettlementFacts.model_validate(fields | changes)


def standing(news: News, **changes: object) -> StandingFacts:
    """News of the day of the application, told that day unless the change says so, of a drug not with the patient."""
    fields: dict[str, object] = {"news": news, "since": APPLIED, "policy_effective_on": EFFECTIVE}
    told = {"decided_on": changes.get("since", APPLIED)}
    return StandingFacts.model_validate(fields | told | changes)


def every_question() -> tuple[Facts, ...]:
    """One set of facts for every gate, which every product lets through."""
    return (
        authorization(),
        review(),
        charity(AidStanding.NO_PROGRAM),
        fulfilment(),
        counter(),
        settlement(),
        standing(News.DEATH, dispensed_on=APPLIED),
    )

"""What the people of a journey do in the tests: pharmacists, patients, counters."""

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from schemas.actions import (
    ApplyForAid,
    ChooseFulfilment,
    CorrectClaim,
    DeclineAid,
    EndTreatment,
    RecordHandOver,
    RecordOwnSharePaid,
    RecordReview,
    RetryHandOff,
    ReviewResult,
    SubmitPrescription,
    TreatmentEnd,
    Withdraw,
)
from schemas.car_t_actions import SubmitCosts
from schemas.car_t_facts import CostItem, CostKind
from schemas.civil import china_date
from schemas.clinical import Prescription
from schemas.decision import FulfilmentMode, PharmacistFindings
from schemas.papers import Paper, PaperForm, PaperKind
from schemas.people import Actor, ActorRole

_numbers = itertools.count(1)
ALL_ORIGINALS = tuple(Paper(kind=kind, form=PaperForm.ORIGINAL) for kind in PaperKind)
GOOD = PharmacistFindings(
    on_label=True,
    recist_progression=False,
    guideline_progression=False,
    tests_support=True,
    drug_has_target=False,
    injection=False,
)

OFF_LABEL = GOOD.model_copy(update={"on_label": False})


def key() -> str:
    """A key nobody used before."""
    return f"test-key-{next(_numbers):06d}"


def by(role: ActorRole) -> dict[str, Any]:
    """Key and actor of an action by `role`."""
    return {"key": key(), "actor": Actor(role=role, id=f"{role}-1")}


def review(
    findings: PharmacistFindings = GOOD, result: ReviewResult = ReviewResult.PASSED, **more: Any
) -> RecordReview:
    """A pharmacist's review."""
    return RecordReview(**by(ActorRole.PHARMACIST), result=result, findings=findings, **more)


def pick_up(province: str, city: str, **more: Any) -> ChooseFulfilment:
    """The patient books pick-up."""
    return ChooseFulfilment(
        **by(ActorRole.INSURED), mode=FulfilmentMode.PICK_UP, pharmacy_province=province, pharmacy_city=city, **more
    )


def delivery(province: str, city: str, **more: Any) -> ChooseFulfilment:
    """The patient books a delivery within the city of the pharmacy."""
    fields = {"mode": FulfilmentMode.DELIVERY, "destination_city": city} | more
    return ChooseFulfilment(**by(ActorRole.INSURED), pharmacy_province=province, pharmacy_city=city, **fields)


def hand_over(code: str, papers: tuple[Paper, ...] = ALL_ORIGINALS, **more: Any) -> RecordHandOver:
    """The counter checked voucher, identity and papers."""
    fields = {"identity_verified": True} | more
    return RecordHandOver(**by(ActorRole.PHARMACY), voucher_code=code, papers=papers, **fields)


def own_share(amount: Decimal) -> RecordOwnSharePaid:
    """The patient paid."""
    return RecordOwnSharePaid(**by(ActorRole.INSURED), amount=amount)


def apply_for_aid() -> ApplyForAid:
    """The patient applies for aid."""
    return ApplyForAid(**by(ActorRole.INSURED))


def decline_aid(standing: Any) -> DeclineAid:
    """The patient does not apply."""
    return DeclineAid(**by(ActorRole.INSURED), standing=standing, reason="the patient said so")


def withdraw() -> Withdraw:
    """The patient takes the claim back."""
    return Withdraw(**by(ActorRole.INSURED), reason="the patient said so")


def retry() -> RetryHandOff:
    """A service agent sends a hand-off again."""
    return RetryHandOff(**by(ActorRole.SERVICE_AGENT), reason="the partner mended it")


def today() -> date:
    """The day in China."""
    return china_date(datetime.now(UTC))


def no_costs() -> SubmitCosts:
    """The institution says that no costs will come."""
    return SubmitCosts(**by(ActorRole.HOSPITAL), items=(), final=True)


def costs(site: str, amount: Decimal) -> SubmitCosts:
    """The whole bill: the product itself, today."""
    item = CostItem(number="INV-1", kind=CostKind.CAR_T_PRODUCT, amount=amount, incurred_on=today(), site=site)
    return SubmitCosts(**by(ActorRole.HOSPITAL), items=(item,), settled_by_social_insurance=True)


def correct(**given: Any) -> CorrectClaim:
    """A service agent corrects the claim."""
    return CorrectClaim(**by(ActorRole.SERVICE_AGENT), reason="read wrongly", **given)


def prescribe(prescription: Prescription, papers: tuple[Paper, ...] = ()) -> SubmitPrescription:
    """The patient hands in the next prescription, to buy the drug in a fortnight."""
    return SubmitPrescription(
        **by(ActorRole.INSURED),
        prescription=prescription,
        papers=papers,
        planned_purchase_on=china_date(datetime.now(UTC)) + timedelta(days=14),
    )


def end_treatment() -> EndTreatment:
    """The doctor ended the treatment."""
    return EndTreatment(**by(ActorRole.INSURED), why=TreatmentEnd.FINISHED)

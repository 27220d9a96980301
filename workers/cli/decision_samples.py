"""Requests to start from: what a product's sample claim and policy tell of a question, and samples/decisions.json."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from products.loader import load_products
from products.model import PaperRequirement, Product
from products.places import find_city
from rules.policy import ADULT_AGE, age_on
from schemas.civil import china_date
from schemas.claims import REPORTS
from schemas.drug_claim import DrugClaimReport
from schemas.papers import Paper, PaperForm, PaperKind
from schemas.people import Address
from schemas.policy import Coverage
from workers.cli.failures import CommandError
from workers.cli.questions import FACTS
from workers.demo.samples import FOLDER

_NOBODY = "person-" + "a" * 20
"""Stands for the insured person: the samples' people are invented."""


def sample(product: str, question: str) -> dict[str, Any]:
    """A request that the rules let through; CommandError where there is no sample, or the product is not asked that."""
    if question not in load_products().get(product).gates:
        message = f"{product} has no rules for question {question}: it does not cover what is asked"
        raise CommandError(message)
    event, coverage = _claim(product), _coverage(product)
    claim, applied_on = DrugClaimReport.model_validate(event["data"]), china_date(datetime.fromisoformat(event["time"]))
    told = _told_by_claim(claim, applied_on) | _told_by_policy(coverage) | _days(applied_on)
    told = _with(told, _said(question))
    papers = {"counter": _of_product(product).counter_papers, "car_t_authorization": _of_product(product).car_t_papers}
    if question in papers:
        told["papers"] = _all_of(papers[question], applied_on)
    shape = FACTS[question]
    facts = shape.model_validate({name: told[name] for name in shape.model_fields if name in told})
    return {"product": product, "question": question, "facts": facts.model_dump(mode="json", exclude={"question"})}


def _claim(product: str) -> dict[str, Any]:
    events: list[dict[str, Any]] = [_read(path) for path in sorted((FOLDER / "claims").glob("*.json"))]
    for event in events:
        if event["data"]["product"] == product and REPORTS[event["type"]] is DrugClaimReport:
            return event
    message = f"{FOLDER / 'claims'}: holds no claim of {product}; run in a checkout that has one"
    raise CommandError(message)


def _coverage(product: str) -> Coverage:
    policies = map(Coverage.model_validate, _read(FOLDER / "policies.json"))
    return next(each for each in policies if each.policy.product == product)


def _said(question: str) -> dict[str, Any]:
    """What neither claim nor policy tells: what people and partners say at that step."""
    said: Mapping[str, dict[str, Any]] = _read(FOLDER / "decisions.json")
    return said.get(question, {})


def _with(told: dict[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said takes the place of what claim and policy tell, field by field where it is a whole shape."""
    known = {name: value.model_dump() for name in said if isinstance(value := told.get(name), BaseModel)}
    return told | {name: known[name] | value if name in known else value for name, value in said.items()}


def _of_product(product: str) -> Product:
    return load_products().get(product)


def _read(path: Path) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}); examples are made of the samples of a checkout"
        raise CommandError(message) from error


def _told_by_claim(claim: DrugClaimReport, applied_on: date) -> dict[str, Any]:
    insured, home = claim.insured, _pharmacy_city(claim)
    known = insured.model_dump(include={"birth_date", "sex", "citizenship"})
    return {
        "insured": {"ref": _NOBODY, **known, "province": insured.address.province, "city": insured.address.city},
        "applicant": claim.applicant,
        "diagnosis": claim.diagnosis,
        "prescription": claim.prescription,
        "papers": claim.papers,
        "hospital_lacks_drug": claim.hospital_lacks_drug,
        "planned_purchase_on": claim.planned_purchase_on,
        "citizenship": insured.citizenship,
        "days_supply": claim.prescription.days_supply,
        "insured_is_minor": age_on(insured.birth_date, applied_on) < ADULT_AGE,
        "pharmacy_province": home[0],
        "pharmacy_city": home[1],
    }


def _told_by_policy(coverage: Coverage) -> dict[str, Any]:
    policy = coverage.policy
    return {
        "coverage": coverage,
        "in_catalogue": coverage.in_catalogue,
        "policy_effective_on": policy.effective_on,
        "expires_on": policy.expires_on,
        "renewed_to": policy.renewed_to,
        "social_insurance_enrolled": policy.social_insurance.enrolled,
        "social_insurance_settled": policy.social_insurance.settled,
        "social_insurance_compensation": policy.social_insurance.compensation,
        "other_compensation": policy.other_compensation,
        "reimbursement_ratio": policy.reimbursement_ratio,
        "available": policy.sum_insured,
    }


def _days(applied_on: date) -> dict[str, date]:
    """Everything happens on the day of the application."""
    drug = ("applied_on", "reviewed_on", "voucher_issued_on", "booked_on", "handed_over_on", "dispensed_on", "since")
    car_t = ("assessed_on", "performed_on", "examined_on", "conditioned_on", "planned_on")
    return dict.fromkeys((*drug, *car_t), applied_on)


def _pharmacy_city(claim: DrugClaimReport) -> tuple[str, str]:
    home: Address = claim.insured.address
    listed = find_city(load_products().get(claim.product).pharmacies, home.province, home.city)
    return (listed.province, listed.city) if listed else (home.province, home.city)


def _all_of(required: tuple[PaperRequirement, ...], received_on: date) -> tuple[Paper, ...]:
    kinds: dict[PaperKind, None] = dict.fromkeys(each.kind for each in required)
    return tuple(Paper(kind=kind, form=PaperForm.ORIGINAL, received_on=received_on) for kind in kinds)

"""CAR-T cases to vary: one therapy that every rule lets through, from the report to the bill."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from stdnum.iso7064 import mod_37_2

from schemas.car_t_facts import (
    CarTApheresisFacts,
    CarTAssessmentFacts,
    CarTAuthorizationFacts,
    CarTCostFacts,
    CarTInfusionFacts,
    CarTNews,
    CarTSettlementFacts,
    CarTSiteFacts,
    CarTStandingFacts,
    CostItem,
    CostKind,
    ExaminationResult,
)
from schemas.civil import CHINA
from schemas.clinical import Diagnosis, DrugName, Tumour
from schemas.custody import (
    CustodyEvent,
    CustodyStep,
    DeviationWord,
    Disposition,
    IdentityCheck,
    Material,
    StorageConditions,
    TemperatureRecord,
)
from schemas.decision import Facts
from schemas.people import InsuredFacts
from schemas.policy import Coverage, Policy
from tests.rules.cases import (
    APPLIED,
    AXA,
    CHINALIFE,
    EFFECTIVE,
    EVERY_PAPER,
    EXPIRES,
    PINGAN_B,
    diagnosis,
    insured,
    policy,
)

COVERING = (CHINALIFE, PINGAN_B, AXA)
"""Products that cover CAR-T."""
SITE, PARTY, COURIER, MAKER = "北京大学肿瘤医院", "site-1", "courier-1", "maker-1"
"""An institution that both lists have, the same in custody events, and the other parties."""
COI = "COI2026ABCD1"
DIN, OTHER_DIN = (number + mod_37_2.calc_check_digit(number) for number in ("A999926123456", "A999926123457"))
APHERESIS, PLANNED = date(2026, 7, 6), date(2026, 8, 10)
START = datetime(2026, 7, 6, 9, tzinfo=CHINA)
LYMPHOMA: dict[str, Any] = {
    "icd10": "C83.3",
    "disease": "淋巴瘤",
    "tumour": Tumour.HAEMATOLOGICAL,
    "subtype": "弥漫性大B细胞淋巴瘤非特指型",
    "prior_lines": 2,
    "relapsed_or_refractory": True,
}
COLD = {Material.STARTING_MATERIAL: (Decimal(2), Decimal(8)), Material.PRODUCT: (Decimal(-196), Decimal(-150))}
"""Lowest and highest on record, in degrees Celsius, where nothing is wrong."""
CONDITIONS = (
    StorageConditions(material=Material.STARTING_MATERIAL, lowest=Decimal(2), highest=Decimal(8)),
    StorageConditions(material=Material.PRODUCT, highest=Decimal(-130)),
)
CELLS, PRODUCT = Material.STARTING_MATERIAL, Material.PRODUCT


def authorized(product: str = CHINALIFE, /, **changes: Any) -> CarTAuthorizationFacts:
    """Facts of the authorization; each change goes to policy, diagnosis or person by its name."""
    of_policy = {name: changes.pop(name) for name in [*changes] if name in Policy.model_fields}
    of_diagnosis = {name: changes.pop(name) for name in [*changes] if name in Diagnosis.model_fields}
    of_insured = {name: changes.pop(name) for name in [*changes] if name in InsuredFacts.model_fields}
    fields: dict[str, Any] = {
        "coverage": Coverage(policy=policy(product, **of_policy), in_catalogue=False),
        "insured": insured(**of_insured),
        "diagnosis": diagnosis(**LYMPHOMA | of_diagnosis),
        "drug": DrugName(name="奕凯达"),
        "papers": EVERY_PAPER,
        "applied_on": APPLIED,
    }
    return CarTAuthorizationFacts.model_validate(fields | changes)


def at_site(site: str = SITE, *, site_accepted: bool = False) -> CarTSiteFacts:
    return CarTSiteFacts(site_accepted=site_accepted, site=site, policy_effective_on=EFFECTIVE)


def assessed(**changes: Any) -> CarTAssessmentFacts:
    fields: dict[str, Any] = {"suitable": True, "prescribed": True, "assessed_on": APPLIED}
    return CarTAssessmentFacts.model_validate({"policy_effective_on": EFFECTIVE} | fields | changes)


def collected(**changes: Any) -> CarTApheresisFacts:
    fields: dict[str, Any] = {
        "site": SITE,
        "performed_on": APHERESIS,
        "arranged": True,
        "policy_effective_on": EFFECTIVE,
        "expires_on": EXPIRES,
    }
    return CarTApheresisFacts.model_validate(fields | changes)


def told(  # noqa: PLR0917 - an event reads as one line: what, which step, when, from whom to whom
    material: Material, step: CustodyStep, hour: int, holder: str, sender: str | None = None, since: int | None = None,
    /, **changes: Any,
) -> CustodyEvent:  # fmt: skip
    """One custody event so many hours after the apheresis, its temperature on record `since` that hour."""
    label = {"coi": COI, "din": DIN, "checked_by": "nurse-1", "witnessed_by": "nurse-2"}
    label |= {name: changes.pop(name) for name in ("coi", "din") if name in changes}
    fields: dict[str, Any] = {
        "material": material,
        "step": step,
        "at": START + timedelta(hours=hour),
        "place": holder,
        "sender": sender,
        "holder": holder,
        "identity": IdentityCheck.model_validate(label),
        "temperatures": () if since is None else (logged(since, hour, *COLD[material]),),
    }
    return CustodyEvent.model_validate(fields | changes)


def logged(since: int, until: int, lowest: Decimal, highest: Decimal) -> TemperatureRecord:
    """A logger's record between two hours after the apheresis."""
    begun, ended = START + timedelta(hours=since), START + timedelta(hours=until)
    return TemperatureRecord(device="logger-1", started_at=begun, ended_at=ended, lowest=lowest, highest=highest)


STEP = CustodyStep
CHAIN = (
    told(CELLS, STEP.COLLECTED, 0, PARTY),
    told(CELLS, STEP.HANDED_OVER, 4, COURIER, PARTY, 0),
    told(CELLS, STEP.HANDED_OVER, 20, MAKER, COURIER, 4),
    told(PRODUCT, STEP.MANUFACTURED, 500, MAKER, temperatures=(logged(20, 40, *COLD[CELLS]),)),
    told(PRODUCT, STEP.HANDED_OVER, 520, COURIER, MAKER, 500),
    told(PRODUCT, STEP.HANDED_OVER, 540, PARTY, COURIER, 520),
    told(PRODUCT, STEP.STORED, 560, PARTY, None, 540),
)
"""From the apheresis to the freezer of the institution: events 1 to 7, nothing wrong."""


def with_event(number: int, **changes: Any) -> tuple[CustodyEvent, ...]:
    """The chain with event `number`, counted from 1, told otherwise."""
    changed = CHAIN[number - 1].model_copy(update=changes)
    return (*CHAIN[: number - 1], changed, *CHAIN[number:])


def without_event(number: int) -> tuple[CustodyEvent, ...]:
    """The chain without event `number`."""
    return CHAIN[: number - 1] + CHAIN[number:]


def mislabelled(event: CustodyEvent, **label: str) -> IdentityCheck:
    """The label of an event, read otherwise."""
    return event.identity.model_copy(update=label)


def word(number: int, disposition: str) -> DeviationWord:
    return DeviationWord(number=number, disposition=Disposition(disposition), report="DEV-1")


def infusion(custody: Iterable[CustodyEvent] = CHAIN, **changes: Any) -> CarTInfusionFacts:
    fields: dict[str, Any] = {
        "coi": COI,
        "din": DIN,
        "custody": tuple(custody),
        "conditions": CONDITIONS,
        "released": True,
        "product_expires_on": date(2027, 7, 1),
        "examination": ExaminationResult.FIT,
        "examined_on": date(2026, 8, 3),
        "conditioned_on": date(2026, 8, 7),
        "site": SITE,
        "party": PARTY,
        "first_apheresis_on": APHERESIS,
        "planned_on": PLANNED,
        "policy_effective_on": EFFECTIVE,
    }
    return CarTInfusionFacts.model_validate(fields | changes)


def bill(**changes: Any) -> CarTCostFacts:
    """One item of a bill; changes go to the item by their names."""
    item: dict[str, Any] = {
        "number": "INV-1",
        "kind": CostKind.CAR_T_PRODUCT,
        "amount": Decimal("1000.00"),
        "incurred_on": PLANNED,
        "site": SITE,
    }
    item |= {name: changes.pop(name) for name in [*changes] if name in CostItem.model_fields}
    fields: dict[str, Any] = {
        "item": CostItem.model_validate(item),
        "first_apheresis_on": APHERESIS,
        "infused_on": PLANNED,
        "policy_effective_on": EFFECTIVE,
        "expires_on": EXPIRES,
    }
    return CarTCostFacts.model_validate(fields | changes)


def paid(**changes: Any) -> CarTSettlementFacts:
    fields: dict[str, Any] = {
        "cost": Decimal("1000.00"),
        "social_insurance_enrolled": True,
        "social_insurance_settled": True,
        "social_insurance_compensation": Decimal("0.00"),
        "other_compensation": Decimal("0.00"),
        "reimbursement_ratio": Decimal("0.8"),
        "available": Decimal("100000.00"),
        "policy_effective_on": EFFECTIVE,
    }
    return CarTSettlementFacts.model_validate(fields | changes)


def ended(news: CarTNews, **changes: Any) -> CarTStandingFacts:
    """News after apheresis and infusion."""
    fields: dict[str, Any] = {
        "news": news,
        "since": date(2026, 9, 1),
        "first_apheresis_on": APHERESIS,
        "infused_on": PLANNED,
        "paid": Decimal("1000.00"),
        "policy_effective_on": EFFECTIVE,
    }
    told = {"decided_on": changes.get("since", fields["since"])}
    return CarTStandingFacts.model_validate(fields | told | changes)


def every_car_t_question() -> tuple[Facts, ...]:
    """One set of facts for every gate of the therapy, which every product that covers it lets through."""
    return (
        authorized(),
        at_site(),
        assessed(),
        collected(),
        infusion(),
        bill(),
        paid(),
        ended(CarTNews.DEATH),
    )

"""The claims of a scenario: samples with what the scenario lays over them, validated and handed in as intake does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from intake.attributes import Attributes
from intake.cloudevents import Event
from intake.inbox import Inbox
from intake.refusals import Refused
from intake.validation import CLAIM_REPORTED, KnownProducts, report
from schemas.claim import DrugClaim, DrugClaimReport
from schemas.names import ProductId
from schemas.policy import Coverage, Policy
from simulation.errors import ScenarioError
from simulation.house import House
from simulation.scenario import Fields, Scenario, Script, laid_over
from simulation.wording import reason
from storage.queries import load

SAMPLES = Path(__file__).parents[1] / "samples"
_SQL = load("simulation")


@dataclass(frozen=True, slots=True)
class Reported:
    """One claim as it comes in, and what its partners know of it."""

    script: Script
    starts: datetime
    report: DrugClaimReport
    coverage: Fields
    """What the insurer answers."""
    price: Decimal


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field of the scenario."""

    field: tuple[str, ...]
    reason: str


class WrongClaimError(ScenarioError):
    """The claim or policy of a scenario is not valid: correct the fields in `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        """Name every wrong field."""
        super().__init__("; ".join(f"{'.'.join(one.field)}: {one.reason}" for one in problems))
        self.problems = problems


def reported(scenario: Scenario, products: KnownProducts, mark: str = "") -> list[Reported]:
    """The scenario's claims, whole; `mark` is added to their numbers. Raises WrongClaimError."""
    claims = list[Reported]()
    for number, script in enumerate(scenario.scripts(), 1):
        numbers = {claim.script.name: claim.report.claim_number for claim in claims}
        corrected = {"corrects": numbers[script.corrects]} if script.corrects else {}
        try:
            claims.append(_reported(scenario, script, products, (f"{number}{mark}", mark), corrected))
        except WrongClaimError as error:
            own = scenario.claims[number - 1] if scenario.claims else None
            raise WrongClaimError([_placed(one, own, number - 1) for one in error.problems]) from None
    return claims


def _placed(problem: Problem, own: Script | None, number: int) -> Problem:
    """Where the field stands: in the claim `own` of several, or above them."""
    part, *inner = problem.field
    if own is None or part != "claim" or not inner or inner[0] not in own.claim:
        return problem
    return Problem(("claims", str(number), *problem.field), problem.reason)


def sample(product: ProductId, products: KnownProducts) -> DrugClaimReport:
    """The claim of `product` over which scenarios lay theirs."""
    return _validated(_json("claims", f"{product}.json")["data"], products)


async def hand_in(house: House, claim: Reported) -> DrugClaim:
    """Take the claim in as an event of its day; the claim that its journey starts with. Raises ScenarioError."""
    number = claim.report.claim_number
    event = Attributes(id=number, source="simulation", type=CLAIM_REPORTED, time=claim.starts, subject=None)
    try:
        taken = await Inbox(house.pool, house.products.version).take(event, claim.report, number.encode())
    except Refused as refusal:
        reasons = "; ".join(f"{one.field}: {one.reason.en}" for one in refusal.fields)
        message = f"{claim.script.name or 'the claim'} is not taken in: {reasons}"
        raise ScenarioError(message) from None
    return DrugClaim.model_validate(await house.pool.fetchval(_SQL["claim"], taken.journey_id))


def _reported(
    scenario: Scenario, script: Script, products: KnownProducts, marks: tuple[str, str], corrected: Fields
) -> Reported:
    sample = _json("claims", f"{scenario.product}.json")["data"]
    data = laid_over(sample, script.claim) | corrected
    for name, mark in zip(("claim_number", "policy_number"), marks, strict=True):
        data[name] = "-".join(filter(None, (str(data.get(name, "")), mark)))
    claim = _validated(data, products)
    assert script.starts is not None  # noqa: S101 - the scenario's shape sees to it
    coverage = _coverage(scenario, claim.policy_number)
    return Reported(script, script.starts, claim, coverage, scenario.price)


def _validated(data: Fields, products: KnownProducts) -> DrugClaimReport:
    # Without its time: a scenario may lie in the future, where a sender's clock may not.
    attributes = Attributes(id="scenario", source="simulation", type=CLAIM_REPORTED, time=None, subject=None)
    try:
        return report(Event(attributes, data, {}), products)
    except Refused as refusal:
        found = [Problem(("claim", *one.field.split(".")[1:]), one.reason.en) for one in refusal.fields]
        raise WrongClaimError(found) from None


def _coverage(scenario: Scenario, number: str) -> Fields:
    entry = next(one for one in _json("policies.json") if one["policy"]["product"] == scenario.product)
    told = {name: value for name, value in scenario.policy.items() if name != "in_catalogue"}
    policy = laid_over(entry["policy"], told) | {name: None for name, value in told.items() if value is None}
    catalogue = scenario.policy.get("in_catalogue", entry["in_catalogue"])
    known = {"policy": policy | {"policy_number": number}, "in_catalogue": catalogue}
    problems = [Problem(("policy", *field), "is not a known field") for field in unknown_fields(Policy, told)]
    try:
        Coverage.model_validate(known)
    except ValidationError as error:
        problems += [Problem(_place(one["loc"]), reason(one)) for one in error.errors()]
    if problems:
        raise WrongClaimError(problems)
    return known


def _place(location: tuple[int | str, ...]) -> tuple[str, ...]:
    return tuple(map(str, location if location[0] == "policy" else ("policy", *location)))


def unknown_fields(shape: type[BaseModel], value: Fields) -> Iterator[tuple[str, ...]]:
    """Fields of `value` that `shape` does not have, however deep: shapes that travel inside ignore them."""
    for name, inner in value.items():
        if name not in shape.model_fields:
            yield (name,)
            continue
        kinds = [shape.model_fields[name].annotation, *getattr(shape.model_fields[name].annotation, "__args__", ())]
        for kind in kinds:
            if isinstance(inner, dict) and isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from ((name, *rest) for rest in unknown_fields(kind, inner))


def _json(*path: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    file = SAMPLES.joinpath(*path)
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{file}: cannot be read ({error.strerror}); run from a checkout of the repository"
        raise ScenarioError(message) from None

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
from intake.validation import KnownProducts, report
from privacy import places
from schemas.claim import ClaimReport
from schemas.claims import ANY_CLAIM, CLAIMS, REPORTS, AnyClaim
from schemas.names import ProductId
from schemas.policy import Coverage, Policy
from simulation.errors import ScenarioError
from simulation.house import House
from simulation.scenario import Fields, Scenario, Script, laid_over
from simulation.wording import reason
from storage.queries import load

SAMPLES = Path(__file__).parents[1] / "samples"
_SQL = load("simulation")
_SAMPLE = {"specialty_drug": "", "car_t": "-car-t"}
"""What the name of a kind's sample ends with."""
_ANY_CAR_T = "chinalife-cancer-rider-car-t.json"


@dataclass(frozen=True, slots=True)
class Reported:
    """One claim as it comes in, and what its partners know of it."""

    script: Script
    starts: datetime
    report: ClaimReport
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


def event_type(script: Script) -> str:
    """The type of event that reports a claim of the script's kind."""
    return next(type_ for type_, shape in REPORTS.items() if CLAIMS[shape].model_fields["kind"].default == script.kind)


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


def sample(product: ProductId, script: Script, products: KnownProducts) -> ClaimReport:
    """The claim of `product` over which a script of its kind lays its own."""
    return _validated(_sample(product, script.kind), event_type(script), products)


async def hand_in(house: House, claim: Reported) -> AnyClaim:
    """Take the claim in as an event of its day; the claim that its journey starts with. Raises ScenarioError."""
    number = claim.report.claim_number
    event = Attributes(id=number, source="simulation", type=event_type(claim.script), time=claim.starts, subject=None)
    try:
        taken = await Inbox(house.pool, house.vault, house.products.version).take(event, claim.report, number.encode())
    except Refused as refusal:
        reasons = "; ".join(f"{one.field}: {one.reason.en}" for one in refusal.fields)
        message = f"{claim.script.name or 'the claim'} is not taken in: {reasons}"
        raise ScenarioError(message) from None
    kept = await house.pool.fetchval(_SQL["claim"], taken.journey_id)
    return ANY_CLAIM.validate_python(await house.vault.open(taken.journey_id, places.START, kept))


def _reported(
    scenario: Scenario, script: Script, products: KnownProducts, marks: tuple[str, str], corrected: Fields
) -> Reported:
    one_policy = {"policy_number": _entry(scenario.product)["policy"]["policy_number"]}
    data = laid_over(_sample(scenario.product, script.kind) | one_policy, script.claim) | corrected
    for name, mark in zip(("claim_number", "policy_number"), marks, strict=True):
        data[name] = "-".join(filter(None, (str(data.get(name, "")), mark)))
    claim = _validated(data, event_type(script), products)
    assert script.starts is not None  # noqa: S101 - the scenario's shape sees to it
    coverage = _coverage(scenario, claim.policy_number)
    return Reported(script, script.starts, claim, coverage, scenario.price)


def _validated(data: Fields, type_: str, products: KnownProducts) -> ClaimReport:
    # Without its time: a scenario may lie in the future, where a sender's clock may not.
    attributes = Attributes(id="scenario", source="simulation", type=type_, time=None, subject=None)
    try:
        return report(Event(attributes, data, {}), products)
    except Refused as refusal:
        found = [Problem(("claim", *one.field.split(".")[1:]), one.reason.en) for one in refusal.fields]
        raise WrongClaimError(found) from None


def _coverage(scenario: Scenario, number: str) -> Fields:
    entry = _entry(scenario.product)
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


def _sample(product: str, kind: str) -> Fields:
    """The data of a claim of that kind; under a product that covers no CAR-T therapy, the claim of one that does."""
    name = f"{product}{_SAMPLE[kind]}.json"
    places = (("claims", name), ("claims", "more", name))  # the demonstration plays the first only
    there = (place for place in places if SAMPLES.joinpath(*place).exists())
    data: Fields = _json(*next(there, ("claims", _ANY_CAR_T)))["data"]
    return data | {"product": product}


def _entry(product: str) -> Fields:
    """The policy that all claims of a scenario are on, whatever they claim: the first one of the product."""
    found: Fields = next(one for one in _json("policies.json") if one["policy"]["product"] == product)
    return found


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

"""What is wrong with a scenario that has the right form: names that there are not, moments at which nothing happens."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from products.loader import Products
from products.model import Product
from schemas.claim import ClaimReport
from schemas.journey import JourneyStatus, Stage, Wait, WaitingFor
from schemas.notices import TEMPLATES
from simulation.car_t_people import specimen
from simulation.claims import Problem, WrongClaimError, reported, sample, unknown_fields
from simulation.deeds import problems_of
from simulation.partners import ANSWERS
from simulation.people import answering
from simulation.scenario import (
    FAILURES_AT_MOST,
    Answer,
    Answers,
    Behaviour,
    Behaviours,
    Clause,
    Deed,
    Expected,
    Scenario,
    Script,
    full,
)
from simulation.situation import Situation


class _Place(NamedTuple):
    """A part of the scenario in which deeds are told, and what has to be known to check them."""

    path: tuple[str, ...]
    script: Script
    starts: datetime
    until: datetime | None
    now: Situation


def problems(scenario: Scenario, products: Products) -> Iterator[Problem]:
    """Everything that is wrong with `scenario`, whose product there is."""
    product = products.get(scenario.product)
    for number, rule in enumerate(scenario.rules):
        if rule not in product.sections:
            yield Problem(("rules", str(number)), f"{rule} is no clause of {scenario.product}")
    yield from _several(scenario)
    for place in _places(scenario, products):
        yield from _moments(place)
        yield from _deeds(place)
        yield from _partners(place)
        yield from _expectations(place, product)
    try:
        reported(scenario, products)
    except WrongClaimError as error:
        yield from error.problems


def _places(scenario: Scenario, products: Products) -> Iterator[_Place]:
    """What stands above the claims, and each claim by itself."""
    starts = [script.starts for script in scenario.scripts() if script.starts]
    now = _situation(scenario, scenario, min(starts), products)
    yield _Place((), scenario, min(starts), scenario.until, now)
    for number, script in enumerate(scenario.claims):
        now = _situation(scenario, script, starts[number], products)
        yield _Place(("claims", str(number)), script, starts[number], scenario.until, now)


def _situation(scenario: Scenario, script: Script, at: datetime, products: Products) -> Situation:
    claim = sample(scenario.product, script, products)
    status = _beginning(claim, at)
    if script.kind == "car_t":
        status = status.model_copy(update={"car_t": specimen(at)})
    return Situation(status, claim, products.get(scenario.product), {}, "", at)


def _beginning(claim: ClaimReport, at: datetime) -> JourneyStatus:
    """A journey that has not done anything yet."""
    return JourneyStatus(
        journey_id=f"journey-{'a' * 20}",
        revision=1,
        kind="none",
        product=claim.product,
        claim_number=claim.claim_number,
        policy_number=claim.policy_number,
        drug="",
        stage=Stage.AUTHORIZATION,
        stage_since=at,
        started_at=at,
        updated_at=at,
        wait=Wait(what=WaitingFor.NOTHING, on=None, since=at),
    )


def _several(scenario: Scenario) -> Iterator[Problem]:
    names = [script.name for script in scenario.scripts()]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Problem(("claims", str(number), "name"), f"another claim is called {name}, too")


def _moments(place: _Place) -> Iterator[Problem]:
    """Moments before the start or after the end of the look: nothing happens at them."""
    path, script = place.path, place.script
    if isinstance(script, Scenario) and script.until and script.until <= place.starts:
        yield Problem(("until",), "lies before the start: nothing would be played")
        return
    told = [((*path, "starts"), script.starts)] if script.starts else []
    told += [((*path, "events", str(number), "at"), event.at) for number, event in enumerate(script.events) if event.at]
    told += [((*where, "at"), answer.at) for where, _, answer in _answers(place) if answer.at]
    for where, at in told:
        if at < place.starts and where[-1] == "at":
            yield Problem(where, "lies before the start")
        elif place.until and at >= place.until:
            yield Problem(where, "lies after `until`: it would never happen")


def _deeds(place: _Place) -> Iterator[Problem]:
    told: list[tuple[tuple[str, ...], Deed]] = [
        ((*place.path, "events", str(number)), event) for number, event in enumerate(place.script.events)
    ]
    told += [(where, answer) for where, _, answer in _answers(place) if not answer.never]
    for where, deed in told:
        for field, why in problems_of(deed, place.now):
            yield Problem((*where, *field), why)


def _answers(place: _Place) -> Iterator[tuple[tuple[str, ...], str, Answer]]:
    """Each answer told, with its place; one that tells no action does what an obliging person would."""
    for wait, answers in place.script.answers.items():
        usual = answering(wait)
        for number, answer in enumerate(_in_turn(answers)):
            whole = answer.model_copy(update={"do": answer.do or usual})
            yield (*place.path, "answers", wait, str(number)), wait, whole


def _in_turn(answers: Answers) -> tuple[Answer, ...]:
    if isinstance(answers, tuple):
        return answers
    return (answers,) if isinstance(answers, Answer) else ()


def _expectations(place: _Place, product: Product) -> Iterator[Problem]:
    wanted = place.script.expect
    if wanted is None:
        return
    path = (*place.path, "expect")
    for number, decision in enumerate(wanted.decisions or ()):
        where = (*path, "decisions", str(number))
        if decision.question not in product.gates:
            yield Problem((*where, "question"), f"no such question; there are {', '.join(product.gates)}")
        yield from _clauses((*where, "not_met"), decision.not_met or (), product)
        yield from _clauses((*where, "cites"), decision.cites, product)
    for number, deadline in enumerate(wanted.deadlines or ()):
        if deadline.rule and full(deadline.rule, product.identity.id) not in product.sections:
            yield Problem((*path, "deadlines", str(number), "rule"), _no_clause(deadline.rule, product))
    yield from _templates(path, wanted)


def _clauses(where: tuple[str, ...], clauses: tuple[Clause, ...], product: Product) -> Iterator[Problem]:
    for number, clause in enumerate(clauses):
        if full(clause, product.identity.id) not in product.sections:
            yield Problem((*where, str(number)), _no_clause(clause, product))


def _no_clause(clause: Clause, product: Product) -> str:
    return f"{clause} is no clause of {product.identity.id}"


def _templates(path: tuple[str, ...], wanted: Expected) -> Iterator[Problem]:
    for name, messages in (("told", wanted.told), ("not_told", wanted.not_told)):
        for role, told in messages.items():
            for number, message in enumerate(told):
                template = message if isinstance(message, str) else message.template
                if template not in TEMPLATES:
                    known = ", ".join(sorted(TEMPLATES))
                    yield Problem((*path, name, role, str(number)), f"no message {template}; there are {known}")


def _partners(place: _Place) -> Iterator[Problem]:
    for partner, by in place.script.partners.items():
        for operation, told in by.items():
            where = (*place.path, "partners", partner, operation)
            if operation not in ANSWERS[partner]:
                yield Problem(where, f"{partner} has no such operation; it has {', '.join(ANSWERS[partner])}")
                continue
            behaviours = (told,) if isinstance(told, Behaviour) else told
            for number, behaviour in enumerate(behaviours):
                for field in unknown_fields(ANSWERS[partner][operation], behaviour.answer or {}):
                    yield Problem((*where, str(number), "answer", *field), "is not a known field")
            yield from _silences(where, told)


def _silences(where: tuple[str, ...], told: Behaviours) -> Iterator[Problem]:
    """Calls in vain that take too much real time: the pauses between attempts are not skipped."""
    if isinstance(told, Behaviour):
        if told.fail:
            yield Problem((*where, "fail"), "needs a list, e.g. [{fail: 3}]: the pauses between attempts are real time")
        return
    in_vain = 0
    for number, behaviour in enumerate(told):
        in_vain = in_vain + behaviour.fail if behaviour.fail else 0
        if in_vain > FAILURES_AT_MOST:
            why = f"more than {FAILURES_AT_MOST} in a row: the pauses between attempts are real time"
            yield Problem((*where, str(number), "fail"), why)

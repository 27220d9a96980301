"""`decide`: every rule that the product binds to the question is evaluated, cited and weighed into one verdict."""

from collections.abc import Sequence
from datetime import date
from functools import partial

import rules.book  # noqa: F401 - importing the book registers every rule
from products.calendar import WorkingCalendar
from products.errors import TermsNotInForceError, UnknownProductError
from products.loader import Products
from products.model import Gate, Product
from rules.amounts import reckon_amounts, share_of
from rules.charity import way_of
from rules.context import Context
from rules.custody import deviations
from rules.errors import NoGateError, NoSectionError, NoSuchProductError, NoTermsError
from rules.next_steps import GREEN_GIFT
from rules.registry import find_rule
from rules.result import PaperWanted, Result
from rules.standing import days_not_owed
from rules.treatment_window import window_of
from rules.version import RULES_VERSION
from schemas.car_t_facts import CarTInfusionFacts, CarTSettlementFacts, CarTStandingFacts
from schemas.civil import china_date
from schemas.decision import (
    Amounts,
    CharityFacts,
    CharityWay,
    Citation,
    Decision,
    DecisionRequest,
    Facts,
    Finding,
    Outcome,
    ReviewFacts,
    SettlementFacts,
    StandingFacts,
    Verdict,
    Versions,
)
from schemas.facts import EligibilityFacts
from schemas.money import ZERO
from schemas.papers import PaperDue
from schemas.text import Bilingual

_WEIGHT = (
    (Outcome.NOT_MET, Verdict.REFUSED),
    (Outcome.PAPERS_DUE, Verdict.PAPERS_DUE),
    (Outcome.REFERRED, Verdict.REFERRED),
)
"""The first outcome found among the findings gives the verdict; none of them means approved."""

_FINAL = frozenset({"policy", "resistance", "duration", "benefit_limit"})
"""Topics of rules that, once broken, stay broken for every later prescription under the policy."""


def decide(request: DecisionRequest, products: Products, calendar: WorkingCalendar) -> Decision:
    """The decision on one question, with every finding and its clauses; pure, the same request gives the same answer.

    Raises a RuleError: unknown product, a gate without rules, a policy older than the product's first terms.
    """
    request = _dated(request)
    facts = request.facts
    context = context_of(products, request.product, _effective_on(facts))
    try:
        _check_terms_known(context)
        findings = tuple(_finding(gate, facts, context) for gate in _gates(context.product, facts.question))
        versions = Versions(products=products.version, rules=RULES_VERSION, calendar=calendar.version)
        return _decision(request, findings, context, versions)
    except TermsNotInForceError as error:
        message = f"product {request.product!r}: {error}"
        raise NoTermsError(message) from error


def _dated(request: DecisionRequest) -> DecisionRequest:
    """The request with the day of deciding among the facts of those questions whose answer may depend on it."""
    facts = request.facts
    if not isinstance(facts, StandingFacts | CarTStandingFacts) or facts.decided_on:
        return request
    dated = facts.model_copy(update={"decided_on": china_date(request.at)})
    return request.model_copy(update={"facts": dated})


def context_of(products: Products, product_id: str, policy_effective_on: date) -> Context:
    """What rules see of a product for a policy that took effect on that day; raises NoSuchProductError."""
    return Context(
        _product(products, product_id),
        policy_effective_on,
        partial(products.find_drugs, product_id),
        partial(products.find_car_t_drugs, product_id),
        partial(products.find_site, product_id),
        partial(products.find_pharmacy_city, product_id),
    )


def _product(products: Products, product_id: str) -> Product:
    try:
        return products.get(product_id)
    except UnknownProductError as error:
        raise NoSuchProductError(str(error)) from error


def _effective_on(facts: Facts) -> date:
    """The day whose terms hold for this policy."""
    return facts.coverage.policy.effective_on if isinstance(facts, EligibilityFacts) else facts.policy_effective_on


def _check_terms_known(context: Context) -> None:
    """Raise TermsNotInForceError for a policy older than the text, although no rule may come to read a term."""
    effective_on, since = context.policy_effective_on, context.product.identity.terms_since
    if since is not None and effective_on < since:
        raise TermsNotInForceError(effective_on, since)


def _gates(product: Product, question: str) -> Sequence[Gate]:
    gates = product.gates.get(question, ())
    if not gates:
        message = f"product {product.identity.id!r} has no rules for question {question!r}: add a gate to product.toml"
        raise NoGateError(message)
    return gates


def _finding(gate: Gate, facts: Facts, context: Context) -> Finding:
    result = find_rule(gate.rule, facts).evaluate(facts, context)
    return Finding(
        name=gate.rule,
        citations=tuple(_citation(cited, context.product) for cited in gate.cites if _speaks(cited, result)),
        outcome=result.outcome,
        why=result.why,
        facts=result.facts,
        papers=tuple(_due(wanted, gate) for wanted in result.papers),
        next_step=result.next_step,
    )


def _speaks(rule_id: str, result: Result) -> bool:
    return rule_id.rpartition("/")[2] not in result.silent


def _citation(rule_id: str, product: Product) -> Citation:
    section = product.sections.get(rule_id)
    if section is None:
        message = f"rule {rule_id!r} is cited by a gate but is not among the product's sections: add it"
        raise NoSectionError(message)
    return Citation(rule=rule_id, document=product.identity.document, section=section.section)


def _due(wanted: PaperWanted, gate: Gate) -> PaperDue:
    return PaperDue(kind=wanted.kind, form=wanted.form, rule=wanted.rule or gate.cites[0])


def verdict_of(findings: Sequence[Finding]) -> Verdict:
    """One broken rule refuses, else a missing paper is asked for, else an open point goes to a person."""
    outcomes = {finding.outcome for finding in findings}
    return next((verdict for outcome, verdict in _WEIGHT if outcome in outcomes), Verdict.APPROVED)


def _decision(
    request: DecisionRequest, findings: tuple[Finding, ...], context: Context, versions: Versions
) -> Decision:
    verdict = verdict_of(findings)
    return Decision(
        question=request.facts.question,
        product=request.product,
        verdict=verdict,
        findings=findings,
        papers_due=_papers(findings),
        amounts=_amounts(request.facts, context, verdict),
        way=_way(request.facts, verdict, context),
        not_owed=_not_owed(request.facts, verdict),
        next_steps=_next_steps(request.facts, verdict, findings, context),
        window=window_of(request.facts, context, refused=verdict is Verdict.REFUSED),
        deviations=deviations(request.facts) if isinstance(request.facts, CarTInfusionFacts) else (),
        unusable=_found("cart_cells", findings, verdict, request.facts),
        open_site=_found("cart_site", findings, Verdict.REFERRED, request.facts),
        final=any(_ends_treatment(finding, request.facts) for finding in findings),
        facts=request.facts,
        versions=versions,
        at=request.at,
    )


def _ends_treatment(finding: Finding, facts: Facts) -> bool:
    broken = finding.outcome is Outcome.NOT_MET
    return broken and find_rule(finding.name, facts).topic in _FINAL


def _found(topic: str, findings: Sequence[Finding], verdict: Verdict, facts: Facts) -> bool:
    """Whether a rule of this topic is among those that bring about such a verdict."""
    outcomes = {outcome for outcome, follows in _WEIGHT if follows is verdict}
    return any(each.outcome in outcomes and find_rule(each.name, facts).topic == topic for each in findings)


def _papers(findings: Sequence[Finding]) -> tuple[PaperDue, ...]:
    """Each missing paper once, by kind and form: two rules may ask for the same."""
    once: dict[tuple[str, str], PaperDue] = {}
    for finding in findings:
        for paper in finding.papers:
            once.setdefault((paper.kind, paper.form), paper)
    return tuple(once.values())


def _amounts(facts: Facts, context: Context, verdict: Verdict) -> Amounts | None:
    """Who pays what at settlement; a refusal for another reason than an empty limit leaves all to the insured."""
    if not isinstance(facts, SettlementFacts | CarTSettlementFacts):
        return None
    if verdict is Verdict.REFUSED and facts.available:
        return reckon_amounts(facts, ZERO)
    share = share_of(facts, context)
    return None if share is None else reckon_amounts(facts, share.ratio)


def _way(facts: Facts, verdict: Verdict, context: Context) -> CharityWay | None:
    return way_of(facts, verdict, context) if isinstance(facts, CharityFacts) else None


def _not_owed(facts: Facts, verdict: Verdict) -> tuple[date, ...]:
    """Nothing where cover stands; what a person is to decide is told as it would be without them."""
    return days_not_owed(facts) if isinstance(facts, StandingFacts) and verdict is not Verdict.APPROVED else ()


def _next_steps(facts: Facts, verdict: Verdict, findings: Sequence[Finding], context: Context) -> tuple[Bilingual, ...]:
    """What the findings advise, each once, and the green-channel gift after a refused review.

    pingan-longterm-b/GIFT-1, pingan-cancer-drug/GIFT-1 GIFT-2.
    """
    steps = {step.zh: step for step in (finding.next_step for finding in findings) if step is not None}
    refused_review = isinstance(facts, ReviewFacts) and verdict is Verdict.REFUSED
    if refused_review and context.value(context.terms.green_gift):
        steps[GREEN_GIFT.zh] = GREEN_GIFT
    return tuple(steps.values())

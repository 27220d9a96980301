"""`decide`: verdicts, citations, versions and errors."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import process_time

import pytest

from products.calendar import load_calendar
from products.loader import Products
from rules import RULES_VERSION
from rules.engine import decide, verdict_of
from rules.errors import NoGateError, NoSectionError, NoSuchProductError, NoTermsError, RuleError
from schemas.decision import Citation, Decision, DecisionRequest, Facts, Finding, Outcome
from schemas.facts import EligibilityFacts
from schemas.policy import Coverage
from schemas.text import Bilingual
from tests.rules.car_t_cases import COVERING, at_site, authorized, every_car_t_question
from tests.rules.cases import (
    ALL,
    PINGAN_B,
    PINGAN_CANCER,
    YUANXIN,
    ask,
    authorization,
    counter,
    every_question,
    policy,
    products,
    settlement,
)
from tests.rules.clauses import reviewed

EVERY = (*every_question(), *every_car_t_question())


@pytest.mark.parametrize("product", ALL)
@pytest.mark.parametrize("facts", every_question(), ids=lambda facts: str(facts.question))
def test_every_product_answers_every_question(product: str, facts: Facts) -> None:
    """A claim without a flaw passes every gate of every product, and every finding cites that product's document."""
    assert flaws(product, authorization(product) if facts.question == "authorization" else facts) == []


@pytest.mark.parametrize("product", COVERING)
@pytest.mark.parametrize("facts", every_car_t_question(), ids=lambda facts: str(facts.question))
def test_every_product_that_covers_car_t_answers_its_questions(product: str, facts: Facts) -> None:
    """So does a therapy without a flaw where CAR-T is covered."""
    assert flaws(product, authorized(product) if facts.question == "car_t_authorization" else facts) == []


@pytest.mark.parametrize("product", [PINGAN_CANCER, YUANXIN])
def test_a_product_without_car_t_refuses_with_its_list(product: str) -> None:
    """pingan-cancer-drug/DRUG-1 DRUG-2, yuanxin-cancer-drug/DRUG-1 DRUG-2: no CAR-T product is on the list."""
    decision = ask(product, authorized(product))
    assert decision.verdict == "refused"
    [only] = decision.findings
    assert {cited.rule for cited in only.citations} == {f"{product}/DRUG-1", f"{product}/DRUG-2"}
    assert "不含 CAR-T" in only.why.zh
    with pytest.raises(NoGateError):
        ask(product, at_site())


def flaws(product: str, facts: Facts) -> list[str]:
    """What keeps an answer from being an approval, each finding under the product's own clauses, in both languages."""
    decision, document = ask(product, facts), products().get(product).identity.document
    found = [] if decision.verdict == "approved" else [f"{each.name}: {each.outcome}" for each in decision.findings]
    for each in decision.findings:
        cited = [one.rule.startswith(f"{product}/") and one.document == document for one in each.citations]
        sections = [bool(one.section) for one in each.citations]
        if not (cited and all(cited) and all(sections) and each.why.zh and each.why.en):
            found.append(f"{each.name}: lacks a clause of its own, or words")
    return found


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ((Outcome.MET, Outcome.NOT_APPLICABLE), "approved"),
        ((Outcome.MET, Outcome.REFERRED), "referred"),
        ((Outcome.REFERRED, Outcome.PAPERS_DUE), "papers_due"),
        ((Outcome.PAPERS_DUE, Outcome.REFERRED, Outcome.NOT_MET), "refused"),
    ],
)
def test_the_heaviest_finding_gives_the_verdict(outcomes: tuple[Outcome, ...], verdict: str) -> None:
    """Refused before papers due before referred before approved."""
    citation = Citation(rule="pingan-longterm-b/WAIT-1", document="d", section="s")
    findings = [
        Finding(name="one", citations=(citation,), outcome=each, why=Bilingual(zh="因", en="why")) for each in outcomes
    ]
    assert verdict_of(findings) == verdict


def test_versions_are_recorded() -> None:
    """A decision says under which data, rules and calendar it was taken."""
    versions = ask(PINGAN_B, counter()).versions
    assert versions.products == products().version
    assert versions.rules == RULES_VERSION
    assert versions.calendar == load_calendar().version


@pytest.mark.parametrize("facts", EVERY, ids=lambda facts: str(facts.question))
def test_a_decision_survives_json(facts: Facts) -> None:
    """Written and read again it is the same, and written once more it is the same text."""
    decision = ask(PINGAN_B, facts)
    text = decision.model_dump_json()
    again = Decision.model_validate_json(text)
    assert again == decision
    assert again.model_dump_json() == text


def request(product: str = PINGAN_B, facts: Facts | None = None) -> DecisionRequest:
    return DecisionRequest(product=product, facts=facts or counter(), at=datetime(2026, 7, 1, tzinfo=UTC))


def test_an_unknown_product() -> None:
    """The error lists the products there are."""
    with pytest.raises(NoSuchProductError, match="known products: axa-excellence"):
        decide(request("nobody-knows"), products(), load_calendar())


def test_a_gate_without_rules() -> None:
    """A product that binds nothing to a question cannot answer it."""
    whole = products().get(PINGAN_B)
    gates = {question: gates for question, gates in whole.gates.items() if question != "counter"}
    bare = Products({PINGAN_B: whole.model_copy(update={"gates": gates})}, "test")
    with pytest.raises(NoGateError, match="no rules for question 'counter'"):
        decide(request(), bare, load_calendar())


def test_a_citation_without_a_section() -> None:
    """A clause that cannot be shown is no citation."""
    whole = products().get(PINGAN_B)
    bare = Products({PINGAN_B: whole.model_copy(update={"sections": {}})}, "test")
    with pytest.raises(NoSectionError, match="pingan-longterm-b/MAT-3"):
        decide(request(), bare, load_calendar())


def old(facts: Facts) -> Facts:
    """The same under a policy that took effect before any text we know."""
    long_ago = date(2001, 1, 1)
    if isinstance(facts, EligibilityFacts):
        return facts.model_copy(update={"coverage": Coverage(policy=policy(effective_on=long_ago), in_catalogue=None)})
    return facts.model_copy(update={"policy_effective_on": long_ago})


@pytest.mark.parametrize("facts", EVERY, ids=lambda facts: str(facts.question))
def test_a_policy_older_than_the_known_terms(facts: Facts) -> None:
    """Nobody decides by terms that were not yet written, whether or not a rule comes to read one."""
    with pytest.raises(NoTermsError, match="pingan-longterm-b"):
        decide(request(facts=old(facts)), products(), load_calendar())
    assert issubclass(NoTermsError, RuleError)


@pytest.mark.parametrize("product", ALL)
def test_a_decision_is_cheap(product: str) -> None:
    """A few milliseconds of processor time would be felt by every journey: the bound is loose for slow machines."""
    asked = request(product, authorization(product))
    decide(asked, products(), load_calendar())
    began = process_time()
    for _ in range(50):
        decide(asked, products(), load_calendar())
    assert (process_time() - began) / 50 < 0.005


@pytest.mark.parametrize(
    ("facts", "final"),
    [
        (reviewed(recist_progression=True), True),
        (reviewed(recist_progression=False), False),
        (reviewed(on_label=False), False),
        (reviewed(reviewed_on=date(2030, 1, 1)), True),
        (settlement(available=Decimal(0)), True),
        (settlement(reimbursement_ratio=None), False),
        (authorization(coverage=Coverage(policy=policy(status="cancelled"), in_catalogue=False)), True),
        (authorization(papers=()), False),
    ],
    ids=[
        "resistance",
        "nothing",
        "the label",
        "the term is over",
        "nothing left of the limit",
        "the ratio is open",
        "a cancelled policy",
        "papers are missing",
    ],
)
def test_what_stays_broken_ends_the_treatment(facts: Facts, final: bool) -> None:  # noqa: FBT001 - a table's column
    """Resistance, an ended policy or term and an empty limit hold for every later prescription; nothing else does."""
    assert ask(PINGAN_B, facts).final is final


def test_a_policy_as_old_as_the_known_terms() -> None:
    """The day from which the text is known is the first one that it decides on."""
    since = products().get(PINGAN_B).identity.terms_since
    assert since is not None
    answered = ask(PINGAN_B, counter(policy_effective_on=since))
    assert answered.verdict == "approved"
    assert answered.at == datetime(2026, 7, 1, 4, tzinfo=UTC)
    with pytest.raises(NoTermsError):
        ask(PINGAN_B, counter(policy_effective_on=since - timedelta(days=1)))

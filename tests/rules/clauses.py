"""Tables of clauses: a situation, the rule that answers, the ids it cites, and what follows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from products.calendar import load_calendar
from products.loader import in_force
from products.model import Dated
from rules.deadlines import reckon
from rules.engine import verdict_of
from schemas.civil import CHINA
from schemas.clinical import Diagnosis, Prescription
from schemas.deadline import Budget, DeadlineRequest
from schemas.decision import AuthorizationFacts, CharityFacts, Facts, PharmacistFindings, ReviewFacts
from schemas.papers import Paper, PaperForm, PaperKind
from schemas.people import InsuredFacts
from schemas.policy import Coverage, Policy
from tests.rule_ids import ids_in
from tests.rules.cases import (
    EFFECTIVE,
    EVERY_PAPER,
    ask,
    authorization,
    charity,
    diagnosis,
    finding,
    found,
    insured,
    policy,
    prescription,
    products,
    review,
)

Changes = dict[str, Any]
Situation = tuple[str, Changes, str]
"""What is the case, which facts differ from the claim that every rule lets through, and `outcome verdict`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of clauses."""

    rule: str
    cites: str
    situation: str
    facts: Facts
    expected: str

    def __str__(self) -> str:
        """How pytest calls the row."""
        return f"{self.rule}: {self.situation}"


def rows(rule: str, cites: str, facts: Callable[..., Facts], *situations: Situation) -> list[Row]:
    """Situations that one rule judges under the same ids."""
    return [Row(rule, cites, situation, facts(**changes), expected) for situation, changes, expected in situations]


def decided(product: str, row: Row, *, aside: str = "") -> tuple[frozenset[str], str]:
    """The ids that the finding cites, and `outcome verdict`: to be compared with `expected(row)`.

    `aside` is a rule whose finding does not count for the verdict: no list has a drug for every disease.
    """
    decision = ask(product, row.facts)
    told = finding(decision, row.rule)
    verdict = verdict_of([each for each in decision.findings if each.name != aside])
    return frozenset(cited.rule for cited in told.citations), f"{told.outcome} {verdict}"


def expected(row: Row) -> tuple[frozenset[str], str]:
    """Exactly the ids of the row, and its outcome and verdict."""
    return ids_in(row.cites), row.expected


def claim(product: str) -> Callable[..., AuthorizationFacts]:
    """Builds authorization facts; each change goes to policy, diagnosis, prescription or person by its name."""

    def build(**changes: Any) -> AuthorizationFacts:
        of_policy, rest = _taken(Policy.model_fields, changes)
        of_diagnosis, rest = _taken(Diagnosis.model_fields, rest)
        of_prescription, rest = _taken(Prescription.model_fields, rest)
        of_insured, rest = _taken(InsuredFacts.model_fields, rest)
        return authorization(
            product,
            coverage=Coverage(policy=policy(product, **of_policy), in_catalogue=False),
            diagnosis=diagnosis(**of_diagnosis),
            prescription=prescription(**of_prescription),
            insured=insured(**of_insured),
            **rest,
        )

    return build


def reviewed(**changes: Any) -> ReviewFacts:
    """Review facts; each change goes to the pharmacist's findings, prescription or diagnosis by its name."""
    of_findings, rest = _taken(PharmacistFindings.model_fields, changes)
    of_prescription, rest = _taken(Prescription.model_fields, rest)
    of_diagnosis, rest = _taken(Diagnosis.model_fields, rest)
    return review(
        findings=found(**of_findings),
        prescription=prescription(**of_prescription),
        diagnosis=diagnosis(**of_diagnosis),
        **rest,
    )


def aid(**changes: Any) -> CharityFacts:
    """Charity facts; `standing` is among the changes."""
    return charity(**changes)


def _taken(fields: dict[str, Any], changes: Changes) -> tuple[Changes, Changes]:
    taken = {name: value for name, value in changes.items() if name in fields}
    return taken, {name: value for name, value in changes.items() if name not in fields}


def without(*kinds: PaperKind) -> tuple[Paper, ...]:
    """Every paper in the original but these."""
    return tuple(paper for paper in EVERY_PAPER if paper.kind not in kinds)


def copied(*kinds: PaperKind) -> tuple[Paper, ...]:
    """Every paper, these as copies only."""
    return (*without(*kinds), *(Paper(kind=kind, form=PaperForm.COPY) for kind in kinds))


def due(product: str, facts: Facts) -> dict[str, str]:
    """The papers that are asked for, each with the rule that asks."""
    return {paper.kind.value: paper.rule for paper in ask(product, facts).papers_due}


def term(product: str, name: str) -> Dated[Any]:
    """The value of a term for the policy of the cases."""
    return in_force(getattr(products().get(product).terms, name), EFFECTIVE)


def valued(product: str, name: str) -> tuple[str, object]:
    """The rule of a term, and its value."""
    dated = term(product, name)
    return dated.rule, dated.value


def promised(product: str, name: str, started: str) -> tuple[str | None, datetime]:
    """The rule of a budget, and when it is due when it starts then; China time."""
    budget: Budget = term(product, name).value
    request = DeadlineRequest(budget=budget, started_at=china(started))
    return budget.rule, reckon(request, load_calendar()).due_at


def china(text: str) -> datetime:
    """A moment in China, as the tables write it."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)

"""Where a rule is implemented: gates, terms that code reads, papers, code that names it, steps of the journey."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from activities.decisions import Decisions
from products.calendar import load_calendar
from products.loader import load_products
from products.model import PaperRequirement, Product
from rules.registry import all_rules
from schemas.clinical import DrugName
from schemas.names import RuleId
from schemas.plan import PlanRequest
from tests.docs.matrix.standing import ROOT, kept
from tests.rule_ids import ids_in

_CODE = ("rules", "activities", "workflows", "privacy")
_READS_TERM = re.compile(r"\bterms\.([a-z_]+)")
Placed = Iterator[tuple[RuleId, str]]


@cache
def places() -> dict[RuleId, tuple[str, ...]]:
    """Every place of every implemented rule, as the page shows it."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for rule, place in _all():
        found[rule][place] = None
    return {rule: tuple(each) for rule, each in found.items()}


def _all() -> Placed:
    products = load_products()
    for product in map(products.get, products.ids):
        yield from _gates(product)
        yield from _terms(product)
        yield from _papers("application", product.application_papers)
        yield from _papers("counter", product.counter_papers)
        yield _asked_for_under(product)
    yield from _named_by_code()
    for step in kept().steps:
        yield from ((rule, f"step `{step.step}`: {step.does}") for rule in step.rules)


def _gates(product: Product) -> Placed:
    modules = {rule.name: rule.evaluate.__module__.replace(".", "/") for rule in all_rules()}
    for gate, bindings in product.gates.items():
        for bound in bindings:
            place = f"gate `{gate}`: `{bound.rule}` in `{modules[bound.rule]}.py`"
            yield from ((rule, place) for rule in bound.cites)


def _terms(product: Product) -> Placed:
    """A value that is not printed sets nothing, and a value that no code reads does nothing."""
    readers = _readers()
    for name in type(product.terms).model_fields:
        for dated in getattr(product.terms, name):
            if dated.value is not None and name in readers:
                yield dated.rule, f"term `{name}`, read by {readers[name]}"


@cache
def _readers() -> dict[str, str]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in _sources():
        for term in sorted(set(_READS_TERM.findall(path.read_text(encoding="utf-8")))):
            found[term].append(f"`{path.relative_to(ROOT)}`")
    return {term: ", ".join(paths) for term, paths in found.items()}


def _sources() -> list[Path]:
    return sorted(path for folder in _CODE for path in (ROOT / folder).rglob("*.py"))


def _papers(gate: str, required: tuple[PaperRequirement, ...]) -> Placed:
    for rule in {paper.rule: None for paper in required}:
        kinds = ", ".join(f"`{paper.kind}`" for paper in required if paper.rule == rule)
        yield rule, f"{gate} papers: {kinds}"


def _asked_for_under(product: Product) -> tuple[RuleId, str]:
    """The clause under which a pharmacist asks for more papers."""
    wanted = PlanRequest(
        product=product.identity.id,
        drug=DrugName(name=product.drugs[0].brand),
        effective_on=product.terms.review_budget[0].since,
        expires_on=product.terms.review_budget[0].since,
        diagnosed_on=product.terms.review_budget[0].since,
    )
    plan = Decisions(load_products(), load_calendar())._plan(wanted)
    return plan.review_rule, "papers asked for at review: `review_rule` of the plan in `activities/decisions.py`"


def _named_by_code() -> Placed:
    """Functions and constants that name a rule outside the gates; the rules that gates bind are listed with them."""
    bound = {rule.name for rule in all_rules()}
    for path in _sources():
        for name, text in _definitions(path):
            if name not in bound:
                place = f"`{name}` in `{path.relative_to(ROOT)}`"
                yield from ((rule, place) for rule in sorted(ids_in(text)))


def _definitions(path: Path) -> Iterator[tuple[str, str]]:
    """Name and source of what a module defines; the text under a constant belongs to the constant."""
    source, name = path.read_text(encoding="utf-8"), ""
    for node in ast.parse(source).body:
        name = _name_of(node) or name
        yield name, ast.get_source_segment(source, node) or ""


def _name_of(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        return target.id if isinstance(target, ast.Name) else ""
    return ""

"""The matrix of rules is complete: every rule has a standing, and what is implemented has places and tests."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name

import pytest

from products.loader import load_products
from rules.registry import all_rules
from tests.docs.matrix.namings import namings
from tests.docs.matrix.page import PAGE, render, standing_of
from tests.docs.matrix.places import places
from tests.docs.matrix.standing import ROOT, Step, kept
from tests.rule_ids import ids_in

PRODUCTS = [load_products().get(product) for product in load_products().ids]
RULES = {rule for product in PRODUCTS for rule in product.sections}
TEXTS = ("*.py", "*.md", "*.toml", "*.json", "*.sql", "*.csv")
FOLDERS = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]


def test_the_page_is_what_the_generator_gives() -> None:
    """After a change of products, code, tests or docs/rules.toml: make rules."""
    assert PAGE.read_text(encoding="utf-8") == render()


def test_every_rule_has_one_row_and_a_standing() -> None:
    """No rule of a document is missing from the page, and none is left unplaced."""
    rows = [line.split(" | ")[0] for line in render().splitlines() if line.startswith("| ") and line.count(" | ") >= 5]
    wanted = [f"| {rule.partition('/')[2]}" for rule in RULES]
    assert Counter(row for row in rows if row != "| Rule") == Counter(wanted)
    assert sorted(rule for rule in RULES if not standing_of(rule)) == []


def test_what_is_implemented_is_not_listed_by_hand() -> None:
    """docs/rules.toml lists what is not implemented, each rule once."""
    listed = [rule for rule, _ in kept().listed()]
    assert [rule for rule, times in Counter(listed).items() if times > 1] == []
    assert sorted(set(listed) & set(places())) == []


def test_every_implemented_rule_is_named_by_a_test() -> None:
    """A rule is implemented when a test that decides or travels names it."""
    assert sorted(set(places()) - set(namings())) == []


def test_what_is_still_to_come_is_of_implemented_rules() -> None:
    """A rule of which everything is missing is planned instead."""
    assert sorted({rule for remaining in kept().remaining for rule in remaining.rules} - set(places())) == []


@pytest.mark.parametrize("step", kept().steps, ids=lambda step: str(step.step))
def test_steps_exist(step: Step) -> None:
    """A step is a function that can be found under its name."""
    package, _, rest = step.step.partition(".")
    module, _, attributes = rest.partition(".")
    assert callable(resolve_name(f"{package}.{module}:{attributes}"))


def test_nothing_names_a_rule_that_does_not_exist() -> None:
    """Code, data, tests and documents name only rules of the documents."""
    unknown = {f"{path.relative_to(ROOT)}: {rule}" for path in _texts() for rule in _named(path) - RULES}
    assert sorted(unknown) == []


def _texts() -> Iterator[Path]:
    yield from ROOT.glob("*.md")
    for folder in FOLDERS:
        for pattern in TEXTS:
            yield from folder.rglob(pattern)


def _named(path: Path) -> frozenset[str]:
    return ids_in(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [rule.name for rule in all_rules()])
def test_a_rule_says_which_clauses_it_stands_for(name: str) -> None:
    """The docstring names the clauses that the products bind the function to."""
    function = next(rule.evaluate for rule in all_rules() if rule.name == name)
    bound = {
        rule
        for product in PRODUCTS
        for bindings in product.gates.values()
        for gate in bindings
        if gate.rule == name
        for rule in gate.cites
    }
    assert ids_in(function.__doc__ or "") == bound

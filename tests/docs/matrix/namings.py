"""Which tests name a rule: in their text, or in a table of the same file that they refer to."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from schemas.names import RuleId
from tests.docs.matrix.standing import ROOT
from tests.rule_ids import ids_in

_EXERCISE = ("rules", "workflows", "activities", "privacy")
"""Folders of tests that decide or travel; elsewhere an id may be a mere example."""


@cache
def namings() -> dict[RuleId, tuple[str, ...]]:
    """The tests of each rule that any names, as pytest calls them."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(path for folder in _EXERCISE for path in (ROOT / "tests" / folder).glob("test_*.py")):
        for test, rules in _tests(path):
            for rule in rules:
                found[rule].append(f"{path.relative_to(ROOT)}::{test}")
    return {rule: tuple(tests) for rule, tests in found.items()}


def _tests(path: Path) -> Iterator[tuple[str, frozenset[str]]]:
    source = path.read_text(encoding="utf-8")
    nodes = ast.parse(source).body
    tables = {name: ids_in(ast.unparse(node)) for node in nodes for name in _assigned(node)}
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            yield node.name, ids_in(ast.unparse(node)).union(*(tables.get(name, frozenset()) for name in used))


def _assigned(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []

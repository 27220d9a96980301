"""Scenario files: YAML read without surprises, every wrong field named with its file and line."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from products.loader import Products
from simulation.checking import problems
from simulation.claims import Problem
from simulation.errors import ScenarioError
from simulation.scenario import Scenario
from simulation.wording import reason

_FORKS = frozenset({"always", "in_turn", "never", "any_day", "on_a_day", "[key]"})
"""What pydantic adds to the path of a field."""
_NO_SCENARIO = "is no scenario: it has to hold fields, each written `name: value` (docs/scenarios.md)"


class _Loader(yaml.SafeLoader):
    """Only null, true, false and whole numbers are more than text: dates and amounts stay as they are written."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - the library's own form

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - the library's signature
        """A mapping; a key that stands twice is an error."""
        keys = [key.value for key, _ in node.value]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                mark = node.value[number][0].start_mark
                raise yaml.MarkedYAMLError(problem=f"{key} stands twice", problem_mark=mark)
        return super().construct_mapping(node, deep=deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(0|[1-9]\d*)$"), list("-0123456789"))


def read(file: Path, products: Products) -> Scenario:
    """The scenario in `file`. Raises ScenarioError naming each wrong line and field."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file}: cannot be read: {getattr(error, 'strerror', None) or 'it is no UTF-8'}"
        raise ScenarioError(message) from None
    node, value = _parsed(file, text)
    wrong, scenario = _check(value, products)
    if scenario is None or wrong:
        raise ScenarioError("\n".join(_line(file, node, one) for one in wrong))
    return scenario


def _parsed(file: Path, text: str) -> tuple[yaml.Node | None, object]:
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"{file}:{line}: holds the control character {ord(text[error.position]):#04x}; take it out"
        raise ScenarioError(message) from None
    try:
        node = loader.get_single_node()
        return node, loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        raise ScenarioError(_broken(file, error)) from None
    finally:
        loader.dispose()


def _check(value: object, products: Products) -> tuple[list[Problem], Scenario | None]:
    if not isinstance(value, dict):
        return [Problem((), _NO_SCENARIO)], None
    try:
        scenario = Scenario.model_validate(value)
    except ValidationError as error:
        return [Problem(tuple(map(str, one["loc"])), reason(one)) for one in error.errors()], None
    if scenario.product not in products.ids:
        known = ", ".join(sorted(products.ids))
        return [Problem(("product",), f"unknown product; known are {known}")], scenario
    return [*problems(scenario, products)], scenario


def _broken(file: Path, error: yaml.MarkedYAMLError) -> str:
    line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
    return f"{file}{line}: {error.problem or error.context or 'is no YAML'}"


def _line(file: Path, node: yaml.Node | None, problem: Problem) -> str:
    line, path = _found(node, problem.field)
    return ": ".join(filter(None, (f"{file}:{line}", ".".join(path), problem.reason)))


def _found(node: yaml.Node | None, field: Sequence[str]) -> tuple[int, list[str]]:
    """Line of the field, or of the nearest that is there, and its path without the names of pydantic's own forks."""
    line, path = (node.start_mark.line + 1 if node else 1), list[str]()
    for number, part in enumerate(field):
        inner = dict(_inside(node)).get(part)
        if inner is None:
            path += [part] if number == len(field) - 1 and part not in _FORKS else []
            continue
        line, node = inner
        path.append(part)
    return line, path


def _inside(node: yaml.Node | None) -> Iterable[tuple[str, tuple[int, yaml.Node]]]:
    if isinstance(node, yaml.MappingNode):
        return [(str(key.value), (key.start_mark.line + 1, value)) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [(str(number), (value.start_mark.line + 1, value)) for number, value in enumerate(node.value)]
    return []

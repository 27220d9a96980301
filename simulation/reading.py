"""Scenario files: YAML read without surprises, every wrong field named with its file and line."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from products.loader import Products
from simulation.claims import Problem, WrongClaimError, reported, unknown_fields
from simulation.deeds import problems_of
from simulation.errors import ScenarioError
from simulation.partners import ANSWERS
from simulation.people import answering
from simulation.scenario import Answer, Behaviour, Scenario, Script
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
    problems, scenario = _check(value, products)
    if scenario is None or problems:
        raise ScenarioError("\n".join(_line(file, node, one) for one in problems))
    return scenario


def _parsed(file: Path, text: str) -> tuple[yaml.Node | None, object]:
    loader = _Loader(text)
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
    return [*_content_problems(scenario, products)], scenario


def _content_problems(scenario: Scenario, products: Products) -> Iterator[Problem]:
    sections = products.get(scenario.product).sections
    for number, rule in enumerate(scenario.rules):
        if rule not in sections:
            yield Problem(("rules", str(number)), f"{rule} is no clause of {scenario.product}")
    yield from _script_problems(scenario, ())
    for number, script in enumerate(scenario.claims):
        yield from _script_problems(script, ("claims", str(number)))
    try:
        reported(scenario, products)
    except WrongClaimError as error:
        yield from error.problems


def _script_problems(script: Script, place: tuple[str, ...]) -> Iterator[Problem]:
    for number, event in enumerate(script.events):
        for field, why in problems_of(event):
            yield Problem((*place, "events", str(number), *field.split(".")), why)
    for wait, answers in script.answers.items():
        told = answers if isinstance(answers, tuple) else (answers,) if isinstance(answers, Answer) else ()
        for number, answer in enumerate(told):
            deed = answer.model_copy(update={"do": answer.do or answering(wait)})
            for field, why in problems_of(deed):
                yield Problem((*place, "answers", wait, str(number), *field.split(".")), why)
    yield from _partner_problems(script, place)


def _partner_problems(script: Script, place: tuple[str, ...]) -> Iterator[Problem]:
    for partner, by in script.partners.items():
        for operation, told in by.items():
            where = (*place, "partners", partner, operation)
            if operation not in ANSWERS[partner]:
                yield Problem(where, f"{partner} has no such operation; it has {', '.join(ANSWERS[partner])}")
                continue
            behaviours = (told,) if isinstance(told, Behaviour) else told
            for number, behaviour in enumerate(behaviours):
                for field in unknown_fields(ANSWERS[partner][operation], behaviour.answer or {}):
                    yield Problem((*where, str(number), "answer", *field), "is not a known field")


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

"""The list of all rule functions by name: product.toml binds them, the engine calls them."""

from collections.abc import Callable
from dataclasses import dataclass
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

from rules.context import Context
from rules.errors import DuplicateRuleError, NoSuchRuleError
from rules.result import Result

FactsT = TypeVar("FactsT")


@dataclass(frozen=True, slots=True)
class Rule:
    """One coverage rule: its function, and the kinds of facts it can judge."""

    name: str
    topic: str
    takes: tuple[type, ...]
    evaluate: Callable[[Any, Context], Result]


_RULES: dict[str, Rule] = {}


def rule(*, topic: str) -> Callable[[Callable[[FactsT, Context], Result]], Callable[[FactsT, Context], Result]]:
    """Register a rule under its function name; the type of its `facts` parameter says which gates may bind it."""

    def register(function: Callable[[FactsT, Context], Result]) -> Callable[[FactsT, Context], Result]:
        name = function.__name__
        if name in _RULES:
            message = f"rule {name!r} is registered twice: rename one of the functions"
            raise DuplicateRuleError(message)
        _RULES[name] = Rule(name, topic, _takes(function), function)
        return function

    return register


def _takes(function: Callable[..., Result]) -> tuple[type, ...]:
    hint = get_type_hints(function)["facts"]
    return get_args(hint) if isinstance(hint, UnionType) else (hint,)


def find_rule(name: str, facts: object) -> Rule:
    """The rule called `name`, checked to judge such facts; raises NoSuchRuleError."""
    found = _RULES.get(name)
    if found is None:
        message = f"rule {name!r} does not exist: correct the gate in product.toml"
        raise NoSuchRuleError(message)
    if not isinstance(facts, found.takes):
        judged = ", ".join(kind.__name__ for kind in found.takes)
        message = f"rule {name!r} judges {judged}, not {type(facts).__name__}: move it to another gate in product.toml"
        raise NoSuchRuleError(message)
    return found


def all_rules() -> tuple[Rule, ...]:
    """Every registered rule, by name."""
    return tuple(_RULES[name] for name in sorted(_RULES))

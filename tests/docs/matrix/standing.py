"""Where a rule stands: implemented as far as code and data show, else as docs/rules.toml says by hand."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import Field

from schemas.names import RuleId
from schemas.shape import Strict

ROOT = Path(__file__).parents[3]
KEPT = ROOT / "docs" / "rules.toml"


class Planned(Strict):
    """Rules that a later subject brings."""

    subject: str = Field(min_length=3)
    rules: tuple[RuleId, ...] = Field(min_length=1)


class NotApplicable(Strict):
    """Rules that decide nothing in a journey, and why."""

    reason: str = Field(min_length=20)
    rules: tuple[RuleId, ...] = Field(min_length=1)


class Step(Strict):
    """Rules that the order of a journey implements: no gate cites them, a step follows them."""

    step: str
    """Dotted path of a function or class, e.g. `workflows.supply.Supply.hand_over`."""
    does: str = Field(min_length=20)
    rules: tuple[RuleId, ...] = Field(min_length=1)


class Remaining(Strict):
    """What is still missing of rules that are implemented in part, and the subject that brings it."""

    subject: str = Field(min_length=3)
    missing: str = Field(min_length=10)
    rules: tuple[RuleId, ...] = Field(min_length=1)


class Kept(Strict):
    """The hand-kept table."""

    planned: tuple[Planned, ...]
    not_applicable: tuple[NotApplicable, ...]
    steps: tuple[Step, ...]
    remaining: tuple[Remaining, ...]

    def listed(self) -> Iterator[tuple[RuleId, str]]:
        """Each rule that is not implemented, with its standing in words."""
        for planned in self.planned:
            yield from ((rule, f"planned: {planned.subject}") for rule in planned.rules)
        for group in self.not_applicable:
            yield from ((rule, f"not applicable: {group.reason}") for rule in group.rules)


@cache
def kept() -> Kept:
    """docs/rules.toml, checked for its shape."""
    return Kept.model_validate(tomllib.loads(KEPT.read_text(encoding="utf-8")))

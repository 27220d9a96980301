"""Reading product.toml: short rule ids, a common starting date and `not_printed` become the full dated terms.

In the file a rule is written without its product (`WAIT-1`), a term without `since` holds from `[in_force]`, a value
the document does not print is `not_printed = true`, and a budget takes the rule of its term.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import Field, ValidationError

from products.model import Gate, Identity, PaperCondition, PaperRequirement, Terms
from products.problems import FieldPath, Problems
from products.toml_lines import lines_of_keys
from schemas.names import RuleId
from schemas.papers import PaperForm, PaperKind
from schemas.shape import Strict

_SYNTAX_LINE = re.compile(r"at line (\d+)")
_SHORT_RULE = re.compile(r"^[A-Z]+-\d+$")


class InForce(Strict):
    """The day from which the terms hold, and why that day."""

    since: date
    why: str = Field(min_length=20)


class PaperGroup(Strict):
    """Papers that one rule demands in the same form under the same condition."""

    rule: RuleId
    kinds: tuple[PaperKind, ...] = Field(min_length=1)
    form: PaperForm = PaperForm.COPY
    when: PaperCondition = PaperCondition.ALWAYS

    def requirements(self) -> tuple[PaperRequirement, ...]:
        """The group as one requirement for each kind."""
        return tuple(PaperRequirement(kind=kind, form=self.form, when=self.when, rule=self.rule) for kind in self.kinds)


class ProductFile(Strict):
    """One product.toml, complete."""

    identity: Identity
    in_force: InForce
    terms: Terms
    application_papers: tuple[PaperGroup, ...] = Field(min_length=1)
    counter_papers: tuple[PaperGroup, ...] = Field(min_length=1)
    car_t_papers: tuple[PaperGroup, ...] = ()
    gates: dict[str, tuple[Gate, ...]]
    expected_rows: dict[str, int]
    repeated_rows: dict[str, tuple[str, ...]] = Field(default_factory=dict)


def read_product_file(path: Path, problems: Problems) -> tuple[ProductFile | None, dict[FieldPath, int]]:
    """The file and the lines of its fields; None with the reasons in `problems` when it cannot be used."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except FileNotFoundError:
        problems.add(path, 0, "file", "is missing: every product folder needs one")
        return None, {}
    except UnicodeDecodeError:
        problems.add(path, 0, "file", "is not UTF-8")
        return None, {}
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX_LINE.search(str(error))
        problems.add(path, int(found[1]) if found else 0, "file", f"is not TOML: {error}")
        return None, {}
    lines = lines_of_keys(text)
    try:
        return ProductFile.model_validate(_complete(raw, path.parent.name)), lines
    except ValidationError as error:
        problems.add_invalid(path, error, lines)
        return None, lines


def _complete(raw: Mapping[str, object], product: str) -> dict[str, object]:
    complete = {name: _with_full_rules(value, product) for name, value in raw.items()}
    in_force = _table(complete, "in_force")
    if identity := _table(complete, "identity"):
        dated = {"terms_since": in_force.get("since"), "terms_since_reason": in_force.get("why", "")}
        complete["identity"] = {"id": product} | dated | identity
    if terms := _table(complete, "terms"):
        complete["terms"] = {name: _history(entries, in_force.get("since")) for name, entries in terms.items()}
    return complete


def _table(document: Mapping[str, object], name: str) -> dict[str, object]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _with_full_rules(value: object, product: str, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: _with_full_rules(inner, product, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_full_rules(inner, product, key) for inner in value]
    if key in {"rule", "cites"} and isinstance(value, str) and _SHORT_RULE.match(value):
        return f"{product}/{value}"
    return value


def _history(entries: object, since: object) -> object:
    if not isinstance(entries, list):
        return entries
    return [_dated(entry, since) if isinstance(entry, dict) else entry for entry in entries]


def _dated(entry: Mapping[str, object], since: object) -> dict[str, object]:
    dated = {"since": since} | dict(entry)
    if dated.pop("not_printed", False) is True and "value" not in dated:
        dated["value"] = None
    elif isinstance(value := dated.get("value"), dict):
        dated["value"] = {"rule": dated.get("rule")} | value
    return dated

"""What is wrong with a field of a scenario, in words for its author: from pydantic's findings."""

from collections.abc import Mapping
from typing import Any

from intake.wording import WORDS
from schemas.names import RULE_ID
from simulation.scenario import CLAUSE, DAY
from simulation.times import DELAY

_FORMS = {
    DELAY: "is no delay; one looks like 30m, 2h, 3d or 2wd (working days)",
    DAY: "is no day; one looks like 2026-11-20",
    CLAUSE: "is no clause; one looks like WAIT-1 or pingan-cancer-drug/WAIT-1",
    RULE_ID: "is no clause; one looks like pingan-cancer-drug/WAIT-1",
}
"""Instead of the regular expression that a text does not fit."""
_FIELDS = "must hold fields, each written `name: value`"
_MOMENT = "is no moment; one looks like 2026-11-20T09:30, 2026-11-20T24:00 or 2026-11-20"
_OWN = {
    "missing": "is needed",
    "model_type": _FIELDS,
    "model_attributes_type": _FIELDS,
    "dict_type": _FIELDS,
    "tuple_type": "must be a list",
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
}
"""By pydantic's error type."""


def reason(error: Mapping[str, Any]) -> str:
    """What one finding of pydantic says, as other places of the project say it."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return _FORMS.get(context["pattern"], str(error["msg"]))
    if kind in _OWN:
        return _OWN[kind]
    return WORDS[kind][1].format_map(context) if kind in WORDS else str(error["msg"])

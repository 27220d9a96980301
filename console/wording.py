"""What is wrong with a field of a request, in words for the sender: from pydantic's findings, never with the value."""

from collections.abc import Mapping
from typing import Any

from console.catalogue import ACTIONS

_NAMES = ", ".join(ACTIONS)
_FORMS = {
    "journey_id": (
        "must be the id of a journey: `journey-` and 20 of the letters a to z and digits 2 to 7;"
        " GET /journeys?claim_number=… finds it by its claim number"
    ),
    "claim_number": "must have 4 to 64 letters, digits, dots, dashes or underscores, a letter or digit first",
    "key": "may hold letters, digits and . _ : / - only",
    "id": "may hold letters, digits and . _ : - only",
    "voucher_code": "may hold digits, capital letters and dashes only",
    "q": "must not hold control characters",
}
"""The forms of identifiers by the last part of the field's name, instead of regular expressions."""
_WHOLE = {
    "missing": f"is required: a JSON object with `action`, one of {_NAMES}, and the fields of that action",
    "model_attributes_type": f"must be a JSON object with `action`, one of {_NAMES}, and the fields of that action",
    "json_invalid": "is not valid JSON",
}
"""What is wrong with the body of an action as a whole, by pydantic's error type."""
_TAGS = {
    "union_tag_not_found": f"is required: one of {_NAMES}",
    "union_tag_invalid": f"must be one of {_NAMES}",
}
"""What is wrong with the name of an action; what the sender wrote instead may hold anything and is not repeated."""


def field_and_reason(error: Mapping[str, Any]) -> tuple[str, str]:
    """One finding of pydantic as a field, in the sender's own names, and what is wrong with it."""
    location, kind = error["loc"], error["type"]
    if kind in _TAGS:
        return "action", _TAGS[kind]
    if kind in _WHOLE and (location == ("body",) or kind == "json_invalid"):
        return "body", _WHOLE[kind]
    return _field(location), _reason(error)


def _field(location: tuple[Any, ...]) -> str:
    inner = location[1:] if location and location[0] in ("body", "query", "path", "header") else location
    if len(inner) > 1 and inner[0] in ACTIONS:
        inner = inner[1:]  # pydantic names the action that the fields belong to; the sender did not write that
    return ".".join(str(part) for part in inner) or "body"


def _reason(error: Mapping[str, Any]) -> str:
    match error["type"]:
        case "string_pattern_mismatch":
            return _FORMS.get(str(error["loc"][-1]), "does not have the expected form")
        case "model_type" | "model_attributes_type" | "dict_type":
            return "must be a JSON object"
        case "string_unicode":
            return "holds a lone surrogate, which is half of a character"
        case "value_error":
            return str(error["ctx"]["error"])
    return str(error["msg"])

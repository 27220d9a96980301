"""What senders must know, as OpenAPI: the three ways to send an event and the shape of its data."""

from typing import Any

from intake.received import BATCH, MAX_BATCH_EVENTS, STRUCTURED
from schemas.claim import ClaimReport
from schemas.claims import REPORTS


def request_body() -> dict[str, Any]:
    """The request body of POST /events."""
    data = {type_: _claim(shape) for type_, shape in REPORTS.items()}
    event = {"oneOf": [_event(type_, claim) for type_, claim in data.items()]}
    return {
        "required": True,
        "content": {
            STRUCTURED: {"schema": event},
            BATCH: {"schema": {"type": "array", "items": event, "maxItems": MAX_BATCH_EVENTS}},
            "application/json": {"schema": {"anyOf": list(data.values())}},
        },
    }


def binary_headers() -> list[dict[str, Any]]:
    """The headers of binary mode; they are ignored in the other modes."""
    described = {
        "ce-specversion": "Binary mode: `1.0`.",
        "ce-id": "Binary mode: identifier of the event, unique within its source.",
        "ce-source": "Binary mode: URI reference of the sender.",
        "ce-type": f"Binary mode: one of {', '.join(f'`{type_}`' for type_ in REPORTS)}; it tells what `data` holds.",
        "ce-time": "Binary mode: when the claim was reported, RFC 3339 with offset; not in the future.",
        "ce-subject": "Binary mode: the claim number, or nothing.",
    }
    return [
        {"name": name, "in": "header", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in described.items()
    ]


def _event(type_: str, claim: dict[str, Any]) -> dict[str, Any]:
    text = {"type": "string", "minLength": 1, "maxLength": 512}
    return {
        "type": "object",
        "description": "A CloudEvents 1.0 event in structured mode.",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text,
            "source": text | {"format": "uri-reference"},
            "type": {"const": type_},
            "subject": text | {"description": "The claim number, as in `data`; it may be left out."},
            "time": {
                "type": "string",
                "format": "date-time",
                "description": "When the claim was reported; not in the future.",
            },
            "datacontenttype": {"const": "application/json"},
            "data": claim,
        },
    }


def _claim(shape: type[ClaimReport]) -> dict[str, Any]:
    schema = shape.model_json_schema()
    definitions = schema.pop("$defs")
    inlined = _inline(schema, definitions)
    assert isinstance(inlined, dict)  # noqa: S101 - a model's schema is an object
    return inlined


def _inline(part: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - a JSON schema
    # References into $defs would be read from the root of the OpenAPI document, where they are not.
    if isinstance(part, list):
        return [_inline(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        target = definitions[part["$ref"].rpartition("/")[2]]
        return _inline(target | {name: value for name, value in part.items() if name != "$ref"}, definitions)
    return {name: _inline(value, definitions) for name, value in part.items()}

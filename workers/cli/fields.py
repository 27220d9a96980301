"""Fields of an action as options of the command line: `--reason late`, `--findings.on_label true`, `--papers '[…]'`."""

from collections.abc import Iterator
from typing import Any

import orjson

from workers.cli.failures import BadInputError

_JSON_STARTS = ("[", "{")


def fields_of(tokens: tuple[str, ...]) -> dict[str, Any]:
    """The fields that `tokens` give; an option without a value means true. Raises BadInputError."""
    fields: dict[str, Any] = {}
    for name, value in _pairs(tokens):
        *outer, last = name.replace("-", "_").split(".")
        place = fields
        for part in outer:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                message = f"--{name}: {part} was given a value of its own before"
                raise BadInputError(message)
        if last in place:
            message = f"--{name}: given twice"
            raise BadInputError(message)
        place[last] = _value(name, value)
    return fields


def _pairs(tokens: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    rest = list(tokens)
    while rest:
        token = rest.pop(0)
        name, given, value = token.removeprefix("--").partition("=")
        if not token.startswith("--") or not name:
            message = f"{token}: a field is written --name value"
            raise BadInputError(message)
        if not given:
            value = rest.pop(0) if rest and not rest[0].startswith("--") else "true"
        yield name, value


def _value(name: str, text: str) -> Any:  # noqa: ANN401 - whatever the field holds; its shape checks it
    if not text.startswith(_JSON_STARTS):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = f"--{name}: not JSON: {error}"
        raise BadInputError(message) from None

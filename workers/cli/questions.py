"""What may be asked of a product's rules: the facts that each question takes, and what a request looks like."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic.json_schema import models_json_schema

from products.loader import load_products
from schemas.decision import Facts
from workers.cli.failures import BadInputError

FACTS: Mapping[str, type[Facts]] = {
    shape.model_fields["question"].default: shape for shape in get_args(get_args(Facts)[0])
}
"""Shape of the facts by the name of the question, in the order in which a journey asks."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REQUIRED = ("product", "question", "facts")


def known_question(option: str, text: str) -> str:
    """`text` if there is such a question; BadInputError, naming `option`, lists those there are."""
    if text not in FACTS:
        message = f"{option}: unknown question {text!r}; there are {', '.join(FACTS)}"
        raise BadInputError(message)
    return text


def known_product(option: str, text: str) -> str:
    """`text` if there is such a product; BadInputError, naming `option`, lists those there are."""
    if text not in (known := load_products().ids):
        message = f"{option}: unknown product {text!r}; there are {', '.join(known)}"
        raise BadInputError(message)
    return text


def schema_of(questions: Sequence[str]) -> dict[str, Any]:
    """JSON schema of one request that asks any of `questions`, at least one."""
    template = "#/$defs/{model}"
    _, shared = models_json_schema([(FACTS[question], "validation") for question in questions], ref_template=template)
    requests = [_request(question, template.format(model=FACTS[question].__name__)) for question in questions]
    request = requests[0] if len(requests) == 1 else {"oneOf": requests}
    return {"$schema": _DIALECT, "title": "journeys decide", **request, "$defs": _closed(shared["$defs"])}


def _request(question: str, facts: str) -> dict[str, Any]:
    properties = {
        "product": {"enum": list(load_products().ids)},
        "question": {"const": question},
        "facts": {"$ref": facts},
    }
    return {"type": "object", "properties": properties, "required": list(_REQUIRED), "additionalProperties": False}


def _closed(definitions: dict[str, Any]) -> dict[str, Any]:
    """The same without room for unknown fields: what `decide` takes is checked more strictly than what we store."""
    closed = {"additionalProperties": False}
    return {name: shape | closed if "properties" in shape else shape for name, shape in definitions.items()}

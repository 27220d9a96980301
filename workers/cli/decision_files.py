"""Requests for a decision in files and on the command line: each is decided, or told what is wrong with it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from intake import strict_json
from intake.files import Located
from intake.received import Received
from intake.refusals import FieldProblem, Refused, problem
from products.loader import Products
from schemas.decision import Decision
from workers.cli.decision_requests import WrongRequestError, decided

Answer = tuple[str, Decision | WrongRequestError]
"""What came of a request, after the place where it stands, e.g. `requests.json[2]`."""


def answers(located: Located, at: datetime, products: Products) -> Iterator[Answer]:
    """What came of each request in a text: one of them, or an array."""
    try:
        value = _read(located.received)
    except WrongRequestError as error:
        yield located.where, error
        return
    if not isinstance(value, list):
        yield located.where, _answer(value, at, products)
        return
    for index, each in enumerate(value):
        yield f"{located.where}[{index}]", _answer(each, at, products)


def answer_to_option(request: Mapping[str, str], at: datetime, products: Products) -> Answer:
    """What came of a request given by options, whose `facts` are JSON."""
    try:
        # What the terminal could not read as UTF-8 is refused like such a file.
        facts = _read(Received(request["facts"].encode(errors="surrogateescape")))
    except WrongRequestError as error:
        return "--facts", error
    return "", _answer({**request, "facts": facts}, at, products)


def _read(received: Received) -> Any:  # noqa: ANN401 - whatever JSON holds
    if not received.whole:
        size = f"{received.size / (1 << 20):.1f} MiB"
        wrong = problem(
            "", f"{size} 过大；请改为 JSONL，每行一个请求", f"{size} are too much; give JSONL, a request a line"
        )
        raise WrongRequestError(wrong)
    try:
        return strict_json.parse(received.body)
    except Refused as error:
        raise WrongRequestError(FieldProblem(field="", reason=error.reason)) from None


def _answer(value: Any, at: datetime, products: Products) -> Decision | WrongRequestError:  # noqa: ANN401 - any JSON
    try:
        return decided(value, at, products)
    except WrongRequestError as error:
        return error

"""One request for a decision: checked field by field, decided by the rules."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from intake.refusals import FieldProblem, problem
from intake.strict_json import printable
from intake.wording import field_problem
from products.calendar import load_calendar
from products.loader import Products
from rules.engine import decide
from rules.errors import NoGateError, NoTermsError
from schemas.decision import Decision, DecisionRequest, Facts
from schemas.facts import EligibilityFacts
from schemas.shape import Strict
from workers.cli.questions import FACTS

_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:")


class _Envelope(Strict):
    product: str
    question: str
    facts: dict[str, Any]


class WrongRequestError(Exception):
    """A request cannot be decided: correct what `problems` names, and ask again."""

    def __init__(self, *problems: FieldProblem) -> None:
        """`problems` holds at least one field; the field is empty where the whole is wrong."""
        super().__init__("; ".join(f"{each.field}: {each.reason.en}" for each in problems))
        self.problems = problems


def decided(value: Any, at: datetime, products: Products) -> Decision:  # noqa: ANN401 - whatever JSON holds
    """The decision that `value`, an object of product, question and facts, asks for, taken at `at`.

    Raises WrongRequestError naming each field that is missing, unknown or wrong, or that leaves it undecidable.
    """
    product, facts = _checked(value, products)
    try:
        return decide(DecisionRequest(product=product, facts=facts, at=at), products, load_calendar())
    except NoTermsError as error:
        wrong = problem(_effective_on(facts), "早于该产品最早的条款；须由人工按旧版条款决定", str(error.__cause__))
        raise WrongRequestError(wrong) from error
    except NoGateError as error:
        raise WrongRequestError(problem("question", "该产品没有这一环节的规则", str(error))) from error


def _checked(value: Any, products: Products) -> tuple[str, Facts]:  # noqa: ANN401 - whatever JSON holds
    try:
        envelope = _Envelope.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        raise WrongRequestError(*_problems(error)) from None
    wrong = list(_unknown(envelope, products))
    if envelope.question not in FACTS:
        raise WrongRequestError(*wrong)
    facts, wrong_facts = _facts(envelope)
    if facts is not None and not wrong:
        wrong_facts += _strange_policy(facts, envelope.product)
    if facts is None or wrong or wrong_facts:
        raise WrongRequestError(*wrong, *wrong_facts)
    return envelope.product, facts


def _problems(error: ValidationError, prefix: str = "") -> Iterator[FieldProblem]:
    for part in error.errors(include_url=False, include_input=False):
        inside = (prefix, *part["loc"]) if prefix else part["loc"]
        first, *rest = inside or ("",)
        yield field_problem({**part, "loc": rest}, printable(str(first)))


def _unknown(envelope: _Envelope, products: Products) -> Iterator[FieldProblem]:
    if envelope.product not in products.ids:
        known = ", ".join(products.ids)
        yield problem("product", f"未知产品；可用：{known}", f"unknown product; there are {known}")
    if envelope.question not in FACTS:
        known = ", ".join(FACTS)
        yield problem("question", f"未知环节；可用：{known}", f"unknown question; there are {known}")


def _facts(envelope: _Envelope) -> tuple[Facts | None, list[FieldProblem]]:
    try:
        # Strict, and closed to unknown fields on every level: a slip of the pen must not pass for a fact unknown.
        facts = FACTS[envelope.question].model_validate_json(json.dumps(envelope.facts), strict=True, extra="forbid")
    except ValidationError as error:
        return None, list(_problems(error, "facts"))
    return facts, list(_timestamps(facts, envelope.facts, "facts"))


def _timestamps(shape: BaseModel, given: dict[str, Any], path: str) -> Iterator[FieldProblem]:
    # pydantic reads a string of digits as seconds since 1970: "0" would pass for a day or moment.
    for name in shape.model_fields_set:
        inside, value = f"{path}.{name}", getattr(shape, name)
        if isinstance(value, BaseModel):
            yield from _timestamps(value, given[name], inside)
        elif isinstance(value, datetime):
            if not _MOMENT.match(given[name]):
                yield problem(inside, "不是有效的日期和时间", "is no valid date and time")
        elif isinstance(value, date) and not _DAY.match(given[name]):
            yield problem(inside, "不是有效的日期（YYYY-MM-DD）", "is no valid date (YYYY-MM-DD)")
        elif isinstance(value, tuple):
            for index, each in enumerate(value):
                if isinstance(each, BaseModel):
                    yield from _timestamps(each, given[name][index], f"{inside}.{index}")


def _strange_policy(facts: Facts, product: str) -> Iterator[FieldProblem]:
    # No journey decides by another product's policy either: the insurer's answer is refused where it is read.
    if isinstance(facts, EligibilityFacts) and facts.coverage.policy.product != product:
        yield problem("facts.coverage.policy.product", "与 product 不同", f"differs from product, which is {product}")


def _effective_on(facts: Facts) -> str:
    return f"facts.{'coverage.policy.effective_on' if isinstance(facts, EligibilityFacts) else 'policy_effective_on'}"

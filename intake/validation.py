"""From a CloudEvent to a claim report: is the type known, is every field right, is the product one of ours."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from pydantic import ValidationError

from intake.cloudevents import Event
from intake.refusals import FieldProblem, RefusalKind, Refused, problem, refused
from intake.wording import field_problem
from schemas.claim import ClaimReport
from schemas.claims import REPORTS

MAX_PAPERS = 200
MAX_PROBLEMS = 50
"""How many problems one refusal lists; correcting those shows the rest."""
_DATE = re.compile(r"^\d{4}-\d\d-\d\d$")
_MAX_REFERENCE = 200
_AHEAD_MINUTES = 5
"""How far a sender's clock may be ahead of ours."""


class KnownProducts(Protocol):
    """The products intake accepts claims for, and the version of their data that a journey is pinned to."""

    @property
    def ids(self) -> Collection[str]:
        """Identifiers of all products."""

    @property
    def version(self) -> str:
        """Short digest of the products' data."""


def report(event: Event, products: KnownProducts) -> ClaimReport:
    """The claim that `event` reports; raises Refused naming each wrong field by its dotted path.

    A drug that no list has is accepted: whether it is covered is decided, with the clause, by the journey.
    """
    shape = REPORTS.get(event.attributes.type)
    if shape is None:
        known = ", ".join(REPORTS)
        found = problem("type", f"仅接受：{known}", f"only these are accepted: {known}")
        raise refused(RefusalKind.UNKNOWN_TYPE, "未知的事件类型。", "Unknown type of event.", found)
    unknown = list(_product_problems(event.data, products))
    claim, wrong = _validated(event.data, shape)
    problems = _one_a_field([*unknown, *_attribute_problems(event), *wrong])
    if claim is None or problems:
        raise _unknown_product(problems) if problems == unknown else _invalid(problems)
    return claim


def _product_problems(data: Any, products: KnownProducts) -> Iterator[FieldProblem]:  # noqa: ANN401 - whatever JSON holds
    # Asked before the shape is, which would answer a name of another form with a regular expression.
    product = data.get("product") if isinstance(data, dict) else None
    if isinstance(product, str) and product not in products.ids:
        known = ", ".join(sorted(products.ids))
        yield problem("data.product", f"未知产品；可用：{known}", f"unknown product; known are {known}")


def _attribute_problems(event: Event) -> Iterator[FieldProblem]:
    subject, time = event.attributes.subject, event.attributes.time
    number = event.data.get("claim_number") if isinstance(event.data, dict) else None
    if subject is not None and isinstance(number, str) and subject != number:
        yield problem(
            "subject", "与 data.claim_number 不同；须一致或不填", "differs from data.claim_number: correct or omit it"
        )
    if time is not None and time > datetime.now(UTC) + timedelta(minutes=_AHEAD_MINUTES):
        yield problem(
            "time", f"比当前时间晚 {_AHEAD_MINUTES} 分钟以上", f"is more than {_AHEAD_MINUTES} minutes in the future"
        )


def _validated(
    data: Any,  # noqa: ANN401 - whatever JSON holds
    shape: type[ClaimReport],
) -> tuple[ClaimReport | None, list[FieldProblem]]:
    dates = list(_date_problems(data, "data"))
    try:
        # Strict JSON mode: "30" is not 30, and yes is not true.
        claim = shape.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        return None, dates + [field_problem(part) for part in error.errors(include_url=False, include_input=False)]
    return claim, [*dates, *_limit_problems(claim)]


def _one_a_field(problems: Iterable[FieldProblem]) -> list[FieldProblem]:
    first: dict[str, FieldProblem] = {}
    for found in problems:
        first.setdefault(found.field, found)
    return list(first.values())


def _unknown_product(problems: list[FieldProblem]) -> Refused:
    return refused(RefusalKind.UNKNOWN_PRODUCT, "未知产品。", "Unknown product.", *problems)


def _invalid(problems: list[FieldProblem]) -> Refused:
    return refused(
        RefusalKind.INVALID_DATA,
        f"理赔数据有 {len(problems)} 处错误；请更正所列字段后重新发送。",
        f"The claim has {len(problems)} wrong field(s): correct those listed and send it again.",
        *problems[:MAX_PROBLEMS],
    )


def _date_problems(value: Any, path: str) -> Iterator[FieldProblem]:  # noqa: ANN401 - whatever JSON holds
    # pydantic would read a string of digits as seconds since 1970.
    if isinstance(value, list):
        for index, item in enumerate(value[: MAX_PAPERS + 1]):
            yield from _date_problems(item, f"{path}.{index}")
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, dict | list):
                yield from _date_problems(item, f"{path}.{name}")
            elif isinstance(item, str) and name.endswith(("_on", "_date")) and not _DATE.match(item):
                yield problem(f"{path}.{name}", "不是有效的日期（YYYY-MM-DD）", "is no valid date (YYYY-MM-DD)")


def _limit_problems(claim: ClaimReport) -> Iterator[FieldProblem]:
    if len(claim.papers) > MAX_PAPERS:
        yield problem("data.papers", f"至多 {MAX_PAPERS} 项", f"must have at most {MAX_PAPERS} items")
    for index, paper in enumerate(claim.papers):
        if len(paper.reference) > _MAX_REFERENCE:
            zh, en = f"至多 {_MAX_REFERENCE} 个字符", f"must have at most {_MAX_REFERENCE} characters"
            yield problem(f"data.papers.{index}.reference", zh, en)

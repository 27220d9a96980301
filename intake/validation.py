"""From a CloudEvent to a claim report: is the type known, is every field right, is the product one of ours."""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, Protocol

from pydantic import ValidationError

from intake.cloudevents import Event
from intake.refusals import FieldProblem, RefusalKind, problem, refused
from intake.wording import field_problem
from schemas.claim import DrugClaimReport

CLAIM_REPORTED = "cn.patient-journeys.claim.reported.v1"
"""The one type of event that opens a journey."""
MAX_PAPERS = 200
MAX_PROBLEMS = 50
"""How many problems one refusal lists; correcting those shows the rest."""
_DATE = re.compile(r"^\d{4}-\d\d-\d\d$")
_MAX_REFERENCE = 200


class KnownProducts(Protocol):
    """The products intake accepts claims for, and the version of their data that a journey is pinned to."""

    @property
    def ids(self) -> Collection[str]:
        """Identifiers of all products."""

    @property
    def version(self) -> str:
        """Short digest of the products' data."""


def report(event: Event, products: KnownProducts) -> DrugClaimReport:
    """The claim that `event` reports; raises Refused naming each wrong field by its dotted path.

    A drug that no list has is accepted: whether it is covered is decided, with the clause, by the journey.
    """
    if event.attributes.type != CLAIM_REPORTED:
        found = problem("type", f"仅接受 {CLAIM_REPORTED}", f"only {CLAIM_REPORTED} is accepted")
        raise refused(RefusalKind.UNKNOWN_TYPE, "未知的事件类型。", "Unknown type of event.", found)
    claim = _validate(event.data)
    if claim.product not in products.ids:
        known = ", ".join(sorted(products.ids))
        found = problem("data.product", f"未知产品；可用：{known}", f"unknown product; known are {known}")
        raise refused(RefusalKind.UNKNOWN_PRODUCT, "未知产品。", "Unknown product.", found)
    return claim


def _validate(data: Any) -> DrugClaimReport:  # noqa: ANN401 - whatever JSON holds
    claim = None
    problems = list(_date_problems(data, "data"))
    try:
        # Strict JSON mode: "30" is not 30, and yes is not true.
        claim = DrugClaimReport.model_validate_json(json.dumps(data), strict=True)
        problems += _limit_problems(claim)
    except ValidationError as error:
        known = {found.field for found in problems}
        found = (field_problem(part) for part in error.errors(include_url=False, include_input=False))
        problems += [part for part in found if part.field not in known]
    if problems or claim is None:
        raise refused(
            RefusalKind.INVALID_DATA,
            f"理赔数据有 {len(problems)} 处错误；请更正所列字段后重新发送。",
            f"The claim has {len(problems)} wrong field(s): correct those listed and send it again.",
            *problems[:MAX_PROBLEMS],
        )
    return claim


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


def _limit_problems(claim: DrugClaimReport) -> Iterator[FieldProblem]:
    if len(claim.papers) > MAX_PAPERS:
        yield problem("data.papers", f"至多 {MAX_PAPERS} 项", f"must have at most {MAX_PAPERS} items")
    for index, paper in enumerate(claim.papers):
        if len(paper.reference) > _MAX_REFERENCE:
            zh, en = f"至多 {_MAX_REFERENCE} 个字符", f"must have at most {_MAX_REFERENCE} characters"
            yield problem(f"data.papers.{index}.reference", zh, en)

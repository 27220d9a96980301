"""The context attributes of a CloudEvent (version 1.0): required ones, their forms and their limits."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.refusals import FieldProblem, RefusalKind, Refused, problem, refused
from intake.strict_json import printable

_REQUIRED = ("id", "source", "specversion", "type")
_NAME = re.compile(r"^[a-z0-9]{1,40}$")
_URI_REFERENCE = re.compile(r"^[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+$")
_RFC3339 = re.compile(r"^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$")
_JSON = re.compile(r"^application/([A-Za-z0-9.+-]+\+)?json$")
_MAX_LENGTH = 512
_YEARS = range(2000, 2200)


@dataclass(frozen=True, slots=True)
class Attributes:
    """The attributes that intake reads; extensions are checked for form and otherwise left alone."""

    id: str
    source: str
    type: str
    time: datetime | None
    subject: str | None


def check(values: Mapping[str, Any]) -> Attributes:
    """The attributes of one event; raises Refused naming every attribute that is missing or malformed.

    Absent and null mean the same. `values` must not hold `data`.
    """
    present = {name: value for name, value in values.items() if value is not None}
    problems = [_missing(name) for name in _REQUIRED if name not in present]
    problems += [found for name, value in present.items() if (found := _wrong(name, value))]
    if problems:
        raise _not_a_cloudevent(problems)
    time = _moment(present["time"]) if "time" in present else None
    return Attributes(
        id=present["id"],
        source=present["source"],
        type=present["type"],
        time=time,
        subject=present.get("subject"),
    )


def _not_a_cloudevent(problems: list[FieldProblem]) -> Refused:
    return refused(
        RefusalKind.NOT_A_CLOUDEVENT,
        "不是 CloudEvents 1.0 事件：请更正所列属性后重新发送。",
        "Not a CloudEvents 1.0 event: correct the attributes listed and send it again.",
        *problems,
    )


def _missing(name: str) -> FieldProblem:
    return problem(name, "缺少必需的属性", "required attribute is missing")


def _wrong(name: str, value: Any) -> FieldProblem | None:  # noqa: ANN401 - whatever JSON holds
    if not _NAME.match(name):
        return problem(printable(name), "属性名只能用小写字母和数字", "an attribute name is lower-case letters, digits")
    if isinstance(value, dict | list | float):
        return problem(name, "属性值须为字符串、整数或布尔值", "an attribute is a string, an integer or a boolean")
    reason = _FORMS[name](value) if name in _FORMS else None
    return problem(name, *reason) if reason else None


def _text(value: Any) -> tuple[str, str] | None:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(value, str) or not value.strip():
        return "须为非空字符串", "must be a string that is not empty"
    if len(value) > _MAX_LENGTH:
        return f"不得超过 {_MAX_LENGTH} 个字符", f"must not exceed {_MAX_LENGTH} characters"
    return None


def _uri(value: Any) -> tuple[str, str] | None:  # noqa: ANN401 - whatever JSON holds
    if wrong := _text(value):
        return wrong
    return None if _URI_REFERENCE.match(value) else ("须为 URI 引用", "must be a URI reference (RFC 3986)")


def _version(value: Any) -> tuple[str, str] | None:  # noqa: ANN401 - whatever JSON holds
    return None if value == "1.0" else ("须为 1.0", 'must be "1.0"')


def _json_type(value: Any) -> tuple[str, str] | None:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, str) and is_json(value):
        return None
    return "须为 application/json（UTF-8）", "must be application/json in UTF-8"


def _time(value: Any) -> tuple[str, str] | None:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, str) and _moment(value):
        return None
    return (
        "须为带时区的 RFC 3339 时间，例如 2026-03-02T09:30:00+08:00",
        "must be an RFC 3339 time with an offset, e.g. 2026-03-02T09:30:00+08:00",
    )


_FORMS = {
    "id": _text,
    "source": _uri,
    "specversion": _version,
    "type": _text,
    "subject": _text,
    "time": _time,
    "datacontenttype": _json_type,
    "dataschema": _uri,
}


def is_json(media_type: str) -> bool:
    """Whether a media type is JSON in UTF-8."""
    base, _, parameters = media_type.partition(";")
    charset = re.search(r"charset\s*=\s*\"?([A-Za-z0-9-]+)", parameters, re.IGNORECASE)
    return bool(_JSON.match(base.strip().lower())) and (charset is None or charset[1].lower() in {"utf-8", "us-ascii"})


def _moment(text: str) -> datetime | None:
    parts = _RFC3339.match(text)
    if not parts or int(text[:4]) not in _YEARS:
        return None
    day, clock, fraction, offset = parts.groups()
    try:
        return datetime.fromisoformat(f"{day}T{clock}{(fraction or '')[:7]}{offset.upper()}")
    except ValueError:
        return None

"""The content of a report, comparable later without a second copy of the personal data: which fields differ."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from schemas.claim import ClaimReport

_PERSONAL = "insured"


def content(report: ClaimReport, salt: bytes) -> dict[str, Any]:
    """The report in plain JSON values; each value below `insured` is a digest under `salt` (dropping it erases)."""
    # Without defaults, so that a field added to the shape later does not make old and new contents differ.
    plain = {name: _plain(value) for name, value in report.model_dump(exclude_defaults=True).items()}
    plain[_PERSONAL] = _masked(plain[_PERSONAL], salt)
    return plain


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Dotted paths at which two contents under the same salt differ, in alphabetical order."""
    left, right = dict(_leaves(one, "data")), dict(_leaves(other, "data"))
    return sorted(path for path in left.keys() | right.keys() if left.get(path) != right.get(path))


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a shape holds
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")  # 2 and 2.00 are the same quantity
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _masked(value: Any, salt: bytes) -> Any:  # noqa: ANN401 - plain JSON
    if isinstance(value, dict):
        return {name: _masked(item, salt) for name, item in value.items()}
    return hmac.new(salt, str(value).encode(), hashlib.sha256).hexdigest()[:24]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - plain JSON
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _leaves(item, f"{path}.{name}")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}.{index}")
    else:
        yield path, value

"""JSON as strict as a door needs it: one meaning only, and nothing that a database or another parser would refuse."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from intake.refusals import RefusalKind, refused

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and line ends, and lone surrogates."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_DEPTH = 32
"""Deeper than anything we take, and shallow enough for everything that walks it."""


def parse(raw: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The value of `raw` (UTF-8 JSON).

    Raises Refused for invalid UTF-8, broken JSON, a key given twice, NaN or Infinity, a number that a float cannot
    keep exactly, control characters or lone surrogates in text, and nesting too deep to read.
    """
    text = decode(raw).rstrip(" \t\r\n")
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_exact_float)
    except json.JSONDecodeError as error:
        zh, en = _place(text, error)
        _refuse(f"不是有效的 JSON（{zh}）", f"not valid JSON at {en}: {error.msg}")
    except RecursionError:
        _refuse_depth()
    except ValueError:
        _refuse("JSON 含有过长的数字", "the JSON holds a number with too many digits")
    for part in _texts(value):
        check_text(part)
    return value


def decode(raw: bytes) -> str:
    """`raw` as text; Refused unless it is UTF-8 (a byte-order mark is dropped)."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        zh, en = f"第 {error.start} 字节处不是有效的 UTF-8", f"invalid UTF-8 at byte {error.start}"
        _refuse(zh, en)


def _place(text: str, error: json.JSONDecodeError) -> tuple[str, str]:
    # One line may be one of many in a file, which knows the line's number.
    if "\n" not in text:
        return f"第 {error.colno} 列", f"column {error.colno}"
    return f"第 {error.lineno} 行第 {error.colno} 列", f"line {error.lineno}, column {error.colno}"


def _refuse_depth() -> NoReturn:
    _refuse("JSON 嵌套过深", "the JSON is nested too deeply")


def _refuse(zh: str, en: str) -> NoReturn:
    # Without the cause: the parser's own error carries the text, personal data included.
    raise refused(RefusalKind.UNREADABLE, f"无法读取：{zh}。", f"Unreadable: {en}.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        [(key, _)] = Counter(key for key, _ in pairs).most_common(1)
        twice = printable(key)
        _refuse(f"字段“{twice}”出现两次", f"the key {twice!r} is given twice in one object")
    return value


def _no_constant(name: str) -> None:
    _refuse(f"JSON 中不允许 {name}", f"{name} is not JSON")


def _exact_float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value) or not _same(repr(value), digits):
        _refuse("数字位数过多，请以字符串传送", "a number has more digits than can be kept; send it as a string")
    return value


def _same(one: str, other: str) -> bool:
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever JSON holds
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, str):
            yield item
        elif depth > _MAX_DEPTH:
            _refuse_depth()
        elif isinstance(item, dict):
            waiting += [(part, depth + 1) for part in (*item.keys(), *item.values())]
        elif isinstance(item, list):
            waiting += [(part, depth + 1) for part in item]


def check_text(text: str) -> None:
    """Refused when `text` holds what PostgreSQL cannot store as text or a terminal would act upon."""
    if found := _UNSAFE.search(text):
        surrogate = _SURROGATE.match(found[0])
        zh, en = ("不成对的代理码点", "lone surrogate") if surrogate else ("控制字符", "control character")
        code = f"U+{ord(found[0]):04X}"
        _refuse(f"文本含有{zh} {code}", f"a text holds the {en} {code}, which is not allowed")


def printable(text: str) -> str:
    """`text` cut short and without anything a log or terminal would act upon: for naming keys, never values."""
    cut = "".join(character if character.isprintable() else "�" for character in text[:60])
    return cut + ("…" if len(text) > len(cut) else "")

"""CloudEvents 1.0 as they come: structured, binary or in a batch; read into one event, or refused with a reason."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from intake import attributes, strict_json
from intake.attributes import Attributes, is_json
from intake.received import BATCH, MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_EVENT_BYTES, STRUCTURED, Received
from intake.refusals import RefusalKind, Refused, problem, refused

_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_WHITE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its attributes and its `data`, a JSON value; `document` is the whole in structured form."""

    attributes: Attributes
    data: Any = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)

    def with_data(self, data: Any) -> bytes:  # noqa: ANN401 - whatever JSON holds
        """The same event in structured form with other data."""
        rest = {name: value for name, value in self.document.items() if name != "data_base64"}
        return json.dumps(rest | {"data": data}, ensure_ascii=False).encode()


def read(received: Received) -> Event:
    """The one event that `received` holds; Refused when it is too large, of another media type or not readable."""
    if received.too_large or not received.whole:
        raise too_large(MAX_EVENT_BYTES)
    base = received.media_type.partition(";")[0].strip().lower()
    if base == STRUCTURED and is_json(received.media_type):
        return _structured(received.body)
    if received.headers and is_json(received.media_type) and not base.startswith("application/cloudevents"):
        return _binary(received)
    raise refused(
        RefusalKind.UNSUPPORTED_MEDIA_TYPE,
        f"不支持的内容类型。请使用 {STRUCTURED}、{BATCH}，或 application/json 加 ce-* 请求头，编码为 UTF-8。",
        f"Unsupported media type. Send {STRUCTURED}, {BATCH}, or application/json with ce-* headers, in UTF-8.",
    )


def too_large(limit: int) -> Refused:
    """The refusal of a message over `limit` bytes."""
    zh, en = f"事件超过 {limit} 字节的上限。", f"The event exceeds the limit of {limit} bytes."
    return refused(RefusalKind.TOO_LARGE, zh, en)


def _structured(raw: bytes) -> Event:
    document = strict_json.parse(raw)
    if not isinstance(document, dict):
        raise refused(RefusalKind.NOT_A_CLOUDEVENT, "事件须为 JSON 对象。", "An event is a JSON object.")
    context = {name: value for name, value in document.items() if name not in {"data", "data_base64"}}
    return Event(attributes.check(context), _data(document), document)


def _data(document: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever JSON holds
    if document.get("data_base64") is None:
        return document.get("data")
    found = problem(
        "data_base64", "须为 Base64 字符串，不能与 data 并存", "must be base64 text, without data beside it"
    )
    wrong = refused(RefusalKind.NOT_A_CLOUDEVENT, "事件的 data_base64 有误。", "data_base64 is wrong.", found)
    if "data" in document or not isinstance(document["data_base64"], str):
        raise wrong
    try:
        return strict_json.parse(base64.b64decode(document["data_base64"], validate=True))
    except (binascii.Error, ValueError):
        raise wrong from None


def _binary(received: Received) -> Event:
    context = {name.removeprefix("ce-"): _unescape(name, value) for name, value in received.headers.items()}
    if "datacontenttype" in context:
        found = problem("ce-datacontenttype", "请改用 Content-Type", "use Content-Type instead")
        raise refused(RefusalKind.NOT_A_CLOUDEVENT, "请求头有误。", "A header is wrong.", found)
    context["datacontenttype"] = received.media_type
    data = strict_json.parse(received.body) if received.body else None
    return Event(attributes.check(context), data, context | {"data": data})


def _unescape(name: str, value: str) -> str:
    # CloudEvents HTTP binding 3.1.3.2: first the quotes of RFC 7230, then one round of percent-decoding.
    if value.startswith('"') and value.endswith('"') and len(value) > 1:
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    try:
        if not value.isascii() or _BROKEN_PERCENT.search(value):
            raise ValueError  # noqa: TRY301 - one answer for every way of being wrong
        text = unquote_to_bytes(value).decode("utf-8")
    except ValueError:
        found = problem(name, "须为 ASCII，其他字符按 UTF-8 百分号编码", "must be ASCII, else percent-encoded UTF-8")
        raise refused(RefusalKind.NOT_A_CLOUDEVENT, "请求头有误。", "A header is wrong.", found) from None
    strict_json.check_text(text)
    return text


def split(received: Received) -> list[Received]:
    """The events of a batch, each with its own bytes, so that a broken one leaves its neighbours alone.

    Refused as a whole when it is too large, holds too many events or is not a JSON array.
    """
    if received.size > MAX_BATCH_BYTES or not received.whole:
        raise too_large(MAX_BATCH_BYTES)
    if not is_json(received.media_type):
        raise refused(RefusalKind.UNSUPPORTED_MEDIA_TYPE, "批次须为 UTF-8 编码的 JSON。", "A batch is JSON in UTF-8.")
    parts = _elements(strict_json.decode(received.body))
    if len(parts) > MAX_BATCH_EVENTS:
        zh, en = f"一批最多 {MAX_BATCH_EVENTS} 个事件。", f"A batch holds at most {MAX_BATCH_EVENTS} events."
        raise refused(RefusalKind.TOO_LARGE, zh, en)
    return [Received(part.encode("utf-8", "surrogatepass"), channel=received.channel) for part in parts]


def _elements(text: str) -> list[str]:
    decoder = json.JSONDecoder()
    position = _skip(text, 0)
    parts: list[str] = []
    expected = "["
    while text[position : position + 1] == expected:
        position = _skip(text, position + 1)
        if text[position : position + 1] == "]" and not parts:
            break
        try:
            _, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            raise _not_an_array() from None
        parts.append(text[position:end])
        position, expected = _skip(text, end), ","
    if text[position : position + 1] != "]" or _skip(text, position + 1) != len(text):
        raise _not_an_array()
    return parts


def _skip(text: str, position: int) -> int:
    while text[position : position + 1] and text[position] in _WHITE:
        position += 1
    return position


def _not_an_array() -> Refused:
    return refused(
        RefusalKind.UNREADABLE, "批次须为事件的 JSON 数组。", "A batch is a JSON array of events; this is not one."
    )

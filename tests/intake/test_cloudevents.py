"""CloudEvents read from bytes: modes, times, base64 data, batches cut into their events."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import cloudevents, strict_json
from intake.received import BATCH, STRUCTURED, Gathering, Received
from intake.refusals import RefusalKind, Refused
from tests.intake.conftest import another, raw

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["C"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcé", max_size=4), inner, max_size=3),
    max_leaves=8,
)


def test_base64_data_are_read() -> None:
    """An event may carry its JSON data as base64."""
    event = another()
    data = event.pop("data")
    read = cloudevents.read(Received(raw(event | {"data_base64": base64.b64encode(raw(data)).decode()})))
    assert read.data == data


@pytest.mark.parametrize("wrong", [7, "not base64!", "eA==é"])
def test_wrong_base64_is_refused(wrong: object) -> None:
    """What is no base64 text is refused naming data_base64."""
    event = another()
    del event["data"]
    with pytest.raises(Refused) as caught:
        cloudevents.read(Received(raw(event | {"data_base64": wrong})))
    assert caught.value.fields[0].field == "data_base64"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T09:30:00Z", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ("2026-11-20t09:30:00.123456789z", datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=UTC)),
        ("2026-11-20T09:30:00.5+08:00", datetime(2026, 11, 20, 9, 30, 0, 500000, tzinfo=timezone(timedelta(hours=8)))),
    ],
)
def test_times_of_rfc_3339(text: str, moment: datetime) -> None:
    """Every form of RFC 3339 is read; beyond microseconds digits are cut."""
    assert cloudevents.read(Received(raw(another() | {"time": text}))).attributes.time == moment


@pytest.mark.parametrize("text", ["2026-11-20T09:30:00+25:00", "2026-11-20", "20261120T093000Z", "now", ""])
def test_times_that_are_none(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(Refused) as caught:
        cloudevents.read(Received(raw(another() | {"time": text})))
    assert caught.value.fields[0].field == "time"


def test_null_attributes_are_absent_ones() -> None:
    """A sender may write null for what it does not know."""
    event = another() | {"time": None, "subject": None}
    assert cloudevents.read(Received(raw(event))).attributes.time is None


def test_quoted_header_values_are_unescaped() -> None:
    """Binary mode: quotes are taken off before one round of percent-decoding."""
    headers = {"ce-id": '"a\\"b%2541"', "ce-source": "/x", "ce-type": "t", "ce-specversion": "1.0"}
    event = cloudevents.read(Received(b"{}", "application/json", headers))
    assert event.attributes.id == 'a"b%41'


@given(st.lists(_JSON, max_size=5), st.sampled_from(["", " ", "\n\t "]))
def test_a_batch_falls_into_its_elements(values: list[object], space: str) -> None:
    """Any JSON array is cut exactly at its elements."""
    text = f"{space}[{space}" + f"{space},{space}".join(json.dumps(value) for value in values) + f"{space}]{space}"
    parts = cloudevents.split(Received(text.encode(), BATCH))
    assert [json.loads(part.body) for part in parts] == values


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    """Whatever comes is an event or a refusal, in every mode."""
    for media_type in (STRUCTURED, "application/json", "text/plain"):
        with pytest.raises(Refused):
            cloudevents.read(Received(body, media_type, {"ce-id": "x"}))


@given(_JSON)
def test_strict_json_reads_what_json_means(value: object) -> None:
    """Sound JSON reads as ever."""
    assert strict_json.parse(json.dumps(value).encode()) == value


@pytest.mark.parametrize("number", ["1.50", "0.1", "1e2", "-0.0", "123456.789"])
def test_numbers_that_a_float_keeps(number: str) -> None:
    """Ordinary decimals pass."""
    assert strict_json.parse(number.encode()) == float(number)


@pytest.mark.parametrize("number", ["0.1000000000000000055", "1e400", "1e-99999999999999999999", "12345678901234567.5"])
def test_numbers_that_a_float_does_not_keep(number: str) -> None:
    """Silent rounding is refused; a string carries such a number."""
    with pytest.raises(Refused):
        strict_json.parse(number.encode())


@pytest.mark.parametrize(
    ("body", "place"),
    [(b'{"a": }\n', "at column 7:"), (b"{\n", "at column 2:"), (b'{\n  "a": }\n', "at line 2, column 8:")],
)
def test_a_fault_of_the_json_is_placed(body: bytes, place: str) -> None:
    """A line is counted only where there are several: one line may itself be one of many in a file."""
    with pytest.raises(Refused, match=place):
        strict_json.parse(body)


def test_a_byte_order_mark_is_forgiven() -> None:
    """Files from some editors begin with one."""
    assert strict_json.parse(b"\xef\xbb\xbf{}") == {}


@given(st.lists(st.binary(min_size=1, max_size=100_000), max_size=6), st.integers(70_000, 200_000))
def test_gathering_measures_everything_and_keeps_little(pieces: list[bytes], limit: int) -> None:
    """Up to the limit a message is whole; beyond it size and checksum speak of all of it."""
    gathering = Gathering(limit)
    for piece in pieces:
        gathering.add(piece)
    whole = b"".join(pieces)
    received = gathering.received(STRUCTURED)
    assert (received.size, received.sha256) == (len(whole), Received(whole).sha256)
    assert received.whole == (len(whole) <= limit)
    assert received.body == (whole if received.whole else whole[: len(received.body)])
    assert received.whole or len(received.body) == 64 << 10


def test_too_many_events_in_a_batch() -> None:
    """A batch is bounded in number as well as in bytes."""
    with pytest.raises(Refused) as caught:
        cloudevents.split(Received(b"[" + b",".join([b"1"] * 1001) + b"]", BATCH))
    assert caught.value.kind is RefusalKind.TOO_LARGE

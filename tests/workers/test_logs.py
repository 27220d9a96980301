"""Logs: structured, one line an event, and without anybody's personal data."""

import io
import json
import logging
from typing import Any

import pytest
import structlog

from workers.logs import MASK, configure_logs
from workers.settings import Settings

pytestmark = pytest.mark.usefixtures("logs_as_before")

CARD = "110101199003070017"


def written(event: str, **fields: Any) -> dict[str, Any]:
    """What a JSON log line holds of an event."""
    stream = io.StringIO()
    configure_logs(Settings(log_format="json"), stream)
    structlog.get_logger("test").info(event, **fields)
    line: dict[str, Any] = json.loads(stream.getvalue())
    return line


def test_an_event_is_one_line_of_json_with_time_and_level() -> None:
    """Programs read time, level, logger and fields."""
    line = written("part is ready", part="worker", pid=4711)
    assert (line["event"], line["part"], line["pid"], line["level"], line["logger"]) == (
        "part is ready",
        "worker",
        4711,
        "info",
        "test",
    )
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "key", ["name", "phone", "address", "id_number", "number", "code", "authorization", "token", "webhook_secret"]
)
def test_keys_that_name_personal_data_or_secrets_are_masked(key: str) -> None:
    """The key alone decides, whatever the value looks like."""
    assert written("event", **{key: "张三"})[key] == MASK


@pytest.mark.parametrize("key", ["claim_number", "policy_number", "status_code", "temporal_address", "tracking_number"])
def test_business_identifiers_stay_readable(key: str) -> None:
    """Agents and engineers need them, and they tell nothing of the person."""
    assert written("event", **{key: "PALB-2026-0001"})[key] == "PALB-2026-0001"


@pytest.mark.parametrize(
    "text",
    [
        f"card {CARD} refused",
        "card 11010119900307001x refused",
        "call 13800138000 now",
        "call +86 138-0013-8000 now",
        "call +8613800138000 now",
        "postgresql://journeys:hunter2@127.0.0.1/journeys",
        "Authorization: Bearer abc.def",
        "signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ],
)
def test_personal_numbers_and_secrets_are_masked_inside_any_text(text: str) -> None:
    """In the event itself, in fields, and deep inside them."""
    line = written(text, detail=text, more={"list": [text]})
    for shown in (line["event"], line["detail"], line["more"]["list"][0]):
        assert MASK in shown
        assert not any(part in shown for part in (CARD, "8000", "hunter2", "abc.def", "MfKQ", "307001x"))


def test_nested_fields_are_masked_by_key() -> None:
    """A shape that was logged whole does not give the person away."""
    line = written("event", report={"insured": {"name": "张三"}, "address": {"city": "上海"}, "product": "x"})
    assert line["report"] == {"insured": MASK, "address": MASK, "product": "x"}


def test_a_number_that_is_a_phone_number_is_masked() -> None:
    """Personal data hides in integers, too; counts and sizes stay numbers."""
    line = written("event", called=13800138000, size=12345)
    assert (line["called"], line["size"]) == (MASK, 12345)


def test_tracebacks_are_masked() -> None:
    """The text of an exception is text like any other."""
    stream = io.StringIO()
    configure_logs(Settings(log_format="json"), stream)
    try:
        int(CARD + "?")
    except ValueError:
        structlog.get_logger("test").exception("failed")
    assert CARD not in stream.getvalue()
    assert f"'{MASK}?'" in json.loads(stream.getvalue())["exception"]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_other_libraries_go_through_the_same_mask(log_format: str) -> None:
    """Temporal, uvicorn and asyncpg log with the standard library."""
    stream = io.StringIO()
    configure_logs(Settings(log_format=log_format), stream)
    logging.getLogger("temporalio.worker").warning("activity failed for %s", CARD)
    assert CARD not in stream.getvalue()
    assert f"activity failed for {MASK}" in stream.getvalue()


def test_the_level_of_the_settings_holds() -> None:
    """Below it nothing is written."""
    stream = io.StringIO()
    configure_logs(Settings(log_level="warning"), stream)
    structlog.get_logger("test").info("quiet")
    assert stream.getvalue() == ""

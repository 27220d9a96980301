"""Structured logs of every process: one line per event, JSON in production, and no personal data in either form."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from workers.settings import Settings

MASK = "***"
_SECRET_KEYS = frozenset(
    {
        "address", "authorization", "birth_date", "code", "database_url", "id_document", "id_number", "insured",
        "name", "number", "password", "patient", "person", "phone", "secret", "token", "voucher_code",
    }
)  # fmt: skip
_SECRET_ENDINGS = ("_address", "_code", "_name", "_number", "_password", "_phone", "_secret", "_token")
_HARMLESS_KEYS = frozenset(
    {
        "activity_name", "claim_number", "dispensing_number", "drug_name", "error_code", "exit_code", "file_name",
        "logger_name", "mail_address", "partner_name", "policy_number", "product_name", "status_code", "task_name",
        "temporal_address", "thread_name", "tracking_number", "workflow_name",
    }
)  # fmt: skip
"""Keys that end like a secret one and hold none: business identifiers and names of our own things."""
_PERSONAL = (
    # Resident identity number, 18 characters; mobile number of mainland China, with or without the country code.
    (re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])"), MASK),
    (re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z])"), MASK),
    (re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"), MASK),
    (re.compile(r"(?i)(?<=\bbearer )\S+"), MASK),
    (re.compile(r"\bwhsec_\S+"), MASK),
)


def mask(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Processor that hides personal data and secrets: by key, and by shape inside any text. Runs last."""
    del logger, method
    return cast(
        "EventDict", {key: value if key.startswith("_") else _masked(key, value) for key, value in event.items()}
    )


def shows_somebody(text: str) -> bool:
    """Whether a text holds what looks like an identity or phone number, or a secret."""
    return _without_personal(text) != text


def configure_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's loggers (Temporal, uvicorn, asyncpg) through one masked formatter.

    Call it once, at the start of a process; `stream` is standard error unless told.
    """
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            mask,
            _renderer(settings.log_format, stream),
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for chatty in ("httpcore2", "httpx2", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _renderer(log_format: str, stream: TextIO) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)


def _masked(key: str, value: object) -> object:
    if _is_secret(key) and value not in (None, ""):
        return MASK
    if isinstance(value, str):
        return _without_personal(value)
    if isinstance(value, Mapping):
        return {inner: _masked(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked("", item) for item in value]
    shown = _without_personal(str(value))
    return value if isinstance(value, int | float | None) and shown == str(value) else shown


def _is_secret(key: str) -> bool:
    low = key.lower().replace("-", "_")
    return low in _SECRET_KEYS or (low.endswith(_SECRET_ENDINGS) and low not in _HARMLESS_KEYS)


def _without_personal(text: str) -> str:
    for pattern, replacement in _PERSONAL:
        text = pattern.sub(replacement, text)
    return text

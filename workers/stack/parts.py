"""The parts of the embedded stack: how each is started and how it shows that it is ready."""

import asyncio
import os
import signal
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg

from schemas.routing import SEARCH_ATTRIBUTES
from workers.stack.leash import leashed
from workers.stack.postgres import EmbeddedPostgres
from workers.stack.supervisor import Part

HOST = "127.0.0.1"
TEMPORAL_BINARY = Path(sysconfig.get_path("scripts")) / "temporal"
_SQLITE = ("journal_mode=WAL", "synchronous=NORMAL")
"""Survives kill -9 at any moment and is twice as fast as the default."""
_DYNAMIC = ('history.timerProcessorMaxTimeShift="10ms"',)
"""A timer fires within 0.3 s of its time, not 1 s."""
_OK = b" 200 "


_ELSEWHERE = frozenset(
    {
        "database_url", "gateway_url", "journeys_state", "key_ring", "key_ring_file", "partner_token", "partner_urls",
        "sandbox_database_url", "sandbox_url", "temporal_address", "temporal_namespace", "temporal_ui_url",
        "webhook_secret",
    }
)  # fmt: skip
"""Settings of which servers there are and with which secrets they are spoken to: the stack has its own."""


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Our own environment with `settings` in it, and without settings meant for servers elsewhere."""
    rest = {name: value for name, value in os.environ.items() if name.lower() not in _ELSEWHERE}
    return rest | {name.upper(): value for name, value in settings.items()}


def postgres_part(server: EmbeddedPostgres) -> Part:
    """The PostgreSQL server; ready when it lets us in."""

    async def ready() -> bool:
        try:
            connection = await asyncpg.connect(server.url(), timeout=5)
        except (OSError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True

    return Part(
        "postgres",
        command=server.command,
        environment=environment({}),
        prepare=server.prepare,
        ready=ready,
        stop_signal=signal.SIGINT,
        grace=20,
    )


def temporal_part(file: Path, port: int, ui_port: int, *, dynamic: Sequence[str] = (), codec: str = "") -> Part:
    """The Temporal server with its Web UI; ready when the default namespace answers.

    `dynamic` are further values of its dynamic configuration, each `name=value`; `codec` is where the Web UI has
    payloads opened.
    """
    flags = ["--db-filename", str(file), "--ip", HOST, "--port", str(port), "--ui-port", str(ui_port)]
    flags += ["--ui-disable-news-fetch", "--log-level", "warn"]
    flags += ["--ui-codec-endpoint", codec] if codec else []
    flags += [word for pragma in _SQLITE for word in ("--sqlite-pragma", pragma)]
    flags += [word for value in (*_DYNAMIC, *dynamic) for word in ("--dynamic-config-value", value)]
    flags += [word for name, kind in SEARCH_ATTRIBUTES.items() for word in ("--search-attribute", f"{name}={kind}")]

    async def ready() -> bool:
        return _OK in await _status_line(ui_port, "/api/v1/namespaces/default")

    command = [str(TEMPORAL_BINARY), "server", "start-dev", *flags]
    return Part("temporal", command=lambda: leashed(command), environment=environment({}), ready=ready)


def module_part(name: str, module: str, settings: Mapping[str, str], port: int | None = None) -> Part:
    """One of our own processes, `python -m module`; with `port`, ready when that answers over HTTP."""

    async def ready() -> bool:
        return port is None or bool(await _status_line(port, "/"))

    # -P: a folder that happens to be named like one of our packages must not shadow it.
    command = [sys.executable, "-P", "-m", module]
    return Part(name, command=lambda: leashed(command), environment=environment(settings), ready=ready)


async def _status_line(port: int, path: str) -> bytes:
    """First line of the answer to GET `path`; empty when nobody answers."""
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
            line = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return b""
    return line

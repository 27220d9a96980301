"""Servers behind a process may come up after it: it waits for them, and says so, instead of ending."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import structlog
from asyncpg import Pool, Record
from temporalio.client import Client
from temporalio.service import RPCError

from privacy.vault import Vault
from storage.away import DATABASE_AWAY, fault_of_ours
from storage.pool import open_pool
from workers.clients import connect
from workers.settings import Settings

Opened = TypeVar("Opened")

_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.2, 5.0
_TEMPORAL_AWAY = (RPCError, RuntimeError)
_log = structlog.get_logger(__name__)


class ToldToStopError(Exception):
    """The process was told to end while it waited for a server: there is nothing to finish."""


async def database(settings: Settings, stop: asyncio.Event, *, connections: int) -> "Pool[Record]":
    """A pool of at most `connections` on DATABASE_URL, once it answers; ToldToStopError when `stop` comes first."""
    url = settings.database_url.get_secret_value()
    return await _until_there("PostgreSQL", lambda: open_pool(url, max_size=connections), DATABASE_AWAY, stop)


async def temporal(settings: Settings, vault: Vault, stop: asyncio.Event) -> Client:
    """A client of TEMPORAL_ADDRESS, once it answers; ToldToStopError when `stop` comes first."""
    return await _until_there("Temporal", lambda: connect(settings, vault), _TEMPORAL_AWAY, stop)


async def _until_there(
    server: str, attempt: Callable[[], Awaitable[Opened]], away: tuple[type[Exception], ...], stop: asyncio.Event
) -> Opened:
    pause = _PAUSE_SECONDS
    while not stop.is_set():
        try:
            return await attempt()
        except away as error:
            if fault_of_ours(error):
                raise
            _log.warning("server.away", server=server, cause=type(error).__name__, seconds=pause)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await stop.wait()
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
    raise ToldToStopError

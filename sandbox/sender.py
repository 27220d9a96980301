"""Sending call-backs: out of the outbox, signed, again and again until the gateway took them or never will."""

import asyncio
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import NamedTuple

import httpx2
import orjson
import structlog
from pydantic import JsonValue

from sandbox.callbacks import OF_THERAPIES
from sandbox.completing import Happening, NotYetError, completed
from sandbox.database import load
from sandbox.desk import Desk
from sandbox.signing import signed_headers
from storage.away import DATABASE_AWAY

_QUERIES = load("callbacks")
_AT_ONCE = 16
_MOST_TRIES = 500
_MOST_EARLY_TRIES = 12
"""How often the gateway may say 409 (not possible yet): about a minute. A therapy waits for people longer."""
_CLOSED = "journey-closed"
"""Part of the problem that says that the journey takes nothing any more."""
_SHORTEST_WAIT, _LONGEST_WAIT = 0.1, 10.0
_LONGEST_REST = 5.0
_WITH_DATA = frozenset({"record_payment", "record_aid_outcome", "record_aid_collection"})
_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})

log = structlog.get_logger(__name__)


class Due(NamedTuple):
    """One call-back that is due, as the outbox has it."""

    callback_id: str
    partner: str
    journey_id: str
    type: str
    subject: str
    data: dict[str, JsonValue]
    copies: int
    state: str
    attempts: int


class Sender:
    """Runs for as long as the sandbox does; what it has not sent, the next process sends."""

    def __init__(self, desk: Desk, gateway_url: str, secret: str) -> None:
        """Send to `gateway_url`, signed with the Standard Webhooks `secret`."""
        self._desk = desk
        self._pool = desk.pool
        self._gateway = gateway_url.rstrip("/")
        self._secret = secret
        self._busy = 0
        self._http = httpx2.AsyncClient(timeout=httpx2.Timeout(10.0, connect=2.0), trust_env=False, verify=_tls())

    async def run(self) -> None:
        """Send what falls due until cancelled."""
        try:
            await self._take_up()
            async with asyncio.TaskGroup() as deliveries:
                while True:
                    self._desk.planned.clear()
                    for due in await self._claimed():
                        self._busy += 1
                        deliveries.create_task(self._delivered(due))
                    await self._rest()
        finally:
            await self._http.aclose()

    async def _take_up(self) -> None:
        with suppress(*DATABASE_AWAY):
            await self._pool.execute(_QUERIES["take_up"])

    async def _claimed(self) -> list[Due]:
        try:
            return [Due(*row) for row in await self._pool.fetch(_QUERIES["claim"], _AT_ONCE - self._busy)]
        except DATABASE_AWAY as error:
            log.warning("sandbox.database_away", error=type(error).__name__)
            return []

    async def _rest(self) -> None:
        try:
            until_due = await self._pool.fetchval(_QUERIES["next_due"])
        except DATABASE_AWAY:
            until_due = 1.0
        full = self._busy >= _AT_ONCE
        wait = _LONGEST_REST if full or until_due is None else min(max(until_due, 0.005), _LONGEST_REST)
        with suppress(TimeoutError):  # not wait_for: it forgets that it was cancelled when the event comes just then
            async with asyncio.timeout(wait):
                await self._desk.planned.wait()

    async def _delivered(self, due: Due) -> None:
        try:
            happened = due if due.state == "happened" else await self._happen(due)
            if happened.copies == 0:
                await self._pool.execute(_QUERIES["end"], due.callback_id, "unsent", None, "")
            else:
                await self._send(happened)
        except NotYetError as reason:
            await self._put_off(due, None, str(reason), _MOST_TRIES)
        except DATABASE_AWAY as error:
            # The lease runs out and it is taken up again.
            log.warning("sandbox.database_away", error=type(error).__name__)
        finally:
            self._busy -= 1
            self._desk.planned.set()

    async def _happen(self, due: Due) -> Due:
        async with self._pool.acquire() as connection, connection.transaction():
            now = Happening(due.type, due.journey_id, due.subject, due.data, self._desk.pace)
            data = await completed(connection, now)
            if due.type != "in_transit":
                data["happened_at"] = datetime.now(UTC).isoformat()
            if due.type in _QUERIES:
                stated = (data,) if due.type in _WITH_DATA else ()
                await connection.execute(_QUERIES[due.type], due.subject, *stated)
            await connection.execute(_QUERIES["happened"], due.callback_id, data)
        return due._replace(data=data)

    async def _send(self, due: Due) -> None:
        body = orjson.dumps({"type": due.type, "journey_id": due.journey_id, "data": due.data})
        status, error = None, ""
        for _ in range(due.copies):
            status, error = await self._posted(due, body)
        if status is not None and status < HTTPStatus.MULTIPLE_CHOICES:
            await self._pool.execute(_QUERIES["end"], due.callback_id, "delivered", status, "")
        elif status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _LATER:
            await self._put_off(due, status, error, _MOST_TRIES)
        elif status == HTTPStatus.CONFLICT and _CLOSED not in error:
            await self._put_off(due, status, error, _MOST_TRIES if due.type in OF_THERAPIES else _MOST_EARLY_TRIES)
        else:
            await self._give_up(due, status, error)

    async def _posted(self, due: Due, body: bytes) -> tuple[int | None, str]:
        headers = signed_headers(self._secret, due.callback_id, datetime.now(UTC), body)
        url = f"{self._gateway}/callbacks/{due.partner}"
        try:
            answer = await self._http.post(url, content=body, headers=headers | {"Content-Type": "application/json"})
        except httpx2.HTTPError as error:
            return None, type(error).__name__
        return answer.status_code, "" if answer.is_success else answer.text[:500]

    async def _put_off(self, due: Due, status: int | None, error: str, most: int) -> None:
        if due.attempts >= most:
            await self._give_up(due, status, error)
            return
        wait = min(_SHORTEST_WAIT * 2 ** min(due.attempts, 10), _LONGEST_WAIT)
        await self._pool.execute(_QUERIES["put_off"], due.callback_id, wait, status, error)

    async def _give_up(self, due: Due, status: int | None, error: str) -> None:
        log.warning("sandbox.callback_given_up", callback=due.callback_id, type=due.type, status=status)
        await self._pool.execute(_QUERIES["end"], due.callback_id, "given_up", status, error)


@cache
def _tls() -> ssl.SSLContext:
    # Reading the authorities' certificates takes long; all senders of a process can share them.
    return httpx2.create_ssl_context(trust_env=False)

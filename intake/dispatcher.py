"""The dispatcher: starts the journey of every registered claim on Temporal, whatever dies meanwhile."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass

import structlog
from asyncpg import Pool, Record
from asyncpg.pool import PoolConnectionProxy
from pydantic import ValidationError
from temporalio.client import Client

from intake.dead_letters import DeadLetters
from intake.doorbell import Doorbell
from intake.inbox import CHANNEL
from intake.received import Received
from intake.refusals import RefusalKind, refused
from intake.starter import StartRefusedError, TemporalAwayError, start
from privacy import places
from privacy.errors import PrivacyError
from privacy.vault import Vault
from schemas.claims import ANY_CLAIM
from storage.away import ACQUIRE_SECONDS, DATABASE_AWAY, fault_of_ours
from storage.queries import load

_log = structlog.get_logger(__name__)
_STORED_CLAIM = "application/vnd.patient-journeys.claim+json"


@dataclass(frozen=True, slots=True)
class Pace:
    """How the dispatcher works: rows at a time, seconds between polls, attempts and waits."""

    batch: int = 50
    poll_seconds: float = 5.0
    """Longest wait for a notification before looking anyway."""
    attempts: int = 8
    """Refused starts after which a journey becomes a dead letter."""
    backoff_seconds: float = 0.5
    backoff_seconds_max: float = 30.0

    def backoff(self, failures: int) -> float:
        """Seconds to wait after `failures` in a row: doubling, with jitter, bounded."""
        longest = min(self.backoff_seconds * 2.0 ** min(failures, 16), self.backoff_seconds_max)
        return random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, hides nothing


@dataclass(frozen=True, slots=True)
class _Attempt:
    journey_id: str
    failure: Exception | None


class Dispatcher:
    """One of any number that may run side by side; each journey is started by exactly one of them.

    A row stays locked while its journey is being started, so a dispatcher that dies leaves it to the others; the
    workflow id makes the second start of a journey a no-op.
    """

    def __init__(self, pool: "Pool[Record]", vault: Vault, client: Client, pace: Pace | None = None) -> None:
        """`pool` gives two connections; `vault` opens the claims; with a lazy `client` Temporal may be away."""
        self._pool = pool
        self._client = client
        self._pace = pace or Pace()
        self._vault = vault
        self._letters = DeadLetters(pool, vault)
        self._sql = load("intake")
        self._ring = asyncio.Event()
        self._stopping = asyncio.Event()
        self._failures = 0

    async def run(self) -> None:
        """Start journeys until `stop`; what is under way is finished first."""
        bell = asyncio.create_task(Doorbell(self._pool, CHANNEL, self._ring).listen())
        try:
            while not self._stopping.is_set():
                self._ring.clear()
                await self._rest_after(await self._drain())
        finally:
            bell.cancel()
            with suppress(asyncio.CancelledError, *DATABASE_AWAY):
                await bell

    def stop(self) -> None:
        """Let `run` return after the batch in hand."""
        self._stopping.set()
        self._ring.set()

    async def _drain(self) -> Exception | None:
        try:
            while not self._stopping.is_set() and await self._start_some():
                pass
        except (TemporalAwayError, *DATABASE_AWAY) as error:
            if fault_of_ours(error):
                raise
            return error
        return None

    async def _rest_after(self, failure: Exception | None) -> None:
        if failure is None:
            self._failures = 0
            await _wait(self._ring, self._pace.poll_seconds)
            return
        self._failures += 1
        seconds = self._pace.backoff(self._failures)
        cause = type(failure).__name__
        _log.warning("intake.dispatch_waits", cause=cause, failures=self._failures, seconds=round(seconds, 2))
        await _wait(self._stopping, seconds)

    async def _start_some(self) -> int:
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
            rows = await connection.fetch(self._sql["take_starts"], self._pace.batch)
            tried = await asyncio.gather(*(self._start(row) for row in rows))
            attempts = {row["journey_id"]: row["attempts"] for row in rows}
            await self._book(connection, tried, attempts)
        # Only now: what did start is booked even when the server went away half-way.
        for attempt in tried:
            if isinstance(attempt.failure, TemporalAwayError):
                raise attempt.failure
        return len(rows)

    async def _start(self, row: Record) -> _Attempt:
        try:
            claim = await self._vault.open(row["journey_id"], places.START, row["claim"])
            outcome = await start(self._client, ANY_CLAIM.validate_python(claim))
        except (TemporalAwayError, StartRefusedError) as error:
            return _Attempt(row["journey_id"], error)
        except PrivacyError as error:
            return _Attempt(row["journey_id"], StartRefusedError(str(error)))
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, part["loc"])) for part in error.errors(include_input=False))
            message = f"the stored claim is not valid any more: {fields}"
            return _Attempt(row["journey_id"], StartRefusedError(message))
        _log.info("intake.started", journey_id=row["journey_id"], started=outcome.value)
        return _Attempt(row["journey_id"], None)

    async def _book(
        self, connection: "PoolConnectionProxy[Record]", tried: list[_Attempt], attempts: dict[str, int]
    ) -> None:
        started = [attempt.journey_id for attempt in tried if attempt.failure is None]
        if started:
            await connection.execute(self._sql["mark_started"], started)
        for attempt in tried:
            if isinstance(attempt.failure, StartRefusedError):
                await self._book_refusal(connection, attempt.journey_id, str(attempt.failure), attempts)

    async def _book_refusal(
        self, connection: "PoolConnectionProxy[Record]", journey_id: str, why: str, attempts: dict[str, int]
    ) -> None:
        failed = attempts[journey_id] + 1
        _log.warning("intake.start_refused", journey_id=journey_id, attempts=failed, error=why)
        if failed < self._pace.attempts:
            await connection.execute(self._sql["delay_start"], journey_id, why, self._pace.backoff(failed))
            return
        await connection.execute(self._sql["fail_start"], journey_id, why)
        letter = Received(journey_id.encode(), _STORED_CLAIM, channel="dispatcher")
        refusal = refused(
            RefusalKind.CANNOT_START,
            f"旅程 {journey_id} 尝试 {failed} 次仍无法启动：{why}。排除原因后请重新发送此条。",
            f"Journey {journey_id} could not be started in {failed} attempts: {why}. Remove the cause, then resend.",
        )
        await self._letters.keep(letter, refusal, journey_id=journey_id, connection=connection)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()

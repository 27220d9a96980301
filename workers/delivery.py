"""Delivers kept actions of people that have not reached their journeys, however long that takes."""

import asyncio
from contextlib import suppress

import structlog

from console.kept import KeptAction, KeptActions
from console.problems import ProblemError

_BATCH = 20
_HIDDEN_SECONDS = 15.0
"""For so long other workers leave a claimed action alone; longer with each try."""
_PAUSE_SECONDS = 2.0
_log = structlog.get_logger(__name__)


class Delivery:
    """Several may run side by side on one database."""

    def __init__(self, kept: KeptActions) -> None:
        """Deliver what `kept` holds."""
        self._kept = kept

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; servers that are away are waited for."""
        while not stop.is_set():
            with suppress(ProblemError):  # the database is away; the doors say so
                await self.deliver_due()
            with suppress(TimeoutError):
                async with asyncio.timeout(_PAUSE_SECONDS):
                    await stop.wait()

    async def deliver_due(self) -> int:
        """Deliver one batch of what should have arrived by now; returns how many were tried."""
        due = await self._kept.claim(_BATCH, _HIDDEN_SECONDS)
        for kept in due:  # one after another: a journey gets them in the order in which they came
            await self._deliver(kept)
        return len(due)

    async def _deliver(self, kept: KeptAction) -> None:
        given = {"journey_id": kept.journey_id, "key": kept.action.key}
        try:
            await self._kept.deliver(kept)
        except ProblemError as error:
            if error.is_refusal:
                _log.warning("action.refused", reason=error.problem.detail, **given)
            else:  # a server is away, or a fault of ours: it is tried again
                _log.warning("action.not_delivered", problem=error.problem.type, **given)
        else:
            _log.info("action.delivered", **given)

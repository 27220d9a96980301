"""The alarm of a journey: it rings at the next moment that its wait names, at the price of few timers."""

import asyncio
from datetime import datetime

from temporalio import workflow


class Alarm:
    """Rings at one moment at a time.

    A timer for a later moment than the one that is set stays: the same moment may be named again by the next wait, and
    a run that ends needs to cancel none. It rings for nobody where its moment comes all the same.
    """

    def __init__(self) -> None:
        """Nothing is set."""
        self._at: datetime | None = None
        self._timers: dict[datetime, asyncio.Task[None]] = {}

    def set(self, at: datetime | None, summary: str = "") -> None:
        """Ring at `at` and at no other moment; `summary` is what the timer is for, as its history shows it."""
        for moment in [one for one in self._timers if at is None or one < at]:
            self._timers.pop(moment).cancel()
        self._at = at
        if at and at not in self._timers:
            self._timers[at] = asyncio.create_task(_until(at, summary))

    @property
    def rung(self) -> bool:
        """Whether the moment that is set has come."""
        return self._at is not None and self._timers[self._at].done()


async def _until(at: datetime, summary: str) -> None:
    if at > workflow.now():
        await workflow.sleep(at - workflow.now(), summary=summary)

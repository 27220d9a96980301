"""What a journey tells the world of itself: one write per transition, from which people read its status."""

import asyncpg
from temporalio import activity

from products.calendar import WorkingCalendar
from rules.deadlines import reckon
from schemas.deadline import Deadline, DeadlineRequest
from schemas.journey import Entered, Transition
from storage import queries

_SQL = queries.load("status")


class Transitions:
    """Writes transitions to the status read model, its timeline and its outbox."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", calendar: WorkingCalendar) -> None:
        """Write through `pool`; count working days by `calendar`."""
        self._pool = pool
        self._calendar = calendar

    @activity.defn(name="journey.enter")
    async def enter(self, transition: Transition) -> Entered:
        """Write the transition in one transaction and return the deadline of its wait, if it has a budget.

        Harmless to repeat. An older transition leaves a newer status as it is, but its timeline entries and notices
        are kept; what a workflow task wrote that history lost is replaced by the task that comes after it. Listeners
        are notified on the channels `journey_status` (payload: journey id) and `outbox`.
        """
        deadline = self._reckon(transition)
        if deadline:
            wait = transition.status.wait.model_copy(update={"deadline": deadline})
            status = transition.status.model_copy(update={"wait": wait})
            transition = transition.model_copy(update={"status": status})
        await self._pool.execute(_SQL["enter"], transition.model_dump_json())
        return Entered(deadline=deadline)

    def _reckon(self, transition: Transition) -> Deadline | None:
        if transition.budget is None:
            return None
        request = DeadlineRequest(
            budget=transition.budget,
            started_at=transition.clock_started_at or transition.status.wait.since,
            stops=transition.clock_stops,
        )
        return reckon(request, self._calendar)

"""The clock of a wait: a budget that people can stop and start again."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.deadline import Budget, ClockStop
    from schemas.people import ActorRole
    from schemas.text import Bilingual


class Clock:
    """A running budget: when it started and every stretch in which it stood still."""

    def __init__(self, budget: Budget | None, started_at: datetime) -> None:
        """Start `budget` at `started_at`; None where the document prints none."""
        self.budget = budget
        self.started_at = started_at
        self.stops: tuple[ClockStop, ...] = ()
        self.escalated_at: datetime | None = None
        """When a supervisor was told that the deadline has passed; the same deadline is told once."""

    def stop(self, by: ActorRole, why: Bilingual) -> ClockStop | None:
        """Stop the clock now; returns the open stretch, None where no budget runs."""
        if self.budget is None:
            return None
        stop = ClockStop(since=workflow.now(), by=by, why=why)
        self.stops = (*self.stops, stop)
        return stop

    def resume(self, stop: ClockStop | None) -> None:
        """End the stretch `stop`; others may still be open."""
        ended = workflow.now()
        self.stops = tuple(each.model_copy(update={"until": ended}) if each is stop else each for each in self.stops)

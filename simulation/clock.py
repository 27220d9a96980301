"""The clock of simulated journeys: the workflow's own, moved so that a journey begins on its scenario's day.

Temporal skips the time of a workflow, but starts it today. Workflow code asks one function for the time,
`temporalio.workflow.now`: in the process of a simulation it answers for simulated journeys with their own day, to the
minute, so that what happens in one moment of a scenario has one time whatever the machine takes for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from temporalio import workflow

from simulation.times import minute

_WITHIN = timedelta(seconds=1)
"""How far into its minute a simulated moment lies on Temporal's clock: a clock that is a little early stays in it."""


class MovedClock:
    """Knows by how much the clock of each simulated journey is moved."""

    def __init__(self) -> None:
        """No journey is simulated yet."""
        self._moved: dict[str, timedelta] = {}

    def start(self, journey_id: str, at: datetime) -> None:
        """The journey starts now, and for it now is `at`."""
        self._moved[journey_id] = at - datetime.now(UTC)

    def moved(self, journey_id: str) -> timedelta | None:
        """By how much the journey's clock is moved; None where it is not simulated."""
        return self._moved.get(journey_id)

    def simulated(self, journey_id: str, temporal: datetime) -> datetime:
        """The journey's own time when it is `temporal` on Temporal's clock of it."""
        return minute(temporal + self._moved[journey_id])

    def temporal(self, journey_id: str, simulated: datetime) -> datetime:
        """What Temporal's clock of the journey shows at a moment of its own."""
        return simulated - self._moved[journey_id] + _WITHIN

    @contextmanager
    def installed(self) -> Iterator[None]:
        """While open, workflow code of simulated journeys is told their own time; any other is not touched."""
        told = workflow.now

        def now() -> datetime:
            moved = self.moved(workflow.info().workflow_id)
            return told() if moved is None else minute(told() + moved).astimezone(UTC)

        workflow.now = now
        try:
            yield
        finally:
            workflow.now = told

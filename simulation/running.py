"""Many scenarios side by side, each with its outcome."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from simulation.comparing import Row, compared
from simulation.errors import OvershotError, SimulationError
from simulation.house import House
from simulation.play import play
from simulation.scenario import Scenario
from simulation.trace import ClaimTrace

_PLAYS_AT_MOST = 8
"""A play that the server spoilt is begun anew, with other claims."""


class Named(NamedTuple):
    """A scenario and the file it stands in."""

    file: Path
    scenario: Scenario


class Outcome(NamedTuple):
    """What came of a scenario."""

    file: Path
    scenario: Scenario
    rows: tuple[Row, ...]
    traces: tuple[ClaimTrace, ...]
    seconds: float
    failure: str = ""
    """Why it could not be played to its end; else empty."""

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.failure and all(row.same for row in self.rows)


async def run_one(house: House, named: Named) -> Outcome:
    """Play one scenario and compare."""
    file, scenario = named
    began = time.monotonic()
    try:
        traces = await _played(house, scenario)
    except SimulationError as error:
        return Outcome(file, scenario, (), (), time.monotonic() - began, str(error))
    return Outcome(file, scenario, compared(scenario, traces), traces, time.monotonic() - began)


async def _played(house: House, scenario: Scenario) -> tuple[ClaimTrace, ...]:
    for _ in range(_PLAYS_AT_MOST - 1):
        with suppress(OvershotError):
            return await play(house, scenario)
    return await play(house, scenario)


async def run_all(
    house: House, scenarios: Sequence[Named], *, parallel: int, done: Callable[[Outcome], None]
) -> list[Outcome]:
    """Play `scenarios`, so many at a time; `done` hears of each. Their outcomes, in the order given."""
    places = asyncio.Semaphore(parallel)

    async def one(named: Named) -> Outcome:
        async with places:
            outcome = await run_one(house, named)
        done(outcome)
        return outcome

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(named)) for named in scenarios]
    return [task.result() for task in tasks]

"""Histories and events replayed a second: `python -m bench.replay --help`.

The yardstick is the bare Replayer of the SDK in one process. Beside it, in turn: what `journeys audit replay` does,
with and without the strict comparison, in one process and in two; all of it outside Temporal's sandbox and inside.
Processes are warm when the clock starts, and the best of several rounds counts: replaying is all computing. Ratios
within one run are what matters; absolute figures are of this machine.
"""

import argparse
import asyncio
import gc
import itertools
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from audit.histories import Recorded, read_file
from audit.replaying import Replayed
from workers.build import build_id
from workers.converter import data_converter
from workers.replaying import Manner, replay_all
from workers.worker import WORKFLOWS, runner_of_production

HISTORIES = Path(__file__).parent.parent / "tests" / "histories"
_WARM = 8
"""Histories that each process replays before the clock starts."""


class Way(NamedTuple):
    """One way of replaying; `processes` 0 for the bare Replayer."""

    name: str
    processes: int = 0
    strict: bool = False


WAYS = (
    Way("SDK's Replayer"),
    Way("ours, 1 process", 1),
    Way("ours, strict, 1 process", 1, strict=True),
    Way("ours, strict, 2 processes", 2, strict=True),
)


class Round(NamedTuple):
    """What one way of replaying came to."""

    way: Way
    sandboxed: bool
    histories: float
    """A second."""
    events: float
    """A second."""


async def replayed(way: Way, histories: Sequence[Recorded], *, sandboxed: bool) -> Round:
    """Replay all of them, after some that are not counted."""
    ended = await (
        _ours(way, histories, sandboxed=sandboxed) if way.processes else _bare(histories, sandboxed=sandboxed)
    )
    warm = _WARM * max(way.processes, 1)
    took = ended[-1][0] - ended[warm - 1][0]
    counted = ended[warm:]
    return Round(way, sandboxed, len(counted) / took, sum(events for _, events in counted) / took)


async def _bare(histories: Sequence[Recorded], *, sandboxed: bool) -> list[tuple[float, int]]:
    runner = SandboxedWorkflowRunner() if sandboxed else runner_of_production()
    replayer = Replayer(
        workflows=WORKFLOWS, workflow_runner=runner, data_converter=data_converter(), build_id=build_id()
    )

    async def given() -> AsyncIterator[WorkflowHistory]:
        for each in histories:
            yield WorkflowHistory(each.workflow_id, each.history.events)

    ended = []
    async with replayer.workflow_replay_iterator(given()) as results:
        async for result in results:
            _check(str(result.replay_failure or ""))
            ended.append((time.perf_counter(), len(result.history.events)))
    return ended


async def _ours(way: Way, histories: Sequence[Recorded], *, sandboxed: bool) -> list[tuple[float, int]]:
    ended = []

    async def given() -> AsyncIterator[Recorded | Replayed]:
        for each in histories:
            yield each

    def done(told: Replayed) -> None:
        _check(told.reason or ", ".join(each.what for each in told.differences))
        ended.append((time.perf_counter(), told.events))

    await replay_all(given(), Manner(way.processes, strict=way.strict, sandboxed=sandboxed), done)
    return ended


def _check(reason: str) -> None:
    if reason:
        message = f"a history does not replay: {reason}"
        raise RuntimeError(message)


async def rounds(many: int, times: int) -> list[Round]:
    """All rounds, ways in turn."""
    files = [read_file(file) for file in sorted(HISTORIES.glob("*.json"))]
    histories = list(itertools.islice(itertools.cycle(files), many))
    gc.collect()
    gc.freeze()  # the bare Replayer runs among these histories, ours in processes that have only one at a time
    done: list[Round] = []
    for _ in range(times):
        for sandboxed in (False, True):
            for way in WAYS:
                done.append(await replayed(way, histories, sandboxed=sandboxed))
                print(f"{way.name}: {done[-1].histories:.0f} histories/s", file=sys.stderr)
    return done


def show(done: list[Round]) -> None:
    """Print the best rounds, and each way's time as a multiple of the SDK's."""
    table = Table("replayed by", "sandbox", "histories/s", "events/s", "time / SDK's", "rate / 1 process")
    for sandboxed in (False, True):
        bare, one = (_best(done, way, sandboxed=sandboxed).histories for way in (WAYS[0], WAYS[2]))
        for way in WAYS:
            rate = _best(done, way, sandboxed=sandboxed)
            beside = f"{rate.histories / one:.2f}" if way.processes > 1 else ""
            figures = (f"{rate.histories:.0f}", f"{rate.events:.0f}", f"{bare / rate.histories:.2f}", beside)
            table.add_row(way.name, "yes" if sandboxed else "no", *figures)
    Console(width=100).print(table)


def _best(done: list[Round], way: Way, *, sandboxed: bool) -> Round:
    """Whatever else the machine does only ever takes time away."""
    mine = [one for one in done if one.way == way and one.sandboxed == sandboxed]
    return max(mine, key=lambda one: one.histories)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=104, help="histories a round (default 104)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each way (default 5)")
    given = parser.parse_args()
    show(asyncio.run(rounds(given.histories, given.rounds)))


if __name__ == "__main__":
    main()

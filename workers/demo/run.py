"""`journeys demo`: a stack, the sample claims, the people played, and something to watch."""

import asyncio
import json
from collections.abc import Callable, Mapping
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rich.console import Console, RenderableType

from workers.demo.books import Counts, counted
from workers.demo.clients import Clients
from workers.demo.play import Play
from workers.demo.report import aside, tell
from workers.demo.samples import Samples
from workers.demo.standing import Standing
from workers.demo.summary import Summary, summarised
from workers.demo.table import picture
from workers.demo.watching import live, signs_of_life
from workers.logs import configure_logs
from workers.settings import Settings
from workers.stack.embedded import EmbeddedStack
from workers.stack.session import INTERRUPTED, run_with_stack, until_interrupted
from workers.stack.state import StateFolder

POLICIES = "policies.json"
_NO_PACE = 0.05
"""Seconds that a partner takes when nobody watches."""


class Wanted(NamedTuple):
    """How the demonstration is to run."""

    pace: float
    """Seconds between two people's moves; 0 is as fast as it goes."""
    as_json: bool
    exit_when_settled: bool
    timeout: float | None
    """Seconds from the beginning, the start of the stack included, after which to give up; None never does."""


class Ending(Enum):
    """Why a demonstration plays no further."""

    PLAYED = auto()
    TIMED_OUT = auto()
    INTERRUPTED = auto()


async def demonstrate(state_path: Path, wanted: Wanted) -> int:
    """Run the demonstration on `state_path`; returns 0 when all journeys settled, INTERRUPTED after Ctrl-C.

    Uses a stack that runs on that folder already, else one of its own. Raises SamplesError and what starting a stack
    raises.
    """
    state = StateFolder(state_path)
    samples = Samples(state)
    demonstration = Demonstration(samples, wanted)
    with (state.path / "logs" / "stack.log").open("a", encoding="utf-8") as log:
        # The table has the terminal to itself.
        configure_logs(Settings(journeys_state=state.path), log)
        if state.in_use():
            return await demonstration.run(Settings(journeys_state=state.path))
        state.write(POLICIES, json.dumps(samples.policies(), ensure_ascii=False))
        partners = {"sandbox_policies": str(state.path / POLICIES), "sandbox_pace": str(wanted.pace or _NO_PACE)}
        aside.print("starting Temporal, PostgreSQL, partners, workers and gateway …")
        stack = EmbeddedStack(state, sandbox=partners)
        status = await run_with_stack(stack, lambda up: demonstration.run(up.settings))
        if not demonstration.told:  # interrupted while the stack started, or once more while the books were read
            demonstration.tell(Ending.INTERRUPTED, {})
        return status


class Demonstration:
    """One demonstration; its time runs from here."""

    def __init__(self, samples: Samples, wanted: Wanted) -> None:
        """Play `samples` as `wanted`."""
        self._events = samples.events
        self._claims = samples.claims()
        self._wanted = wanted
        self._until = None if wanted.timeout is None else asyncio.get_running_loop().time() + wanted.timeout
        self._standing = Standing({}, self._claims)
        self._on_terminal = not wanted.as_json and Console().is_terminal
        self.told = False

    async def run(self, settings: Settings) -> int:
        """Play on the stack of `settings`, tell how it went and, unless told to exit, stay; returns the exit status."""
        async with Clients(settings) as clients:
            play = Play(clients, self._events, pace=self._wanted.pace)
            self._standing = Standing(play.views, self._claims)
            show = partial(picture, play, self._standing, settings)
            ending = await self._played(play, show)
            if not self._on_terminal and not self._wanted.as_json:
                Console().print(show())
            counts = await counted(settings, clients, [view.journey_id for view in play.views.values()])
        summary = self.tell(ending, counts)
        if ending is Ending.INTERRUPTED:
            return INTERRUPTED
        if ending is Ending.PLAYED and not play.last_move:
            aside.print("They had ended before: this state has been played. Another one: --state DIRECTORY.")
        if not self._wanted.exit_when_settled:
            aside.print("Everything stays up to look at; Ctrl-C ends it.")
            await until_interrupted()
        return 0 if summary.all_settled else 1

    def tell(self, ending: Ending, counts: Mapping[str, Counts]) -> Summary:
        """Say how it ended and, where it ended early, why and how to go on."""
        self.told = True
        summary = summarised(self._standing.views.values(), len(self._claims), counts)
        stopped = "interrupted" if ending is Ending.INTERRUPTED else ""
        if ending is Ending.TIMED_OUT:
            stopped = f"gave up after {self._wanted.timeout:g} s"
        tell(summary, self._standing.unsettled(), as_json=self._wanted.as_json, stopped=stopped)
        return summary

    async def _played(self, play: Play, show: Callable[[], RenderableType]) -> Ending:
        """Play to the end, or as far as time and the user allow."""
        playing = asyncio.create_task(play.run())
        try:
            async with asyncio.timeout_at(self._until):
                if self._on_terminal:
                    await live(playing, show)
                else:
                    await signs_of_life(playing, self._standing.line, aside.print)
                await playing
        except TimeoutError:
            return Ending.TIMED_OUT
        except asyncio.CancelledError:
            return Ending.INTERRUPTED
        finally:
            playing.cancel()
            await asyncio.wait({playing})
        return Ending.PLAYED

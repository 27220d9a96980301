"""`journeys demo`: a stack, the sample claims, the people played, and a table to watch."""

import asyncio
import json
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.live import Live

from workers.demo.clients import Clients
from workers.demo.play import Play
from workers.demo.samples import Samples
from workers.demo.summary import Summary, summarise
from workers.demo.table import picture
from workers.logs import configure_logs
from workers.settings import Settings
from workers.stack.embedded import EmbeddedStack
from workers.stack.session import run_with_stack, until_interrupted
from workers.stack.state import StateFolder

POLICIES = "policies.json"
_FRAME_SECONDS = 0.25
_NO_PACE = 0.05
"""Seconds that a partner takes when nobody watches."""
_aside = Console(stderr=True, highlight=False)


class Wanted(NamedTuple):
    """How the demonstration is to run."""

    pace: float
    """Seconds between two people's moves; 0 is as fast as it goes."""
    exit_when_settled: bool
    as_json: bool
    timeout: float
    """Seconds after which a demonstration that is to exit gives up."""


class NotSettledError(Exception):
    """Time ran out before every journey had ended; the message says where each stands, the logs why."""


async def demonstrate(state_path: Path, wanted: Wanted) -> int:
    """Run the demonstration on `state_path`; returns 0 when all journeys settled.

    Uses a stack that runs on that folder already, else one of its own. Raises NotSettledError, SamplesError and what
    starting a stack raises.
    """
    state = StateFolder(state_path)
    samples = Samples(state)
    with (state.path / "logs" / "stack.log").open("a", encoding="utf-8") as log:
        # The table has the terminal to itself.
        configure_logs(Settings(journeys_state=state.path), log)
        if state.in_use():
            return await Demonstration(Settings(journeys_state=state.path), samples, wanted).run()
        state.write(POLICIES, json.dumps(samples.policies(), ensure_ascii=False))
        partners = {"sandbox_policies": str(state.path / POLICIES), "sandbox_pace": str(wanted.pace or _NO_PACE)}
        _aside.print("starting Temporal, PostgreSQL, partners, workers and gateway …")
        return await run_with_stack(
            EmbeddedStack(state, sandbox=partners), lambda up: Demonstration(up.settings, samples, wanted).run()
        )


class Demonstration:
    """One demonstration on a stack that is up."""

    def __init__(self, settings: Settings, samples: Samples, wanted: Wanted) -> None:
        """Play `samples` on the stack of `settings`."""
        self._settings = settings
        self._events = samples.events
        self._claims = samples.claims()
        self._wanted = wanted

    async def run(self) -> int:
        """Play until every journey has ended, tell how it went and, unless told to exit, stay."""
        async with Clients(self._settings) as clients:
            play = Play(clients, self._events, pace=self._wanted.pace)
            await self._watched(play)
            summary = await summarise(self._settings, clients, list(play.views.values()), len(self._claims))
        self._tell(summary, played=bool(play.last_move))
        if not self._wanted.exit_when_settled:
            await until_interrupted()
        return 0 if summary.all_settled else 1

    async def _watched(self, play: Play) -> None:
        """Play to the end, showing the table meanwhile where somebody looks."""
        playing = asyncio.create_task(play.run())
        try:
            async with asyncio.timeout(self._wanted.timeout if self._wanted.exit_when_settled else None):
                if not self._wanted.as_json:
                    await self._shown(playing, play)
                await playing
        except TimeoutError:
            stands = ", ".join(f"{claim} {view.stage}/{view.wait.what}" for claim, view in sorted(play.views.items()))
            message = f"not every journey ended within {self._wanted.timeout:.0f} s ({stands or 'none started'})"
            raise NotSettledError(message) from None
        finally:
            playing.cancel()

    async def _shown(self, playing: asyncio.Task[None], play: Play) -> None:
        with Live(picture(play, self._claims, self._settings), auto_refresh=False) as live:
            while not playing.done():
                await asyncio.wait({playing}, timeout=_FRAME_SECONDS)
                live.update(picture(play, self._claims, self._settings), refresh=True)

    def _tell(self, summary: Summary, *, played: bool) -> None:
        if self._wanted.as_json:
            print(summary.model_dump_json(indent=2), flush=True)  # noqa: T201 - the output programs read
            return
        once = "each voucher, dispensing and payment exactly once" if summary.exactly_once else "NOT exactly once"
        _aside.print(f"{summary.settled} of {summary.expected} journeys settled; {once}.")
        if not played:
            _aside.print("They had ended before: this state has been played. Another one: --state DIRECTORY.")
        if not self._wanted.exit_when_settled:
            _aside.print("Everything stays up to look at; Ctrl-C ends it.")

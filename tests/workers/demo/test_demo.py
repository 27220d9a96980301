"""The main job on real parts: five claims, every process killed on the way, each settled exactly once."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import NamedTuple

import httpx2
import psutil
import pytest

from schemas.journey import Stage
from tests.serving import TRUST
from tests.workers.stack.waiting import eventually
from workers.demo.summary import Summary
from workers.settings import Settings
from workers.stack.ports import USUAL, free_port
from workers.stack.session import INTERRUPTED
from workers.stack.state import StateFolder

DEMO = [sys.executable, "-m", "workers.cli", "demo", "--exit", "--json"]
PARTS = ("worker", "temporal", "postgres", "gateway", "sandbox")


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """A fresh folder with ports that collide with nobody's."""
    folder = StateFolder(tmp_path / "state")
    folder.remember_ports({name: free_port() for name in USUAL})
    return folder


async def demo(state: StateFolder, *words: str) -> Process:
    """A demonstration that is under way."""
    return await asyncio.create_subprocess_exec(*DEMO, "--state", str(state.path), *words, stdout=PIPE, stderr=PIPE)


@pytest.mark.timeout(300)
async def test_whatever_is_killed_every_claim_settles_exactly_once(state: StateFolder) -> None:
    """Kill -9 of every part in turn, then of the supervisor; started again, it goes on and ends well."""
    first = await demo(state, "--pace", "0.5")
    await eventually(lambda: under_way(state), "journeys are under way", seconds=120)
    for part in PARTS:
        kill(state, part)
        await eventually(lambda: answers(state), "the gateway answers again", seconds=60)
    first.kill()
    await first.wait()
    status, summary, _ = await ending(await demo(state))
    assert (status, summary.settled, summary.exactly_once) == (0, 6, True)
    assert all(end.cost == end.insurer_pays + end.own_share for end in summary.journeys)


async def test_who_gives_up_or_is_interrupted_is_told_what_has_not_settled(state: StateFolder) -> None:
    """The summary is printed all the same; time that runs out is status 1, Ctrl-C 130."""
    first = await demo(state, "--pace", "2")
    await eventually(lambda: under_way(state), "journeys are under way", seconds=120)
    ended = await ending(await demo(state, "--timeout", "0.1"))
    assert (ended.status, ended.summary.all_settled, ended.summary.expected) == (1, False, 6)
    assert "gave up after 0.1 s; not settled:\n  " in ended.said
    assert first.stderr
    assert await first.stderr.readuntil(b" of 6 settled; waiting: "), "no sign of life"
    first.send_signal(signal.SIGINT)
    ended = await ending(first)
    assert (ended.status, ended.summary.all_settled, len(ended.summary.journeys) >= 3) == (INTERRUPTED, False, True)
    last = ended.said.partition("interrupted; not settled:\n")[2]
    assert last.count("\n  ") + 1 == 6 - ended.summary.settled
    for journey in ended.summary.journeys:
        assert (f"  {journey.claim_number} " in last) == (journey.stage is not Stage.COMPLETED)


async def test_interrupted_while_the_stack_starts(state: StateFolder) -> None:
    """Programs get their summary even then."""
    early = await demo(state)
    await eventually(lambda: started(state), "parts are being started", seconds=60)
    early.send_signal(signal.SIGINT)
    ended = await ending(early)
    assert (ended.status, ended.summary.settled, ended.summary.journeys) == (INTERRUPTED, 0, ())
    assert ended.said.count(" not started\n") == 6


class Ended(NamedTuple):
    """What was left of a demonstration."""

    status: int | None
    summary: Summary
    said: str


async def ending(process: Process) -> Ended:
    """Wait for a demonstration to end."""
    printed, said = await process.communicate()
    assert printed, said.decode()
    return Ended(process.returncode, Summary.model_validate_json(printed), said.decode())


async def started(state: StateFolder) -> bool:
    """Whether the first part has been started."""
    return (state.path / "pids.json").exists()


async def under_way(state: StateFolder) -> bool:
    """Whether at least three claims have become journeys."""
    return await answers(state, at_least=3)


async def answers(state: StateFolder, at_least: int = 0) -> bool:
    """Whether the gateway lists `at_least` journeys."""
    if not (state.path / "stack.toml").exists():
        return False
    try:
        async with httpx2.AsyncClient(trust_env=False, verify=TRUST) as client:
            page = await client.get(f"{Settings(journeys_state=state.path).gateway_url}/journeys")
    except httpx2.HTTPError:
        return False
    return page.is_success and len(page.json()["items"]) >= at_least


def kill(state: StateFolder, part: str) -> None:
    """Kill -9."""
    recorded = {entry["part"]: entry["pid"] for entry in json.loads((state.path / "pids.json").read_text("utf-8"))}
    if psutil.pid_exists(recorded[part]):
        os.kill(recorded[part], signal.SIGKILL)

"""The two servers of the embedded stack: killed in every way, they come back with everything they had."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import asyncpg
import psutil
import pytest
from temporalio.client import Client

from tests.workers.stack.waiting import eventually
from workers.settings import Settings
from workers.stack.embedded import EmbeddedStack
from workers.stack.ports import USUAL, free_port
from workers.stack.state import StateFolder

_UP = [sys.executable, "-m", "workers.cli", "up", "--services-only", "--state"]


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """A fresh folder with ports that collide with nobody's, below a folder closed to other users."""
    folder = StateFolder(tmp_path / "state")
    folder.remember_ports({name: free_port() for name in USUAL})
    return folder


async def test_a_killed_server_comes_back_with_its_data(state: StateFolder) -> None:
    """Kill -9 of PostgreSQL and of Temporal: each is started again on its port, and nothing committed is lost."""
    async with EmbeddedStack(state, services_only=True) as stack:
        await _write(stack.settings, "before")
        for part in ("postgres", "temporal"):
            killed = stack.supervisor.pids()[part]
            os.kill(killed, signal.SIGKILL)
            await eventually(partial(_runs_again, stack, part, killed), f"{part} runs again")
        await eventually(lambda: _reads(stack.settings, "before"), "PostgreSQL holds what was committed")
        await eventually(lambda: _has_workflow(stack.settings, "before"), "Temporal holds the workflow")
        assert {"postgres", "temporal"} <= stack.supervisor.pids().keys()


async def test_a_killed_supervisor_leaves_nothing_running_and_nothing_lost(state: StateFolder) -> None:
    """Kill -9 of the supervisor: its servers end, the next start works and finds everything."""
    with subprocess.Popen([*_UP, str(state.path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as supervisor:
        assert supervisor.stdout
        await asyncio.to_thread(supervisor.stdout.readline)
        settings = Settings(journeys_state=state.path)
        await _write(settings, "kept")
        ours = [child.pid for child in psutil.Process(supervisor.pid).children(recursive=True)]
        supervisor.kill()
    await eventually(lambda: not any(psutil.pid_exists(pid) for pid in ours), "every server has ended")
    async with EmbeddedStack(state, services_only=True) as stack:
        assert stack.settings.temporal_address == settings.temporal_address
        assert await _reads(stack.settings, "kept")
        assert await _has_workflow(stack.settings, "kept")


async def test_an_interrupt_ends_everything_within_seconds(state: StateFolder) -> None:
    """Ctrl-C ends the command with status 0 and leaves no process."""
    with subprocess.Popen([*_UP, str(state.path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as supervisor:
        assert supervisor.stdout
        await asyncio.to_thread(supervisor.stdout.readline)
        ours = [child.pid for child in psutil.Process(supervisor.pid).children(recursive=True)]
        began = time.monotonic()
        supervisor.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(supervisor.wait) == 0
    assert time.monotonic() - began < 10
    assert not any(psutil.pid_exists(pid) for pid in ours)


def _runs_again(stack: EmbeddedStack, part: str, killed: int) -> bool:
    return stack.supervisor.pids().get(part, killed) != killed


async def _write(settings: Settings, name: str) -> None:
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    await connection.execute(f"CREATE TABLE {name} ()")
    await connection.close()
    client = await Client.connect(settings.temporal_address)
    await client.start_workflow("Nobody", id=name, task_queue="nobody")


async def _reads(settings: Settings, name: str) -> bool:
    with contextlib.suppress(OSError, asyncpg.PostgresError):
        connection = await asyncpg.connect(settings.database_url.get_secret_value())
        found = await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name)
        await connection.close()
        return bool(found)
    return False


async def _has_workflow(settings: Settings, name: str) -> bool:
    with contextlib.suppress(RuntimeError):
        client = await Client.connect(settings.temporal_address)
        return (await client.get_workflow_handle(name).describe()).id == name
    return False

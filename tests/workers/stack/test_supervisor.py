"""Starting, restarting and ending parts."""

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.workers.stack.waiting import eventually
from workers.stack.leash import leashed
from workers.stack.state import StateFolder
from workers.stack.supervisor import Part, PartFailedError, Supervisor

_STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""


def _part(name: str, *command: str, grace: float = 5) -> Part:
    return Part(name, command=lambda: leashed(command), environment=dict(os.environ), grace=grace)


async def test_a_killed_part_is_started_again(tmp_path: Path) -> None:
    """Kill -9 brings a new process of the same part, recorded under its new id."""
    async with Supervisor(StateFolder(tmp_path)) as supervisor:
        await supervisor.start(_part("sleeper", "/bin/sleep", "600"))
        first = supervisor.pids()["sleeper"]
        os.kill(first, signal.SIGKILL)
        await eventually(lambda: supervisor.pids().get("sleeper", first) != first, "another sleeper runs")
        second = supervisor.pids()["sleeper"]
        await eventually(lambda: str(second) in (tmp_path / "pids.json").read_text(encoding="utf-8"), "it is recorded")
    assert not psutil.pid_exists(second)


async def test_a_part_that_cannot_run_fails_the_start_with_its_last_words(tmp_path: Path) -> None:
    """Three ends before it is ready are enough; the message holds the end of its log."""
    broken = Part(
        "broken",
        command=lambda: leashed([sys.executable, "-c", "import sys; sys.exit('no such table')"]),
        environment=dict(os.environ),
        ready=_never,
    )
    async with Supervisor(StateFolder(tmp_path)) as supervisor:
        with pytest.raises(PartFailedError, match=r"broken did not start; the end of .*broken\.log:\n(.|\n)*no such"):
            await supervisor.start(broken)


async def test_a_part_that_ignores_its_signal_is_killed_after_its_grace(tmp_path: Path) -> None:
    """Ending takes the grace, not for ever."""
    async with Supervisor(StateFolder(tmp_path)) as supervisor:
        await supervisor.start(_part("stubborn", sys.executable, "-c", _STUBBORN, grace=0.2))
        pid = supervisor.pids()["stubborn"]
        await eventually(lambda: "up" in supervisor.log_file("stubborn").read_text(encoding="utf-8"), "it ignores")
    assert not psutil.pid_exists(pid)


async def test_a_forced_end_does_not_wait(tmp_path: Path) -> None:
    """A second Ctrl-C kills what would have been waited for."""
    async with Supervisor(StateFolder(tmp_path)) as supervisor:
        await supervisor.start(_part("stubborn", sys.executable, "-c", _STUBBORN, grace=60))
        await eventually(lambda: "up" in supervisor.log_file("stubborn").read_text(encoding="utf-8"), "it ignores")
        began = time.monotonic()
        supervisor.force()
    assert time.monotonic() - began < 5


async def test_a_log_that_has_grown_is_set_aside_at_the_next_start(tmp_path: Path) -> None:
    """The old log is kept once, under .log.1."""
    supervisor = Supervisor(StateFolder(tmp_path))
    supervisor.log_file("sleeper").write_bytes(b"x" * 5_000_001)
    async with supervisor:
        await supervisor.start(_part("sleeper", "/bin/sleep", "600"))
        assert supervisor.log_file("sleeper").stat().st_size == 0
        assert supervisor.log_file("sleeper").with_suffix(".log.1").stat().st_size == 5_000_001


async def _never() -> bool:
    return False

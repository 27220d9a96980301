"""Keeps processes running: starts them in order, starts a dead one again, ends them in the opposite order."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import structlog

from workers.stack.state import StateFolder
from workers.stack.survivors import record

_ROTATE_BYTES = 5_000_000
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_STEADY_SECONDS = 30.0
"""A part that ran this long is taken to be sound again: its next restart does not wait."""
_READY_SECONDS = 60.0
_TAIL_LINES = 8
_log = structlog.get_logger("workers.stack")


class PartFailedError(Exception):
    """A part did not start; the message ends with the last lines of its log file, which it names."""


async def _at_once() -> bool:
    return True


@dataclass(frozen=True)
class Part:
    """One process of the stack: how it is started, when it is ready, how it is ended."""

    name: str
    command: Callable[[], list[str]]
    """Asked before each start."""
    environment: Mapping[str, str]
    prepare: Callable[[], None] = lambda: None
    """Cleaning up before each start; runs in a thread."""
    ready: Callable[[], Awaitable[bool]] = _at_once
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 5.0
    """Seconds between the signal and SIGKILL."""


@dataclass
class _Running:
    part: Part
    process: asyncio.subprocess.Process
    watcher: asyncio.Task[None] | None = None


class Supervisor:
    """Runs parts; use as an async context manager, which ends them all."""

    def __init__(self, state: StateFolder) -> None:
        """Log files go to `state`/logs, process ids to `state`."""
        self._state = state
        self._groups: list[list[_Running]] = []
        self._forced = False

    async def __aenter__(self) -> Self:
        """Nothing runs yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Every part has ended."""
        await self.stop()

    async def start(self, *parts: Part) -> None:
        """Start `parts` side by side and wait until each is ready; PartFailedError when one is not."""
        group: list[_Running] = []
        self._groups.append(group)
        for part in parts:
            running = _Running(part, await self._spawn(part))
            running.watcher = asyncio.create_task(self._watch(running), name=f"watch {part.name}")
            group.append(running)
        self._record()
        waits = [asyncio.create_task(self._until_ready(running)) for running in group]
        try:
            await asyncio.gather(*waits)
        finally:
            for wait in waits:
                wait.cancel()

    async def stop(self) -> None:
        """End everything, last group first, each with its signal and, after its grace, SIGKILL."""
        watchers = [running.watcher for running in self._all() if running.watcher]
        for watcher in watchers:
            watcher.cancel()
        # A watcher that is just starting its part again ends the new process before it yields to the cancellation.
        await asyncio.gather(*watchers, return_exceptions=True)
        while self._groups:
            await asyncio.gather(*(self._end(running) for running in self._groups.pop()))
        self._record()

    def force(self) -> None:
        """End everything at once with SIGKILL; what was committed is safe, the next start recovers."""
        self._forced = True
        for running in self._all():
            _signal(running.process, signal.SIGKILL)

    def pids(self) -> dict[str, int]:
        """Process id of each part that runs now."""
        return {each.part.name: each.process.pid for each in self._all() if each.process.returncode is None}

    def log_file(self, part: str) -> Path:
        """Where the output of `part` goes."""
        return self._state.path / "logs" / f"{part}.log"

    def _all(self) -> list[_Running]:
        return [running for group in self._groups for running in group]

    def _record(self) -> None:
        record(self._state, self.pids())

    async def _spawn(self, part: Part) -> asyncio.subprocess.Process:
        await asyncio.to_thread(part.prepare)
        path = self.log_file(part.name)
        if path.exists() and path.stat().st_size > _ROTATE_BYTES:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as log:
            path.chmod(0o600)
            return await asyncio.create_subprocess_exec(
                *part.command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(part.environment),
                cwd="/",
                # Ctrl-C in a terminal goes to the whole process group: the supervisor alone shall see it.
                start_new_session=True,
            )

    async def _watch(self, running: _Running) -> None:
        """Start the part again whenever it ends."""
        pause, name = _FIRST_PAUSE, running.part.name
        while True:
            began = time.monotonic()
            status = await running.process.wait()
            if time.monotonic() - began > _STEADY_SECONDS:
                pause = _FIRST_PAUSE
            _log.warning("part ended, starting it again", part=name, status=status, pause_seconds=round(pause, 1))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            try:
                running.process = await self._spawn(running.part)
            except Exception:  # noqa: BLE001 - whatever keeps it from starting may pass: the next round tries again
                _log.exception("part cannot be started", part=name)
                continue
            self._record()
            _log.info("part started again", part=name, pid=running.process.pid)

    async def _until_ready(self, running: _Running) -> None:
        """Wait for the part; one that ends three times before it is ever ready will not come."""
        deadline, ends, process = time.monotonic() + _READY_SECONDS, 0, running.process
        while not await running.part.ready():
            if running.process is not process:
                ends, process = ends + 1, running.process
            if ends > 2 or time.monotonic() > deadline:  # noqa: PLR2004 - the third end is enough
                raise PartFailedError(self._failure(running.part.name))
            await asyncio.sleep(0.05)
        _log.info("part is ready", part=running.part.name, pid=running.process.pid)

    def _failure(self, part: str) -> str:
        path = self.log_file(part)
        tail = "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:])
        return f"{part} did not start; the end of {path}:\n{tail}"

    async def _end(self, running: _Running) -> None:
        _signal(running.process, signal.SIGKILL if self._forced else running.part.stop_signal)
        try:
            async with asyncio.timeout(running.part.grace):
                await running.process.wait()
        except TimeoutError:
            _log.warning("part did not end in time", part=running.part.name, grace_seconds=running.part.grace)
            _signal(running.process, signal.SIGKILL)
            await running.process.wait()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)

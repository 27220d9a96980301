"""Replays in processes of their own: as many as wanted side by side, each killed when it does not answer in time.

`python -m workers.replaying` is one of them: it takes histories on standard input and tells on standard output.
"""

import asyncio
import os
import struct
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from pydantic import BaseModel
from temporalio.api.history.v1 import History
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from audit.histories import Recorded
from audit.replaying import Replayed, Replays, Verdict
from workers.build import build_id
from workers.converter import data_converter
from workers.leaving import leave
from workers.logs import configure_logs
from workers.settings import Settings
from workers.worker import WORKFLOWS, runner_of_production

_LENGTH = struct.Struct(">I")
_LARGEST = 256 * 2**20
"""Bytes of one frame; Temporal ends histories at 50 MB."""


class Manner(NamedTuple):
    """How histories are replayed."""

    processes: int = 1
    limit: float = 30.0
    """Seconds for one history, after which its process is killed."""
    strict: bool = False
    sandboxed: bool = False


class _Request(BaseModel):
    name: str
    workflow_id: str


class _Process:
    """One replaying process; it is started when first needed and again after it was killed."""

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        self._running: asyncio.subprocess.Process | None = None

    async def replay(self, recorded: Recorded) -> Replayed:
        """Replay one history; whatever happens to the process is told and stops nothing else."""
        try:
            async with asyncio.timeout(self._manner.limit):
                return await self._ask(recorded)
        except TimeoutError:
            reason = f"did not end within {self._manner.limit:g} s, and was killed"
        except (asyncio.IncompleteReadError, ConnectionError):
            reason = f"the replaying process ended by itself, with status {await self._status()}"
        await self.end()
        return Replayed(
            name=recorded.name,
            verdict=Verdict.NOT_REPLAYED,
            workflow_type=recorded.workflow_type,
            build=recorded.build,
            events=len(recorded.history.events),
            reason=reason,
        )

    async def _ask(self, recorded: Recorded) -> Replayed:
        running = self._running = self._running or await self._started()
        if running.stdin is None or running.stdout is None:
            message = "a replaying process without pipes"
            raise RuntimeError(message)
        asked = _Request(name=recorded.name, workflow_id=recorded.workflow_id)
        for part in (asked.model_dump_json().encode(), recorded.history.SerializeToString()):
            running.stdin.write(_LENGTH.pack(len(part)) + part)
        await running.stdin.drain()
        return Replayed.model_validate_json(await _read(running.stdout))

    async def _started(self) -> asyncio.subprocess.Process:
        flags = [name for name in ("strict", "sandboxed") if getattr(self._manner, name)]
        command = (sys.executable, "-m", "workers.replaying", *flags)
        pipe, away = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=away)

    async def _status(self) -> int | None:
        return await self._running.wait() if self._running else None

    async def end(self) -> None:
        """Kill the process, where there is one: it holds nothing that could be lost."""
        if self._running is None:
            return
        with suppress(ProcessLookupError):
            self._running.kill()
        await self._running.wait()
        self._running = None


async def replay_all(
    histories: AsyncIterator[Recorded | Replayed], manner: Manner, done: Callable[[Replayed], None]
) -> list[Replayed]:
    """Replay every history, so many at a time; `done` hears of each as it ends. In the order in which they ended.

    What could not even be read comes as what is to be told of it.
    """
    told: list[Replayed] = []
    lock = asyncio.Lock()

    async def one(process: _Process) -> None:
        while True:
            async with lock:  # an iterator serves one at a time
                recorded = await anext(histories, None)
            if recorded is None:
                return
            told.append(recorded if isinstance(recorded, Replayed) else await process.replay(recorded))
            done(told[-1])

    processes = [_Process(manner) for _ in range(manner.processes)]
    try:
        async with asyncio.TaskGroup() as group:
            for process in processes:
                group.create_task(one(process))
    finally:
        await asyncio.gather(*(process.end() for process in processes))
    return told


async def _read(stream: asyncio.StreamReader) -> bytes:
    (length,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
    if length > _LARGEST:
        message = f"a frame of {length} bytes"
        raise ConnectionError(message)
    return await stream.readexactly(length)


async def _serve(flags: Iterable[str]) -> None:
    """Replay what comes on standard input until it ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else is printed is no answer
    loop, stream = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), sys.stdin)
    runner: WorkflowRunner = SandboxedWorkflowRunner() if "sandboxed" in flags else runner_of_production()
    async with Replays(WORKFLOWS, runner, data_converter(), build_id(), strict="strict" in flags) as replays:
        with suppress(asyncio.IncompleteReadError):
            while True:
                asked = _Request.model_validate_json(await _read(stream))
                history = History.FromString(await _read(stream))
                told = await replays.replay(Recorded(asked.name, asked.workflow_id, history))
                answer = told.model_dump_json().encode()
                answers.write(_LENGTH.pack(len(answer)) + answer)
                answers.flush()


def main() -> None:
    """Replay for the process that started this one."""
    configure_logs(Settings(log_level="CRITICAL"))
    asyncio.run(_serve(sys.argv[1:]))
    leave(0)


if __name__ == "__main__":
    main()

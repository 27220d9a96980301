"""Replays in processes of their own: as many as wanted side by side, each killed when it does not answer in time.

`python -m workers.replaying` is one of them: it takes histories on standard input and tells on standard output.
"""

import asyncio
import os
import struct
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import NamedTuple, Self

from asyncpg import Pool, Record
from pydantic import BaseModel
from temporalio.api.history.v1 import History
from temporalio.converter import DataConverter
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from audit.histories import Recorded
from audit.replaying import Replayed, Replays, Verdict
from privacy.errors import KeyRingError
from privacy.payloads import WithoutKeys
from storage.pool import open_pool
from workers.build import build_id
from workers.converter import data_converter
from workers.leaving import leave
from workers.logs import configure_logs
from workers.settings import Settings
from workers.vaults import open_vault
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
    telling: bool = False
    """With the story of each: how it stood after every event."""


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
        flags = [name for name in ("strict", "sandboxed", "telling") if getattr(self._manner, name)]
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


class Replayers:
    """So many processes; whoever has a history to replay takes one that is free. An async context manager."""

    def __init__(self, manner: Manner) -> None:
        """Processes are started when they are first needed."""
        self._processes = [_Process(manner) for _ in range(manner.processes)]
        self._free = asyncio.LifoQueue[_Process]()
        for process in self._processes:
            self._free.put_nowait(process)

    async def __aenter__(self) -> Self:
        """Ready."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Kill them."""
        await asyncio.gather(*(process.end() for process in self._processes))

    async def replay(self, recorded: Recorded) -> Replayed:
        """Replay one history; whatever happens to the process is told and stops nothing else."""
        process = await self._free.get()
        try:
            return await process.replay(recorded)
        finally:
            self._free.put_nowait(process)


async def replay_all(
    histories: AsyncIterator[Recorded | Replayed], manner: Manner, done: Callable[[Replayed], None]
) -> list[Replayed]:
    """Replay every history, so many at a time; `done` hears of each as it ends. In the order in which they ended.

    What could not even be read comes as what is to be told of it.
    """
    told: list[Replayed] = []
    lock = asyncio.Lock()

    async def some(replayers: Replayers) -> None:
        while True:
            async with lock:  # an iterator serves one at a time
                recorded = await anext(histories, None)
            if recorded is None:
                return
            told.append(recorded if isinstance(recorded, Replayed) else await replayers.replay(recorded))
            done(told[-1])

    async with Replayers(manner) as replayers, asyncio.TaskGroup() as group:
        for _ in range(manner.processes):
            group.create_task(some(replayers))
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
    modes, settings = {name: name in flags for name in ("strict", "telling")}, Settings()
    async with (
        reading_converter(settings) as converter,
        Replays(WORKFLOWS, runner, converter, build_id(), **modes) as replays,
    ):
        with suppress(asyncio.IncompleteReadError):
            while True:
                asked = _Request.model_validate_json(await _read(stream))
                history = History.FromString(await _read(stream))
                told = await replays.replay(Recorded(asked.name, asked.workflow_id, history))
                answer = told.model_dump_json().encode()
                answers.write(_LENGTH.pack(len(answer)) + answer)
                answers.flush()


@asynccontextmanager
async def reading_converter(settings: Settings) -> AsyncIterator[DataConverter]:
    """With keys of its own; PostgreSQL is asked for them once a history is sealed, and not before."""
    pool = await open_pool(settings.database_url.get_secret_value(), min_size=0, max_size=1)
    try:
        yield _of(pool, settings)
    finally:
        pool.terminate()


def _of(pool: "Pool[Record]", settings: Settings) -> DataConverter:
    try:
        return data_converter(open_vault(pool, settings))
    except KeyRingError as error:
        return replace(data_converter(), payload_codec=WithoutKeys(error))


def main() -> None:
    """Replay for the process that started this one."""
    configure_logs(Settings(log_level="CRITICAL"))
    asyncio.run(_serve(sys.argv[1:]))
    leave(0)


if __name__ == "__main__":
    main()

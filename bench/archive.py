"""Runs archived and verified a second, with bytes and memory: `python -m bench.archive --help`.

Runs that nobody worked on are closed on a Temporal server (SQLite file, WAL), then archived into PostgreSQL or a
folder, looked through for gaps, and verified, all by one process. Figures are of this machine.
"""

import argparse
import asyncio
import base64
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import asyncpg
import psutil
from rich.console import Console
from rich.table import Table
from temporalio.client import Client

from audit import listing
from audit.archive.entry import StoreName
from audit.archive.gaps import Gaps
from audit.archive.register import Register
from audit.archive.verify import Verification
from bench.throughput import RING, connected, temporal
from intake.identity import journey_id
from storage.migrations import migrate
from storage.pool import SCHEMA, open_pool
from workers.archiving import exporter, open_stores
from workers.settings import Settings
from workers.stack.postgres import EmbeddedPostgres

_AT_ONCE = 50
_FAR = timedelta(days=1)
Done = TypeVar("Done")


class Step(NamedTuple):
    """One thing that was measured."""

    what: str
    runs: int
    seconds: float
    memory: int
    """The most that the process held, in MiB."""


@asynccontextmanager
async def servers() -> AsyncIterator[tuple[Client, "asyncpg.Pool[asyncpg.Record]", Path]]:
    """A Temporal server, a database and a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="journeys-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240 - before anything runs
        postgres = EmbeddedPostgres(folder / "postgres")
        postgres.start()
        connection = await asyncpg.connect(postgres.url())
        await migrate(connection, SCHEMA)
        await connection.close()
        with temporal(folder) as (address, _):
            async with await open_pool(postgres.url()) as pool:
                yield await connected(address), pool, folder
        postgres.stop()


async def closed(client: Client, many: int, size: int) -> None:
    """So many runs of this many bytes, closed and listed."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(number: int) -> None:
        async with slots:
            name = journey_id(RING, "pingan-longterm-b", f"ARCHIVE-{number:06d}")
            given = base64.b64encode(os.urandom(size * 3 // 4)).decode()
            handle = await client.start_workflow("Bench", given, id=name, task_queue="nobody", start_delay=_FAR)
            await handle.terminate()

    await asyncio.gather(*map(one, range(many)))
    while await listing.count(client, listing.closed(None)) < many:
        await asyncio.sleep(0.1)


@asynccontextmanager
async def watched() -> AsyncIterator[list[int]]:
    """The most memory that this process holds while it is watched, in MiB."""
    most, process = [0], psutil.Process()

    async def watch() -> None:
        while True:
            most[0] = max(most[0], process.memory_info().rss // 2**20)
            await asyncio.sleep(0.05)

    task = asyncio.create_task(watch())
    yield most
    task.cancel()


async def measured(many: int, size: int, store: StoreName) -> tuple[list[Step], int]:
    """Every step, and the bytes archived."""
    steps = list[Step]()
    async with servers() as (client, pool, folder):

        async def step(what: str, work: Coroutine[Any, Any, Done]) -> Done:
            began = time.perf_counter()
            async with watched() as most:
                result = await work
            steps.append(Step(what, many, time.perf_counter() - began, most[0]))
            print(f"{what}: {steps[-1].seconds:.1f} s", file=sys.stderr)
            return result

        await step("run and closed, on the server", closed(client, many, size))
        stores, register = open_stores(Settings(archive_store=store, archive_folder=str(folder)), pool), Register(pool)
        first = await step("archived", exporter(client, pool, stores).export())
        again = await step("looked at again, nothing to do", exporter(client, pool, stores).export())
        gaps = await step("gaps looked for", Gaps(client, register).look())
        verified = await step("verified", Verification(register, stores).verify(first.head))
    if (first.archived, again.archived, gaps.gaps, verified.flaws) != (many, 0, (), ()):
        message = "the archive is not whole"
        raise RuntimeError(message)
    return steps, first.bytes


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000, help="closed runs (default 10,000)")
    parser.add_argument("--size", type=int, default=20_000, help="bytes of each history (default 20,000)")
    parser.add_argument("--store", type=StoreName, default=StoreName.POSTGRES, choices=["postgres", "folder"])
    chosen = parser.parse_args()
    steps, size = asyncio.run(measured(chosen.runs, chosen.size, chosen.store))
    table = Table("step", "seconds", "runs/s", "MiB at most")
    for step in steps:
        table.add_row(step.what, f"{step.seconds:.1f}", f"{step.runs / step.seconds:.0f}", str(step.memory))
    Console().print(table, f"{size / chosen.runs / 1024:.1f} KiB a run, {size / 2**20:.0f} MiB in all")


if __name__ == "__main__":
    main()

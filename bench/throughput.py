"""Journeys per second and CPU per journey, started to settled, many at once: `python -m bench.throughput --help`.

Four variants take turns on one Temporal server (SQLite file, WAL) and one PostgreSQL: a bare workflow that only
receives the same inputs, our journey, ours with nothing sealed, and ours written straightforwardly. Partners answer
inside the worker, so the figures are of journeys. Ratios within one run are what counts; absolute figures are of this
machine.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import asyncpg
import psutil
from rich.console import Console
from rich.table import Table
from temporalio.client import Client
from temporalio.service import RPCError

from audit.cost import count
from bench.inputs import Inputs
from bench.unsealed import Unsealed
from bench.worker import BUILD, SAMPLE, UNSEALED
from intake.identity import journey_id
from privacy.key_ring import KeyRing
from privacy.vault import Vault
from schemas.drug_claim import DrugClaim, DrugClaimReport
from schemas.people import InsuredFacts
from schemas.routing import JOURNEYS_QUEUE, SEARCH_ATTRIBUTES
from storage.migrations import migrate
from storage.pool import SCHEMA, open_pool
from workers.converter import data_converter
from workers.stack.leash import leashed
from workers.stack.ports import free_port
from workers.stack.postgres import EmbeddedPostgres
from workers.stack.versions import make_current

VARIANTS = ("bare", "ours", UNSEALED, "straightforward")
RING = KeyRing.new()


class Round(NamedTuple):
    """One round of one variant: rate in journeys a second, CPU in milliseconds a journey."""

    variant: str
    rate: float
    worker_ms: float
    server_ms: float
    events: int
    actions: int
    bytes: int
    workflow_tasks: int


@contextmanager
def temporal(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Temporal server on a file, as the embedded stack runs it; gives address and process."""
    port = free_port()
    attributes = [part for name, kind in SEARCH_ATTRIBUTES.items() for part in ("--search-attribute", f"{name}={kind}")]
    command = [
        str(Path(sysconfig.get_path("scripts")) / "temporal"),
        *("server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)),
        *("--db-filename", str(folder / "temporal.db"), "--log-level", "error"),
        *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL", *attributes),
    ]
    process = subprocess.Popen(leashed(command), stdout=subprocess.DEVNULL)  # noqa: S603 - our own binary
    try:
        yield f"127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait()


async def connected(address: str) -> Client:
    """A client once the server answers."""
    for _ in range(200):
        try:
            return await Client.connect(address, data_converter=data_converter())
        except (RPCError, RuntimeError):
            await asyncio.sleep(0.1)
    message = "Temporal does not answer"
    raise RuntimeError(message)


def claim(number: int, tag: str) -> DrugClaim:
    """The sample claim under a number and policy of its own."""
    report = DrugClaimReport.model_validate(json.loads(SAMPLE.read_text(encoding="utf-8"))["data"])
    insured, claim_number = report.insured, f"BENCH-{tag}-{number:05d}"
    facts = InsuredFacts(
        ref=f"person-{'a' * 20}",
        birth_date=insured.birth_date,
        sex=insured.sex,
        citizenship=insured.citizenship,
        province=insured.address.province,
        city=insured.address.city,
    )
    fields = report.model_dump(exclude={"insured", "claim_number", "policy_number"})
    return DrugClaim(
        **fields,
        insured=facts,
        claim_number=claim_number,
        policy_number=f"P-{tag}-{number:05d}",
        journey_id=journey_id(RING, report.product, claim_number),
        reported_at=datetime.now(UTC),
    )


async def measure(client: Client, inputs: Inputs, variant: str, processes: list[psutil.Process], many: int) -> Round:
    """Run `many` journeys at once and read the CPU clocks of worker and server around them."""
    claims = [claim(number, f"{variant[:1]}{time.time_ns() % 10**9}") for number in range(many)]
    before = [_cpu(process) for process in processes]
    started = time.perf_counter()
    await asyncio.gather(*(inputs.travel(one, bare=variant == "bare") for one in claims))
    took = time.perf_counter() - started
    spent = [(_cpu(process) - cpu) * 1000 / many for process, cpu in zip(processes, before, strict=True)]
    history = await client.get_workflow_handle(claims[0].journey_id).fetch_history()
    cost = count(history.events)
    return Round(variant, many / took, spent[0], spent[1], cost.events, cost.actions, cost.bytes, cost.workflow_tasks)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


async def rounds(many: int, times: int, variants: Sequence[str]) -> list[Round]:
    """All rounds, variants in turn."""
    done: list[Round] = []
    with tempfile.TemporaryDirectory(prefix="journeys-bench-") as name:
        folder = Path(name)
        postgres = EmbeddedPostgres(folder / "postgres")
        postgres.start()
        connection = await asyncpg.connect(postgres.url())
        await migrate(connection, SCHEMA)
        await connection.close()
        with temporal(folder) as (address, server):
            client = await connected(address)
            for _ in range(times):
                for variant in variants:
                    done.append(await _round(variant, client, postgres.url(), server.pid, many))
                    print(f"{variant}: {done[-1].rate:.1f} journeys/s", file=sys.stderr)
        postgres.stop()
    return done


def speaking(client: Client, vault: Vault | None) -> Client:
    """The client, with payloads sealed by `vault`, or plain ones."""
    config = client.config()
    config["data_converter"] = data_converter(vault)
    return Client(**config)


async def _round(variant: str, client: Client, database: str, server: int, many: int) -> Round:
    command = [sys.executable, "-m", "bench.worker", variant, client.service_client.config.target_host, database]
    ring = os.environ | {"KEY_RING": RING.text()}
    worker = subprocess.Popen(leashed(command), stdout=subprocess.PIPE, env=ring)  # noqa: ASYNC220,S603 - our own
    pool = await open_pool(database, max_size=10)
    vault = Unsealed(pool, RING) if variant == UNSEALED else Vault(pool, RING)
    client = speaking(client, None if variant == UNSEALED else vault)
    try:
        if worker.stdout is None or not await asyncio.to_thread(worker.stdout.readline):
            message = f"the worker of variant {variant} did not start"
            raise RuntimeError(message)
        await make_current(client, BUILD)
        insured = claim(0, "place").insured
        inputs = Inputs(client, pool, vault, JOURNEYS_QUEUE, (insured.province, insured.city))
        await inputs.listen()
        await asyncio.gather(*(inputs.travel(claim(n, f"w{time.time_ns()}"), bare=variant == "bare") for n in range(5)))
        return await measure(client, inputs, variant, [psutil.Process(worker.pid), psutil.Process(server)], many)
    finally:
        pool.terminate()
        worker.terminate()
        await asyncio.to_thread(worker.wait)


def show(done: list[Round]) -> None:
    """Print medians and ratios."""
    table = Table(
        "variant", "journeys/s", "worker ms", "server ms", "events", "actions", "KiB", "tasks", "rate / first"
    )
    measured = list(dict.fromkeys(r.variant for r in done))
    bare = statistics.median(r.rate for r in done if r.variant == measured[0])
    for variant in measured:
        mine = [r for r in done if r.variant == variant]
        rate, worker, server = (statistics.median(values) for values in zip(*((r[1:4]) for r in mine), strict=True))
        one = mine[0]
        cells = [f"{rate:.1f}", f"{worker:.0f}", f"{server:.0f}", one.events, one.actions, one.bytes // 1024]
        table.add_row(variant, *map(str, cells), str(one.workflow_tasks), f"{rate / bare:.2f}")
    Console().print(table)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journeys", type=int, default=200, help="journeys at once (default 200)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each variant (default 3)")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=VARIANTS, help="which (default all)")
    chosen = parser.parse_args()
    show(asyncio.run(rounds(chosen.journeys, chosen.rounds, chosen.variants)))


if __name__ == "__main__":
    main()

"""Status look-up and lists at 100,000 journeys in PostgreSQL: `python -m bench.status_lookup --help`.

Starts a PostgreSQL of its own, fills it by SQL with statuses as large as real ones (several decisions with their
findings), and times the console's own reads, decoding and validation included, one after another on one connection.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.table import Table

from console.reads import Reads
from console.views import JourneyFilter
from privacy.key_ring import KeyRing
from privacy.vault import Vault
from schemas.decision import Amounts, CharityFacts, Citation, Decision, Finding, Outcome, Verdict, Versions
from schemas.journey import DecisionRecord, JourneyStatus, Money, Stage, TimelineEntry, Wait, WaitingFor
from schemas.people import ActorRole
from schemas.text import Bilingual
from storage.migrations import migrate
from storage.pool import SCHEMA, open_pool
from storage.queries import Queries
from workers.stack.postgres import EmbeddedPostgres

_SQL = Queries(Path(__file__).with_suffix(".sql"))
_SETTINGS = {"shared_buffers": "512MB", "fsync": "off", "synchronous_commit": "off", "max_wal_size": "4GB"}
_START = datetime(2026, 1, 1, tzinfo=UTC)
_FINDINGS = 12
_DECISIONS = 4
_ENTRIES = 25
_PERCENT = 100

Read = Callable[[random.Random], Awaitable[object]]


def template() -> JourneyStatus:
    """A status in the middle of its way, as large as a real one; each row is a variation of it."""
    wait = Wait(what=WaitingFor.REVIEW, on=ActorRole.PHARMACIST, since=_START)
    amounts = Amounts(
        cost=Decimal("17918.00"),
        other_compensation=Decimal("0.00"),
        ratio=Decimal("0.9"),
        insurer_pays=Decimal("16126.20"),
        own_share=Decimal("1791.80"),
        over_limit=Decimal("0.00"),
    )
    return JourneyStatus(
        journey_id="journey-" + "a" * 20,
        revision=1,
        kind="specialty_drug",
        product="pingan-longterm-b",
        claim_number="CLM-0000000",
        policy_number="POL-0000000",
        drug="可瑞达 帕博利珠单抗",
        stage=Stage.PRESCRIPTION_REVIEW,
        stage_since=_START,
        started_at=_START,
        updated_at=_START,
        wait=wait,
        money=Money(estimate=amounts, reserved=Decimal("16126.20")),
    )


def _decision(number: int) -> DecisionRecord:
    finding = Finding(
        name="waiting_period_over",
        citations=(Citation(rule="pingan-longterm-b/WAIT-1", document="保险条款", section="2.4"),),
        outcome=Outcome.MET,
        why=Bilingual(
            zh="确诊日在等待期之后，符合条款要求。", en="Diagnosed after the waiting period, as the clause asks."
        ),
        facts={"first_covered_day": "2025-06-01", "diagnosed_on": "2025-11-03"},
    )
    facts = {"citizenship": "mainland", "standing": "no_program", "policy_effective_on": "2025-03-01"}
    decision = Decision(
        question="charity_aid",
        product="pingan-longterm-b",
        verdict=Verdict.APPROVED,
        findings=(finding,) * _FINDINGS,
        facts=CharityFacts.model_validate(facts),
        versions=Versions(products="p1", rules="r1", calendar="c1"),
        at=_START,
    )
    return DecisionRecord(number=number, decision=decision)


def entry() -> TimelineEntry:
    """One line of history."""
    return TimelineEntry(
        seq=1, at=_START, kind="stage", what=Bilingual(zh="进入处方审核", en="entered prescription review")
    )


async def fill(connection: "asyncpg.Connection[asyncpg.Record]", journeys: int) -> None:
    """Write `journeys` journeys: nine of ten open, stages, products, waits, deadlines and changes spread over them."""
    await connection.execute(_SQL["fill_status"], template().model_dump_json(), journeys)
    decisions = json.dumps([_decision(number).model_dump(mode="json") for number in range(1, _DECISIONS + 1)])
    await connection.execute(_SQL["fill_decisions"], decisions)
    await connection.execute(_SQL["fill_timeline"], entry().model_dump_json(), _ENTRIES)
    await connection.execute("VACUUM ANALYZE")


def readings(reads: Reads, ids: list[str], cursors: list[str]) -> dict[str, Read]:
    """What is timed, by the name it has in the table."""

    def listing(**wanted: object) -> Read:
        chosen = JourneyFilter.model_validate(wanted)
        return lambda _dice: reads.page(chosen)

    return {
        "status with history": lambda dice: reads.view(dice.choice(ids)),
        "find by claim number": lambda dice: reads.find(f"CLM-{dice.randrange(len(ids)):07d}"),
        "list 50, last changed first": listing(),
        "list 50, page from anywhere": lambda dice: reads.page(JourneyFilter(cursor=dice.choice(cursors))),
        "list 50, soonest due first": listing(sort="due"),
        "list 50 of a stage": listing(stage="voucher"),
        "list 50 of a product and stage": listing(product="axa-excellence", stage="settlement"),
        "list 50 waiting on the pharmacist": listing(waiting_on="pharmacist"),
        "list 50 overdue": listing(overdue=True),
        "list 50 escalated (1 in 1,000)": listing(escalated=True),
        "list by claim number": lambda dice: reads.page(
            JourneyFilter(claim_number=f"CLM-{dice.randrange(len(ids)):07d}")
        ),
        "search, 1 fits": lambda dice: reads.page(JourneyFilter(q=f"pol-{dice.randrange(len(ids)):07d}")),
        "search, 1 in 10,000 fits": lambda dice: reads.page(JourneyFilter(q=f"m-{dice.randrange(len(ids)):07d}"[:-1])),
        "search, 1 in 1,000 fits": lambda dice: reads.page(JourneyFilter(q=f"m-{dice.randrange(len(ids)):07d}"[:-2])),
        "search, a drug of 1 in 64": listing(q="赫赛汀 曲妥珠"),
        "search, a drug of 1 in 32": listing(q="万珂"),
        "search, a drug of 1 in 2": listing(q="可瑞达 帕博利珠单抗"),
        "search, a drug of 1 in 2, soonest due": listing(q="可瑞达", sort="due"),
        "search, nothing fits": listing(q="nobody"),
    }


async def timed(read: Read, times: int) -> list[float]:
    """Milliseconds of each of `times` reads, after a few that warm up; the draw is the same in every run."""
    dice = random.Random(7)  # noqa: S311 - draws samples, guards nothing
    for _ in range(max(times // 10, 8)):
        await read(dice)
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        await read(dice)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


async def cursors_of(reads: Reads) -> list[str]:
    """Cursors of pages spread over the list's first fifth."""
    found: list[str] = []
    wanted = JourneyFilter(limit=200)
    for _ in range(_PERCENT):
        page = await reads.page(wanted)
        if page.next is None:
            break
        found.append(page.next)
        wanted = JourneyFilter(limit=200, cursor=page.next)
    return found


async def measure(url: str, journeys: int, times: int) -> dict[str, list[float]]:
    """Fill the database at `url` and time every reading."""
    connection = await asyncpg.connect(url)
    await migrate(connection, SCHEMA)
    start = time.perf_counter()
    await fill(connection, journeys)
    size = await connection.fetchval(_SQL["size"])
    Console(stderr=True).print(f"filled {journeys:,} journeys ({size}) in {time.perf_counter() - start:.0f} s")
    ids = [row["journey_id"] for row in await connection.fetch(_SQL["ids"])]
    await connection.close()
    pool = await open_pool(url, max_size=1)
    reads = Reads(pool, Vault(pool, KeyRing.new()))
    cursors = await cursors_of(reads)
    taken = {name: await timed(read, times) for name, read in readings(reads, ids, cursors).items()}
    await pool.close()
    return taken


def quantile(taken: list[float], percent: int) -> float:
    """The value that `percent` of a hundred are below."""
    return statistics.quantiles(taken, n=_PERCENT, method="inclusive")[percent - 1]


def table(taken: dict[str, list[float]], journeys: int) -> Table:
    """The figures, in milliseconds."""
    shown = Table(title=f"Status reads at {journeys:,} journeys, milliseconds", title_justify="left")
    for heading in ("read", "p50", "p99"):
        shown.add_column(heading, justify="left" if heading == "read" else "right")
    for name, values in taken.items():
        shown.add_row(name, f"{quantile(values, 50):.2f}", f"{quantile(values, 99):.2f}")
    return shown


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--journeys", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=300, help="reads of each kind")
    parser.add_argument("--json", action="store_true", help="print for programs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="journeys-bench-") as folder:
        Path(folder).chmod(0o755)  # the server may run as another user
        server = EmbeddedPostgres(Path(folder) / "postgres", settings=_SETTINGS)
        server.start()
        try:
            taken = asyncio.run(measure(server.url(), given.journeys, given.times))
        finally:
            server.stop()
    if given.json:
        print(
            json.dumps({name: {"p50": quantile(all_, 50), "p99": quantile(all_, 99)} for name, all_ in taken.items()})
        )
    else:
        Console().print(table(taken, given.journeys))


if __name__ == "__main__":
    main()

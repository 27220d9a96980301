"""The index of the free-text search: what it finds, that it is asked, and how it comes into a database in use."""

import random
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from storage.migrations import FOLDER, migrate
from storage.pool import SCHEMA
from storage.queries import load
from workers.stack.postgres import EmbeddedPostgres

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Database: TypeAlias = "Pool | Connection"
SEARCH = load("console")["search"]
ALL = 1000
NEW = """
    INSERT INTO journey_status (
        journey_id, revision, kind, product, claim_number, policy_number, drug, stage, stage_since, waiting_for,
        overdue, escalated, started_at, updated_at, status
    )
    SELECT
        id, 1, 'specialty_drug', 'some-product', claim, policy, drug, 'voucher', now(), 'booking', FALSE, FALSE, now(),
        now(), '{}'
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS journey (id, claim, policy, drug)
"""
JOURNEYS = [
    ("journey-abcdefghijklmnopqrst", "PALB-2026-0001", "POL_77%1", "可瑞达 帕博利珠单抗注射液"),
    ("journey-bcdefghijklmnopqrstu", "axa/2026/17", "P 88", "万珂 硼替佐米"),
    ("journey-cdefghijklmnopqrstuv", "PALB-2026-0002", "POL'9\\3", "Keytruda 𠮷"),
]


@pytest.fixture
async def journeys(pool: Pool) -> Pool:
    """A database with three journeys."""
    await add(pool, JOURNEYS)
    return pool


@pytest.fixture
async def owner(postgres: EmbeddedPostgres) -> AsyncIterator[Connection]:
    """A connection of somebody who owns their database and may do nothing else on the server."""
    admin = await asyncpg.connect(postgres.url())
    await admin.execute("CREATE ROLE plain LOGIN PASSWORD 'plain'")
    await admin.execute("CREATE DATABASE plain OWNER plain")
    opened = await asyncpg.connect(postgres.url("plain"), user="plain", password="plain")  # noqa: S106 - a test's own
    yield opened
    await opened.close()
    await admin.execute("DROP DATABASE plain")
    await admin.execute("DROP ROLE plain")
    await admin.close()


async def add(database: Database, journeys: list[tuple[str, str, str, str]]) -> None:
    await database.execute(NEW, *map(list, zip(*journeys, strict=True)))


async def found(database: Database, text: str, limit: int = ALL) -> list[int]:
    """Places in JOURNEYS of those that `text` finds."""
    ids = {row["journey_id"] for row in await database.fetch(SEARCH, text, limit)}
    return [place for place, journey in enumerate(JOURNEYS) if journey[0] in ids]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("帕博利珠", [0]),
        ("单抗注射液", [0]),
        ("万珂", [1]),
        ("珂", [1]),
        ("𠮷", [2]),
        ("达珂", []),
        ("KEYTRUDA", [2]),
        ("palb-2026", [0, 2]),
        ("26-0002", [2]),
        ("/17", [1]),
        ("1", [0, 1]),
        ("journey-cd", [2]),
        ("efghijklmnopqrst", [0, 1, 2]),
        ("journey-abcdefghijklmnopqrstu", []),
        ("26-0003", []),
        ("l_7", [0]),
        ("%", [0]),
        ("_", [0]),
        ("'", [2]),
        ("\\", [2]),
        ("p 8", [1]),
        (" ", [0, 1, 2]),
        ("癌", []),
    ],
)
async def test_part_of_a_number_a_drug_or_an_id_is_found(journeys: Pool, text: str, places: list[int]) -> None:
    """In any case, of any length, Chinese or not; what means something in SQL patterns means itself."""
    assert await found(journeys, text) == places


async def test_every_part_of_what_is_searched_is_found_and_nothing_else(journeys: Pool) -> None:
    """The index and looking at each journey agree, for parts of all lengths and for parts that are spoilt."""
    words = [f"{claim} {policy} {drug} {journey_id}".lower() for journey_id, claim, policy, drug in JOURNEYS]
    dice = random.Random(5)  # noqa: S311 - a repeatable test, no secret
    for _ in range(200):
        chosen = dice.choice(words)
        start = dice.randrange(len(chosen))
        part = chosen[start : start + dice.randint(1, 12)]
        spoilt = part[:-1] + dice.choice("x可0")
        for text in (part, spoilt):
            assert await found(journeys, text) == [place for place, whole in enumerate(words) if text in whole], text


async def test_no_more_than_asked_for_are_given(journeys: Pool) -> None:
    """Where many fit, whoever asks learns that they are many."""
    assert len(await found(journeys, "palb", limit=1)) == 1


async def test_a_journey_is_found_by_its_new_drug_and_no_more_by_the_old(journeys: Pool) -> None:
    """Authorization names the drug as the product's list does."""
    await journeys.execute("UPDATE journey_status SET drug = '泰圣奇 贝伐珠单抗' WHERE claim_number = 'axa/2026/17'")
    assert (await found(journeys, "万珂"), await found(journeys, "泰圣奇")) == ([], [1])


async def test_a_transition_that_keeps_the_drug_leaves_the_index_alone(journeys: Pool) -> None:
    """Statuses change often, what is searched does not."""
    before = await journeys.fetch("SELECT journey_id, xmin FROM journey_words")
    await journeys.execute("UPDATE journey_status SET revision = revision + 1, drug = drug, stage = 'settlement'")
    assert await journeys.fetch("SELECT journey_id, xmin FROM journey_words") == before


async def test_a_search_reads_the_index(pool: Pool) -> None:
    """Not every journey is looked at, whether much or little fits."""
    await add(pool, [(f"journey-{n}", f"CLM-{n}", f"POL-{n}", "可瑞达 帕博利珠单抗") for n in range(3000)])
    async with pool.acquire() as connection:
        await connection.execute("ANALYZE journey_words")
        for text in ("clm-2999", "可瑞达"):
            plan = [row[0] for row in await connection.fetch(f"EXPLAIN {SEARCH}", text, ALL)]
            assert any("Bitmap Index Scan on journey_words_runs" in line for line in plan), plan


async def test_the_index_knows_journeys_that_were_there_before_it(owner: Connection, tmp_path: Path) -> None:
    """A database in use is brought up to this release by whoever owns it, without rights on the server."""
    for number in range(1, 5):
        shutil.copy(next(FOLDER.glob(f"{number:04d}_*.sql")), tmp_path)
    await migrate(owner, SCHEMA, tmp_path)
    await add(owner, JOURNEYS)
    await migrate(owner, SCHEMA)
    assert await found(owner, "帕博利珠") == [0]
    assert await found(owner, "26-000") == [0, 2]

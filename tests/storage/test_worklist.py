"""The columns and indexes of the worklist: kept by the database itself, whoever writes, and asked by the list."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from storage.migrations import FOLDER, migrate
from storage.pool import SCHEMA, open_pool
from storage.queries import load
from tests.console import samples

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
LIST = load("console")["list"]
MISSING = "SELECT claim_number, missing FROM journey_status ORDER BY claim_number"
_WRITTEN_BEFORE = """
    INSERT INTO journey_status
    SELECT (jsonb_populate_record(NULL::journey_status, flat || '{"waiting_for": "review", "overdue": false,
    "escalated": false}' || jsonb_build_object('status', flat))).*
    FROM (SELECT $1::text::jsonb AS flat) AS given
"""
"""As the release before would write it: what matters here are the keys and the status."""
_FILTERS, _PAGE = [None] * 13, [None, "", "updated", 51]
_KIND = 10


@pytest.fixture
async def before(database: str, tmp_path: Path) -> AsyncIterator[Pool]:
    """A database of the release before, with a journey that lacks a paper and one that does not."""
    for file in FOLDER.glob("000[1-7]_*.sql"):
        shutil.copy(file, tmp_path)
    connection = await asyncpg.connect(database)
    await connection.execute(f'DROP SCHEMA "{SCHEMA}" CASCADE')
    await migrate(connection, SCHEMA, tmp_path)
    await connection.close()
    async with await open_pool(database) as pool:
        for status in (samples.status(1), samples.status(2, papers_due=())):
            await pool.execute(_WRITTEN_BEFORE, status.model_dump_json())
        yield pool


async def missing(pool: Pool) -> dict[str, list[str] | None]:
    return {row["claim_number"]: row["missing"] for row in await pool.fetch(MISSING)}


async def test_a_database_in_use_learns_what_is_missing(before: Pool, database: str) -> None:
    """Journeys that were there before the column have it filled."""
    connection = await asyncpg.connect(database)
    await migrate(connection, SCHEMA)
    await connection.close()
    assert await missing(before) == {"CLM-000001": ["gene_test_report"], "CLM-000002": None}


async def test_a_status_from_before_there_were_papers_lacks_none(pool: Pool) -> None:
    """A status without the field is no error."""
    assert await pool.fetchval("SELECT missing_papers('{}')") is None


@pytest.mark.parametrize("kind", ["any", "invoice"])
async def test_few_that_lack_a_paper_are_read_off_an_index(pool: Pool, kind: str) -> None:
    """Not every journey is looked at."""
    await samples.write_all(pool, samples.status(1))
    await pool.execute(
        "INSERT INTO journey_status SELECT (jsonb_populate_record(journey_status, jsonb_build_object('journey_id',"
        " 'journey-' || n, 'missing', NULL))).* FROM journey_status,"
        " generate_series(1, 3000) AS n"
    )
    await pool.execute("ANALYZE journey_status")
    wanted = list(_FILTERS)
    wanted[_KIND] = kind  # type: ignore[call-overload]  # as asyncpg takes them
    plan = [row[0] for row in await pool.fetch(f"EXPLAIN {LIST}", *wanted, *_PAGE)]
    assert any("journey_status_missing" in line for line in plan), plan

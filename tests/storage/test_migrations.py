"""Migrations: applied once each, in order, by however many start at once, and never edited afterwards."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from storage.migrations import FOLDER, MigrationError, migrate


@pytest.fixture
async def connection(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection of the test's own."""
    opened = await asyncpg.connect(database)
    yield opened
    await opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations, the second of which needs the first."""
    (tmp_path / "0001_table.sql").write_text("CREATE TABLE thing (a int);", encoding="utf-8")
    (tmp_path / "0002_column.sql").write_text("ALTER TABLE thing ADD COLUMN b int;", encoding="utf-8")
    return tmp_path


async def test_files_are_applied_in_order_and_once(
    connection: "asyncpg.Connection[asyncpg.Record]", folder: Path
) -> None:
    """A second run finds nothing to do."""
    assert await migrate(connection, "other", folder) == ["0001_table.sql", "0002_column.sql"]
    assert await migrate(connection, "other", folder) == []
    assert await connection.fetchval("SELECT count(*) FROM other.migration") == 2


async def test_two_migrators_at_once_apply_each_file_once(database: str, folder: Path) -> None:
    """The second waits for the first and then has nothing left."""
    both = [await asyncpg.connect(database) for _ in range(2)]
    applied = await asyncio.gather(*(migrate(one, "other", folder) for one in both))
    assert sorted(applied, key=len) == [[], ["0001_table.sql", "0002_column.sql"]]
    for one in both:
        await one.close()


async def test_an_edited_migration_is_refused(connection: "asyncpg.Connection[asyncpg.Record]", folder: Path) -> None:
    """What a database has taken may not change under it."""
    await migrate(connection, "other", folder)
    (folder / "0001_table.sql").write_text("CREATE TABLE thing (a bigint);", encoding="utf-8")
    with pytest.raises(MigrationError, match=r"0001_table\.sql: edited after it was applied"):
        await migrate(connection, "other", folder)


async def test_a_missing_migration_is_refused(connection: "asyncpg.Connection[asyncpg.Record]", folder: Path) -> None:
    """An applied file that is gone means older code on a newer database."""
    await migrate(connection, "other", folder)
    (folder / "0002_column.sql").unlink()
    with pytest.raises(MigrationError, match=r"0002_column\.sql"):
        await migrate(connection, "other", folder)


async def test_a_misnamed_migration_is_refused(connection: "asyncpg.Connection[asyncpg.Record]", folder: Path) -> None:
    """Order comes from the number in the name."""
    (folder / "later.sql").write_text("SELECT 1;", encoding="utf-8")
    with pytest.raises(MigrationError, match="NNNN_words"):
        await migrate(connection, "other", folder)


async def test_a_failing_migration_leaves_nothing_behind(
    connection: "asyncpg.Connection[asyncpg.Record]", folder: Path
) -> None:
    """Each file is one transaction; those before it stay applied, and a corrected file is taken."""
    broken = folder / "0003_broken.sql"
    broken.write_text("CREATE TABLE half (a int); SELECT nonsense;", encoding="utf-8")
    with pytest.raises(asyncpg.UndefinedColumnError):
        await migrate(connection, "other", folder)
    assert await connection.fetchval("SELECT to_regclass('other.half')") is None
    broken.write_text("CREATE TABLE half (a int);", encoding="utf-8")
    assert await migrate(connection, "other", folder) == ["0003_broken.sql"]


def test_our_own_migrations_have_a_number_each() -> None:
    """Two files of one number would be applied in an order nobody chose."""
    numbers = [path.name[:4] for path in FOLDER.glob("*.sql")]
    assert len(numbers) == len(set(numbers))

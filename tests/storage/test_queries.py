"""Named queries: how .sql files are read, and that every statement of the project suits the migrated schema."""

from pathlib import Path

import asyncpg
import pytest

from storage.migrations import migrate
from storage.queries import Queries, load

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("storage/queries/*.sql"), *ROOT.glob("sandbox/queries/*.sql")])


def written(folder: Path, text: str) -> Path:
    path = folder / "some.sql"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_a_mapping_of_named_statements(tmp_path: Path) -> None:
    """Names come in file order, each with its description and statement."""
    queries = Queries(
        written(tmp_path, "-- About.\n\n-- name: one\n-- Gives 1.\nSELECT 1;\n\n-- name: two\nSELECT 2;\n")
    )
    assert list(queries) == ["one", "two"]
    assert len(queries) == 2
    assert queries["one"] == "-- Gives 1.\nSELECT 1;"


def test_a_name_given_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    """The second of two statements of one name is pointed at."""
    path = written(tmp_path, "-- name: one\nSELECT 1;\n-- name: one\nSELECT 2;\n")
    with pytest.raises(ValueError, match=r"some\.sql:3: query one is defined twice"):
        Queries(path)


def test_sql_without_a_name_is_refused_with_its_line(tmp_path: Path) -> None:
    """A statement before the first header cannot be loaded by anyone, so it is a mistake."""
    with pytest.raises(ValueError, match=r"some\.sql:2: SQL before"):
        Queries(written(tmp_path, "-- About.\nSELECT 1;\n"))


def test_an_unknown_name_is_a_key_error() -> None:
    """Asking for a statement that the file does not hold fails at once."""
    with pytest.raises(KeyError):
        load("ledger")["no_such_query"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
async def test_every_statement_can_be_prepared(path: Path, database: str) -> None:
    """Each statement is described, and PostgreSQL finds its tables, columns and types."""
    part = path.parts[-3]
    schema = {"storage": "journeys", "sandbox": "sandbox"}[part]
    connection = await asyncpg.connect(database)
    await migrate(connection, schema, ROOT / part / "migrations")
    queries = Queries(path)
    for name in queries:
        assert queries[name].startswith("-- "), f"{path.name}: {name} needs a line of description"
        await connection.prepare(queries[name])
    await connection.close()

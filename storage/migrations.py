"""Forward-only migrations: numbered .sql files applied once each, in order, under an advisory lock."""

import hashlib
import re
from pathlib import Path

import asyncpg

FOLDER = Path(__file__).parent / "migrations"
_NAME = re.compile(r"^\d{4}_[a-z0-9_]+\.sql$")
_LOCK = 7_302_026
"""Any number of our own: two migrators of one database wait for each other on it."""


class MigrationError(Exception):
    """A migration cannot be applied: misnamed, edited after it was applied, or missing. Restore the file as it was."""


async def migrate(connection: "asyncpg.Connection[asyncpg.Record]", schema: str, folder: Path = FOLDER) -> list[str]:
    """Bring `schema` up to the newest file of `folder`; returns the names applied now. Safe to run side by side."""
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        await connection.execute(f'SET search_path TO "{schema}"')
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, sha256 text NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT now())"
        )
        return await _apply_missing(connection, folder)
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def _apply_missing(connection: "asyncpg.Connection[asyncpg.Record]", folder: Path) -> list[str]:
    known = {row["name"]: row["sha256"] for row in await connection.fetch("SELECT name, sha256 FROM migration")}
    files = sorted(folder.glob("*.sql"))  # noqa: ASYNC240 - a dozen small files, before anything else runs
    _check(known, files)
    applied = []
    for file in files:
        if file.name in known:
            continue
        text = file.read_text(encoding="utf-8")
        async with connection.transaction():
            await connection.execute(text)
            await connection.execute("INSERT INTO migration (name, sha256) VALUES ($1, $2)", file.name, _digest(text))
        applied.append(file.name)
    return applied


def _check(known: dict[str, str], files: list[Path]) -> None:
    for file in files:
        if not _NAME.match(file.name):
            message = f"{file}: name a migration NNNN_words.sql"
            raise MigrationError(message)
        if known.get(file.name, digest := _digest(file.read_text(encoding="utf-8"))) != digest:
            message = f"{file}: edited after it was applied; migrations are forward-only, add a new file instead"
            raise MigrationError(message)
    if gone := set(known) - {file.name for file in files}:
        message = f"applied migrations are missing from {files[0].parent if files else 'the folder'}: {sorted(gone)}"
        raise MigrationError(message)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

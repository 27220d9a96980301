"""`journeys audit export | gaps | verify | replay` over an archive, and the loop that fills it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from audit.archive.entry import StoreName
from audit.archive.export import Exporter
from audit.archive.register import Register
from audit.archive.stores import Stores
from storage.pool import open_pool
from tests.audit.archive.conftest import BY, Walks, exporter, namespace, register, stores, walks
from tests.audit.archive.filled import NAMES, fill, tampering
from tests.audit.archive.test_export import Full
from workers import archiving
from workers.archiving import Archiving
from workers.cli import run
from workers.settings import Settings

__all__ = ["exporter", "namespace", "register", "stores", "walks"]
Pool = asyncpg.Pool
Say = Callable[..., Any]


@pytest.fixture
def say(database: str, walks: Walks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command on the test's own database and namespace; gives status and what was printed."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("TEMPORAL_ADDRESS", walks.client.service_client.config.target_host)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", walks.client.namespace)

    async def said(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        status = await asyncio.to_thread(run, ["audit", *words])
        return status, capsys.readouterr().out

    return said


async def test_closed_runs_are_missed_exported_and_verified(walks: Walks, say: Say) -> None:
    """In this order, for people and for programs."""
    assert await say("gaps", "--lang", "en") == (
        0,
        "0 closed and 0 open on the server, 0 archived\nno gaps: every closed run is archived\n",
    )
    journey = await walks.walk(1)
    await walks.listed(2)
    status, told = await say("gaps", "--json")
    assert (status, [gap["kind"] for gap in json.loads(told)["gaps"]]) == (1, ["not_archived"] * 2)
    status, told = await say("gaps", "--lang", "en")
    assert "closed and not archived" in told
    assert journey in told
    status, told = await say("export", "--json")
    exported = json.loads(told)
    assert (status, exported["archived"], exported["left"]) == (0, 2, [])
    status, told = await say("export", "--lang", "en")
    assert (status, told) == (0, f"0 runs archived, 0 bytes\nhead {exported['head']}\n")
    assert (await say("gaps"))[0] == 0
    status, told = await say("verify", "--lang", "en", "--expect", exported["head"])
    assert status == 0
    assert told.endswith(f"head {exported['head']}\nthe archive is whole: everything verifies\n")


async def test_flaws_are_told_with_their_place(register: Register, stores: Stores, pool: Pool, say: Say) -> None:
    """Status 1."""
    await fill(register, stores)
    async with tampering(pool) as hands:
        await hands.execute("UPDATE archived_run SET status = 'completed' WHERE position = 1")
    status, told = await say("verify", "--json")
    assert (status, json.loads(told)["flaws"][0]["kind"]) == (1, "changed")
    status, told = await say("verify", "--lang", "en")
    assert status == 1
    assert told.startswith("was changed")
    assert told.endswith("2 flaws\n")


async def test_archived_histories_are_replayed(register: Register, stores: Stores, say: Say) -> None:
    """Strictly, too; the server has none of them any more."""
    await fill(register, stores)
    status, told = await say("replay", "--all", "--strict", "--json", "--processes", "1", "--limit", "100")
    assert [json.loads(line)["verdict"] for line in told.splitlines()] == ["replays"] * len(NAMES)
    assert status == 0


async def test_without_a_server_only_the_archive_is_replayed_and_that_is_told(
    register: Register, stores: Stores, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 1: there may be more."""
    await fill(register, stores, NAMES[3])
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    status, told = await say("replay", "--all", "--lang", "en")
    assert status == 1
    assert "does not answer: only the archive was read" in told
    assert "2 histories" in told


@pytest.mark.parametrize("word", ["export", "gaps"])
async def test_without_a_server_nothing_is_proved(
    word: str, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said which one does not answer."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    assert await asyncio.to_thread(run, ["audit", word]) == 1
    assert "no Temporal server answers at 127.0.0.1:1" in capsys.readouterr().err


def test_without_a_database_that_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is verified."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/nothing")
    assert run(["audit", "verify"]) == 1
    assert "nothing answers at 127.0.0.1:1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "environment", "said"),
    [
        (["verify", "--expect", "7"], {}, "--expect '7': give a head as `journeys audit export` prints it"),
        (["verify"], {"ARCHIVE_STORE": "folder"}, "ARCHIVE_STORE is folder: set ARCHIVE_FOLDER, too"),
        (["verify"], {"ARCHIVE_STORE": "s3"}, "ARCHIVE_STORE is s3: set ARCHIVE_S3_BUCKET, too"),
        (["verify"], {"ARCHIVE_STORE": "attic"}, "ARCHIVE_STORE: Input should be"),
    ],
)
def test_bad_words_and_settings_are_refused(
    words: list[str],
    environment: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Status 2, and what to do."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run(["audit", *words]) == 2
    assert said in capsys.readouterr().err


async def test_a_worker_archives_what_closes(
    walks: Walks, exporter: Exporter, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker at a time, again and again, until it is told to stop."""
    monkeypatch.setattr(archiving, "_PAUSE_SECONDS", 0.01)
    stop = asyncio.Event()
    loops = [asyncio.create_task(Archiving(exporter, register).run(stop)) for _ in range(2)]
    for number in range(1, 4):
        await walks.walk()
        while await register.count() < number:
            await asyncio.sleep(0.01)
    stop.set()
    await asyncio.gather(*loops)
    assert await register.count() == 3


async def test_while_one_worker_looks_the_others_do_not(exporter: Exporter, register: Register) -> None:
    """Once it has ended, another may."""
    archiving_ = Archiving(exporter, register)
    async with register.sole() as mine:
        assert mine
        assert await archiving_.look() is None
    assert await archiving_.look() is not None


async def test_a_worker_tells_what_is_left_and_looks_there_again(
    walks: Walks, register: Register, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long ago it closed; and louder once the server may drop it soon."""
    await walks.walk()
    await walks.listed(1)
    full = Full(pool)
    stuck = Archiving(
        Exporter(walks.client, register, Stores({StoreName.POSTGRES: full}, StoreName.POSTGRES), BY), register
    )
    with capture_logs() as logs:
        await stuck.look()
    assert [entry["event"] for entry in logs] == ["archive.left"]
    monkeypatch.setattr(archiving, "_is_late", lambda _: True)
    with capture_logs() as logs:
        await stuck.look()
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [
        ("archive.left", "warning"),
        ("archive.late", "error"),
    ]
    full.refused = b"room again"
    with capture_logs() as logs:
        await stuck.look()
    assert [(entry["event"], entry["runs"]) for entry in logs] == [("archive.done", 1)]


async def test_servers_that_are_away_are_waited_for(walks: Walks, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker goes on with everything else."""
    monkeypatch.setattr(archiving, "_PAUSE_SECONDS", 0.01)
    stop = asyncio.Event()
    async with await open_pool("postgresql://127.0.0.1:1/nothing", min_size=0) as away:
        stores = archiving.open_stores(Settings(), away)
        with capture_logs() as logs:
            task = asyncio.create_task(
                Archiving(archiving.exporter(walks.client, away, stores), Register(away)).run(stop)
            )
            while len(logs) < 2:
                await asyncio.sleep(0.01)
            stop.set()
            await task
    assert {(entry["event"], entry["server"]) for entry in logs} == {("archive.away", "PostgreSQL")}

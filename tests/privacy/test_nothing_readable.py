"""A journey through real servers, then a search of everything that they wrote: nothing of the person is there."""

import asyncio
import base64
import json
import logging
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from temporalio.testing import WorkflowEnvironment

from schemas.journey import WaitingFor
from storage.migrations import migrate
from storage.pool import SCHEMA
from tests import people
from tests.conftest import PROMPT_TIMERS, TEMPORAL, attributes
from tests.rig import Rig, running
from tests.roads import AGREED, PLACES
from workers.converter import data_converter
from workers.stack.postgres import BINARIES, EmbeddedPostgres

PRODUCT = "pingan-cancer-drug"
NAME, NUMBER, PHONE, STREET = "独孤无双", "990101196803124567", "10055577799", "不存在路九百九十九弄"
SAID = "病人住在回雁峰下第七间茅屋"
PLANTED = (NAME, NUMBER, PHONE, STREET, SAID)


def written(word: str) -> set[bytes]:
    """Every way in which a program may write a word: encodings, JSON escapes, base64 at each offset, hexadecimal."""
    plain = word.encode()
    ways = {plain, json.dumps(word).strip('"').encode(), plain.hex().encode()}
    ways |= {word.encode(encoding) for encoding in ("utf-16-le", "utf-16-be", "gb18030")}
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + plain)
        ways.add(encoded[4 if offset else 0 : -4])  # without what depends on its neighbours
    return ways


def found(content: bytes) -> set[str]:
    """Which of the planted words stand in `content`."""
    return {word for word in PLANTED if any(way in content for way in written(word))}


@dataclass
class Place:
    """Two servers of one's own whose files can be searched."""

    folder: Path
    postgres: EmbeddedPostgres
    rig: Rig
    logs: list[str]

    async def everything(self) -> dict[str, set[str]]:
        """What of the planted words is found where; places without any are left out."""
        connection = await asyncpg.connect(self.postgres.url())
        await connection.execute("CHECKPOINT")
        await connection.close()
        files = [file for file in self.folder.rglob("*") if file.is_file()]
        seen = {str(file.relative_to(self.folder)): found(await asyncio.to_thread(_read, file)) for file in files}
        seen["pg_dump"] = found(await asyncio.to_thread(_dumped, self.postgres))
        seen["logs"] = found("\n".join(self.logs).encode())
        return {where: words for where, words in seen.items() if words}


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # a log that was recycled meanwhile
        return b""


def _dumped(postgres: EmbeddedPostgres) -> bytes:
    command = [str(BINARIES / "pg_dump"), "--dbname", postgres.url(), "--inserts"]
    return subprocess.run(command, check=True, capture_output=True).stdout


class _Lines(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))


@pytest.fixture
def logs() -> Iterator[list[str]]:
    """What all loggers say, down to the last detail but that of the libraries' wire."""
    lines: list[str] = []
    handler, root = _Lines(lines), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
async def place(postgres: EmbeddedPostgres, logs: list[str]) -> AsyncIterator[Place]:
    """A house on servers of its own; the partners, who must know the person, keep their books elsewhere."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - the folder has a random name
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="journeys-search-", dir=memory)))
        folder.chmod(0o755)  # noqa: ASYNC240 - before anything runs
        server = EmbeddedPostgres(folder / "postgres")
        server.start()
        stack.callback(server.stop)
        connection = await asyncpg.connect(server.url())
        await migrate(connection, SCHEMA)
        await connection.close()
        partners = await asyncpg.connect(postgres.url())
        await partners.execute("CREATE DATABASE searched_partners")
        async with (
            await WorkflowEnvironment.start_local(
                data_converter=data_converter(),
                dev_server_existing_path=str(TEMPORAL),
                dev_server_database_filename=str(folder / "temporal.db"),
                dev_server_extra_args=PROMPT_TIMERS,
                search_attributes=attributes(),
            ) as environment,
            running(environment.client, server.url(), postgres.url("searched_partners")) as rig,
        ):
            yield Place(folder, server, rig, logs)
        await partners.execute("DROP DATABASE searched_partners WITH (FORCE)")
        await partners.close()


def _plant(data: dict[str, Any]) -> None:
    data["insured"] |= {
        "name": NAME,
        "phone": PHONE,
        "id_document": {"type": "passport", "number": NUMBER},
        "address": data["insured"]["address"] | {"detail": STREET},
    }


@pytest.mark.timeout(240)
async def test_nothing_of_a_person_can_be_read_anywhere(place: Place) -> None:
    """Not in Temporal's files, nor in PostgreSQL's, its dump, the logs, or a history as an archive keeps it.

    pingan-longterm-b/PRIV-1, pingan-cancer-drug/PRIV-1: no disclosure to anybody the person has not allowed.
    """
    rig = place.rig
    journey = await rig.report(PRODUCT, _plant)
    await rig.waiting(journey, WaitingFor.REVIEW)
    correction = people.correct(prescription=rig.prescription(PRODUCT, days_supply=20))
    await rig.done(journey, correction.model_copy(update={"reason": SAID}))
    await rig.waiting(journey, WaitingFor.REVIEW)
    await rig.done(journey, people.review())
    await rig.waiting(journey, WaitingFor.BOOKING)
    await rig.done(journey, people.pick_up(*PLACES[PRODUCT], **AGREED))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    await rig.done(journey, people.hand_over(await rig.code(journey)))
    await rig.closed(journey)
    unreadable = json.dumps({"specversion": "1.0", "data": {"insured": {"name": NAME, "phone": PHONE, NUMBER: STREET}}})
    headers = {"content-type": "application/cloudevents+json"}
    assert (await rig.gateway.post("/events", content=unreadable.encode(), headers=headers)).status_code == 400
    history = await rig.handle(journey).fetch_history()
    assert not found(b"".join(event.SerializeToString() for event in history.events))
    assert await place.everything() == {}
    await _leak(place)
    everywhere = await place.everything()
    assert everywhere["pg_dump"] == everywhere["logs"] == set(PLANTED)
    assert any(where.startswith("temporal.db") and words == set(PLANTED) for where, words in everywhere.items())
    assert any(where.startswith("postgres/") and words == set(PLANTED) for where, words in everywhere.items())


async def _leak(place: Place) -> None:
    """What the search must find: the same words, written by a client and a table that do not seal."""
    config = place.rig.client.config()
    config["data_converter"] = data_converter()
    plain = type(place.rig.client)(**config)
    await plain.start_workflow("Leak", list(PLANTED), id="leak", task_queue="nobody")
    await place.rig.pool.execute("CREATE TABLE leak (words jsonb)")
    await place.rig.pool.execute("INSERT INTO leak VALUES ($1)", list(PLANTED))
    logging.getLogger("leak").warning(" ".join(PLANTED))

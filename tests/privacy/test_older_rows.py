"""Rows from before there was sealing: sealed once, each where it is read, and found by the same words as before."""

import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest

from activities.ledger import policy_digest
from activities.people import People
from console.reads import Reads
from intake.dead_letters import DeadLetters
from intake.identity import claim_digest, document_digest, event_digest
from privacy import places
from privacy.older_rows import seal_older
from privacy.vault import Vault
from schemas.people import IdDocument, IdDocumentType
from storage.migrations import FOLDER, migrate
from storage.pool import SCHEMA, open_pool
from tests.conftest import RING
from tests.console import samples

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
JOURNEY, PERSON = samples.journey_id(1), "person-aaaaaaaaaaaaaaaaaaaa"
STATUS = samples.status(1)
NAME, NUMBER, PHONE = "从前的人", "X-FORMER-77", "10066600066"
ROWS: tuple[tuple[str, tuple[object, ...]], ...] = (
    (
        """INSERT INTO person VALUES
           ($1, 'passport', $2, $3, $4, 'female', 'mainland', $5, '上海', '上海', '路', now())""",
        (PERSON, NUMBER, NAME, date(1968, 3, 12), PHONE),
    ),
    (
        """INSERT INTO claim (product, claim_number, journey_id, person_ref, content, salt)
           VALUES ($1, 'CLM-000001', $2, $3, '{"a": 1}', '')""",
        (samples.PRODUCT, JOURNEY, PERSON),
    ),
    ("INSERT INTO inbox (source, event_id, journey_id, payload_sha256) VALUES ('s', 'e', $1, sha256('x'))", (JOURNEY,)),
    ("""INSERT INTO journey_start (journey_id, claim) VALUES ($1, '{"claim_number": "CLM-000001"}')""", (JOURNEY,)),
    (
        """INSERT INTO dead_letter (channel, media_type, headers, raw, raw_size, raw_sha256, whole, digest, kind,
           reason_zh, reason_en, fields, corrected) VALUES ('http', 'm', '{"ce-id": "1"}', $1, 1, sha256('x'), TRUE,
           sha256('y'), 'invalid-data', '', '', '[]', $1)""",
        (NAME.encode(),),
    ),
    (
        """INSERT INTO action (journey_id, key, name, body, next_delivery_at)
           VALUES ($1, 'key-1', 'withdraw', $2, now())""",
        (JOURNEY, {"reason": NAME}),
    ),
    (
        """INSERT INTO callback (id, partner, sha256, journey_id, action, result, done_at)
           VALUES ('m', 'insurer', repeat('0', 64), $1, 'record_payment', $2, now())""",
        (JOURNEY, {"name": NAME}),
    ),
    ("INSERT INTO decision (journey_id, number, record) VALUES ($1, 1, $2)", (JOURNEY, {"name": NAME})),
    (
        "INSERT INTO timeline VALUES ($1, 1, now(), 'stage', $2)",
        (JOURNEY, samples.entries(1)[0].model_dump(mode="json")),
    ),
    ("INSERT INTO outbox (journey_id, key, payload) VALUES ($1, 'n/1', $2)", (JOURNEY, {"name": NAME})),
    ("SELECT reserve('res-1', $1, 'p', 'POL-1', '2026-01-01', 1000, 100)", (JOURNEY,)),
)
"""Written by the release before."""


@pytest.fixture
async def before(database: str, tmp_path: Path) -> AsyncIterator[Pool]:
    """A database of the release before with one row of everything, brought up to this release."""
    for file in FOLDER.glob("*.sql"):
        if file.name < "0011":
            shutil.copy(file, tmp_path)
    connection = await asyncpg.connect(database)
    await connection.execute(f'DROP SCHEMA "{SCHEMA}" CASCADE')
    await migrate(connection, SCHEMA, tmp_path)
    async with await open_pool(database) as pool:
        for statement, values in ROWS:
            await pool.execute(statement, *values)
        await pool.execute(
            "INSERT INTO journey_status SELECT (jsonb_populate_record(NULL::journey_status, flat || jsonb_build_object("
            "'status', flat, 'waiting_for', 'review', 'overdue', false, 'escalated', false))).*"
            " FROM (SELECT $1::jsonb AS flat) AS given",
            STATUS.model_dump(mode="json", exclude={"decisions"}),
        )
        await migrate(connection, SCHEMA)
        await connection.close()
        yield pool


async def test_every_row_is_sealed_once_and_still_found(before: Pool) -> None:
    """What was plain is not in any table any more, what it said can still be read, and a second run finds nothing."""
    vault, told = Vault(before, RING), dict[str, int]()
    assert await seal_older(before, vault, told.__setitem__) == 13
    assert set(told.values()) == {1}
    assert await seal_older(before, vault, told.__setitem__) == 0
    everything = await _everything(before)
    assert not [word for word in (NAME, NUMBER, PHONE, "POL-1", '"CLM-000001"') if word in everything]
    document = IdDocument(type=IdDocumentType.PASSPORT, number=NUMBER)
    assert await before.fetchval("SELECT document FROM person") == document_digest(vault, document)
    person = await People(before, vault).person(PERSON)
    assert (person.name, person.phone, person.birth_date) == (NAME, PHONE, date(1968, 3, 12))
    number = await before.fetchval("SELECT claim_number FROM claim")
    assert number == claim_digest(vault, samples.PRODUCT, "CLM-000001")
    assert await before.fetchval("SELECT event_id FROM inbox") == event_digest(vault, "s", "e")
    digest = policy_digest(vault, "p", "POL-1")
    assert await before.fetchval("SELECT policy_number FROM benefit_period") == digest
    assert (
        await before.fetchval("SELECT DISTINCT request ->> 'policy_number' FROM journal WHERE kind = 'reserve'")
        == digest
    )
    letter = await DeadLetters(before, vault).row(1)
    assert (letter["raw"], letter["corrected"], letter["headers"]) == (NAME.encode(), NAME.encode(), {"ce-id": "1"})
    action = await before.fetchval("SELECT body FROM action")
    assert await vault.open(JOURNEY, places.action("key-1"), action) == {"reason": NAME}
    assert (await Reads(before, vault).timeline(JOURNEY)).items == tuple(samples.entries(1))


async def test_statistics_keep_nothing_of_what_was_plain(before: Pool) -> None:
    """PostgreSQL had sampled names and numbers for its planner."""
    await before.execute(
        """INSERT INTO person (ref, id_type, id_number, name, birth_date, sex, citizenship, phone, province, city,
        address_detail, as_of)
        SELECT 'person-bbbbbbbbbbbbbbbbbbbb', id_type, id_number || '8', name, birth_date, sex, citizenship, phone,
            province, city, address_detail, as_of
        FROM person"""
    )
    await before.execute("ANALYZE")
    statistics = "SELECT string_agg(pg_stats::text, ' ') FROM pg_stats WHERE schemaname = $1"
    sampled = await before.fetchval(statistics, SCHEMA)
    assert all(word in sampled for word in (NAME, NUMBER, PHONE))
    await seal_older(before, Vault(before, RING), lambda *_: None)
    sampled = await before.fetchval(statistics, SCHEMA)
    assert not [word for word in (NAME, NUMBER, PHONE) if word in sampled]


async def test_a_repeat_of_a_posting_of_before_is_known(before: Pool) -> None:
    """The policy is named by its digest now, in what was booked before as well: a repeat gets the first answer."""
    vault = Vault(before, RING)
    await seal_older(before, vault, lambda *_: None)
    again = "SELECT reserve('res-1', $1, 'p', $2, '2026-01-01', 1000, 100)"
    answer = await before.fetchval(again, JOURNEY, policy_digest(vault, "p", "POL-1"))
    assert answer["granted"] == "100.00"
    assert await before.fetchval("SELECT count(*) FROM benefit_period") == 1


async def _everything(pool: Pool) -> str:
    """All rows of all tables as text."""
    tables = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", SCHEMA)
    found = list[Any]()
    for row in tables:
        if row["tablename"] not in {"journey_words", "journey_status"}:
            found += await pool.fetch(f'SELECT t::text FROM "{row["tablename"]}" AS t')  # noqa: S608 - our own names
    return "\n".join(str(each[0]) for each in found)

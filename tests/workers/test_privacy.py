"""`journeys privacy`: erasing by reference or document, keys made, rotated and listed."""

import io
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from intake.identity import document_digest
from privacy.key_ring import KeyRing
from privacy.vault import Vault
from schemas.people import IdDocument, IdDocumentType
from tests.conftest import RING
from tests.console import samples
from workers.cli import privacy, run
from workers.cli.failures import BAD_INPUT, BadInputError, CommandError
from workers.settings import Settings
from workers.vaults import key_ring

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
PERSON = "person-aaaaaaaaaaaaaaaaaaaa"
NUMBER = "KX-4455-FORGET"
_PERSON = "INSERT INTO person (ref, document, sealed, as_of) VALUES ($1, $2, 'sealed:1:', now())"
_CLAIM = """
    INSERT INTO claim (product, claim_number, journey_id, person_ref, content, salt)
    VALUES ('p', 'd', $1, $2, '{}', '')
"""


@pytest.fixture
async def known(pool: Pool, database: str, monkeypatch: pytest.MonkeyPatch) -> Pool:
    """A person with one open journey that Temporal does not run, and the commands set to this database."""
    monkeypatch.setenv("DATABASE_URL", database)
    document = IdDocument(type=IdDocumentType.PASSPORT, number=NUMBER)
    await pool.execute(_PERSON, PERSON, document_digest(RING, document))
    await samples.write_all(pool, samples.status(1))
    await pool.execute(_CLAIM, samples.journey_id(1), PERSON)
    return pool


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What somebody types, or pipes in."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


async def test_open_journeys_and_a_changed_mind_erase_nothing(
    known: Pool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What would go is shown first; without the flag, or without the word, everything stays."""
    with pytest.raises(BadInputError, match="1 of these journeys are open"):
        await privacy.erase(PERSON, reason="request 1", yes=True)
    assert samples.journey_id(1) in capsys.readouterr().out
    typed(monkeypatch, "no")
    with pytest.raises(CommandError, match="nothing was erased"):
        await privacy.erase(PERSON, reason="request 1", even_open=True)
    assert await known.fetchval("SELECT count(*) FROM erasure") == 0


async def test_a_person_is_found_by_a_document_that_is_typed(
    known: Pool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The number is read from standard input and repeated nowhere; erasing twice is harmless."""
    await known.execute("UPDATE journey_status SET closed_at = now(), stage = 'withdrawn'")
    for _ in range(2):
        typed(monkeypatch, "passport", NUMBER, "erase")
        await privacy.erase(reason="request 2", by="officer-1")
    shown = capsys.readouterr()
    assert NUMBER not in shown.out + shown.err
    assert f"{PERSON} erased" in shown.out
    assert f"{PERSON}: erased before" in shown.out
    assert await known.fetchval("SELECT count(*) FROM data_key WHERE wrapped IS NOT NULL") == 0


@pytest.mark.parametrize("lines", [("passport", "X-UNKNOWN-1"), ("horoscope", "1"), ()])
async def test_an_unknown_person_is_bad_input(
    known: Pool, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...]
) -> None:
    """Whether no such document is known, or what was typed is none."""
    typed(monkeypatch, *lines)
    with pytest.raises(BadInputError) as refused:
        await privacy.erase(reason="request 3")
    assert "X-UNKNOWN-1" not in str(refused.value)
    assert await known.fetchval("SELECT count(*) FROM erasure") == 0


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key ring in a file."""
    path = tmp_path / "ring.json"
    privacy.new(path)
    monkeypatch.setenv("KEY_RING_FILE", str(path))
    return path


async def test_a_ring_is_made_once_rotated_and_wraps_anew(
    file: Path, pool: Pool, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each step says what comes next; at the end the first key wraps nothing."""
    monkeypatch.setenv("DATABASE_URL", database)
    assert file.stat().st_mode & 0o777 == 0o600  # noqa: ASYNC240 - one small file
    with pytest.raises(BadInputError, match="is there already"):
        privacy.new(file)
    await Vault(pool, key_ring(Settings())).seal("journey-x", "place", 1)
    privacy.rotate()
    await privacy.list_keys()
    assert "key-1: 1 data keys\nkey-2: 0 data keys, active" in capsys.readouterr().out
    await privacy.rewrap()
    await privacy.list_keys()
    assert "key-1: 0 data keys\nkey-2: 1 data keys, active" in capsys.readouterr().out
    file.write_text(KeyRing.new().text())  # noqa: ASYNC240 - one small file
    with pytest.raises(CommandError, match=r"not on the ring: key-2 \(1 data keys\)"):
        await privacy.list_keys()
    with pytest.raises(CommandError, match="1 data keys cannot be unwrapped"):
        await privacy.rewrap()


async def test_a_ring_that_only_bears_the_same_names_is_told(
    file: Path, pool: Pool, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It opens nothing, and says what may be wrong."""
    monkeypatch.setenv("DATABASE_URL", database)
    await Vault(pool, key_ring(Settings())).seal("journey-x", "place", 1)
    file.write_text(KeyRing.new().text())  # noqa: ASYNC240 - one small file
    told = "journey-x: data key does not open with its key: it was changed or moved, or the key ring is another one"
    with pytest.raises(CommandError, match=told):
        await privacy.list_keys()
    assert "key-1: 1 data keys, active" in capsys.readouterr().out


def test_without_a_ring_a_command_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback: what is missing, and how one is made."""
    monkeypatch.delenv("KEY_RING")
    assert run(["privacy", "keys", "list"]) == BAD_INPUT
    assert "journeys privacy keys new" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"reason": "asked from 13800000000"}, "--reason: holds what looks like"),
        ({"reason": "of 99010119611123033X"}, "--reason: holds what looks like"),
        ({"reason": "request 4", "by": "some body"}, "--by: give an opaque id"),
    ],
)
async def test_what_is_kept_of_an_erasure_tells_of_nobody(known: Pool, told: dict[str, str], wrong: str) -> None:
    """The table of erasures cannot be changed: what would stay there for good is refused before anything is erased."""
    with pytest.raises(BadInputError, match=wrong):
        await privacy.erase(PERSON, yes=True, even_open=True, **told)
    assert await known.fetchval("SELECT count(*) FROM erasure") == 0
    assert await known.fetchval("SELECT count(*) FROM data_key WHERE wrapped IS NULL") == 0


@pytest.mark.parametrize("command", [("keys", "list"), ("seal",), ("erase", PERSON, "--reason", "request 5", "--yes")])
def test_a_database_that_is_away_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    """With its place and what to do, as by every command."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/nothing")
    assert run(["privacy", *command]) == 1
    assert "nothing answers at 127.0.0.1:1" in capsys.readouterr().err

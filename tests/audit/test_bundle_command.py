"""`journeys audit bundle`: the file it writes."""

import asyncio
from pathlib import Path

import pytest

from privacy.signing import SigningKey
from tests.audit.travelled import Books, Travelled
from workers.cli import run

pytestmark = pytest.mark.usefixtures("logs_as_before", "reached")


@pytest.mark.parametrize("how", ["masked", "plain"])
async def test_evidence_is_its_owners_alone(
    how: str, travelled: Travelled, books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Masked or not; a file that is there is not written over."""
    SigningKey.make(tmp_path / "key.pem")
    monkeypatch.setenv("SIGNING_KEY_FILE", str(tmp_path / "key.pem"))
    monkeypatch.setenv("CODEC_ENGINEERS", '{"engineer-7": "a long random token of an engineer"}')
    monkeypatch.setenv("ENGINEER_TOKEN", "a long random token of an engineer")
    file = tmp_path / "evidence.json"
    words = ["audit", "bundle", travelled.withdrawn, "--out", str(file)]
    words += ["--plain", "--engineer", "engineer-7"] if how == "plain" else []
    assert await asyncio.to_thread(run, words) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert await books.pool.fetchval("SELECT count(*) FROM codec_access") == (how == "plain")
    assert await asyncio.to_thread(run, words) == 2

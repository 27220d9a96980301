"""Secrets and databases of the compose file: made once, random, and enough to connect."""

import os
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import asyncpg
import pytest
import yaml

from schemas.partners import PartnerName
from storage.migrations import migrate
from storage.pool import SCHEMA
from tests.deploy.places import DEPLOY, run
from workers.settings import Settings
from workers.stack.postgres import BINARIES, EmbeddedPostgres


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Freshly made secrets."""
    folder = tmp_path / "secrets"
    made = run(DEPLOY / "new-secrets", folder)
    assert made.returncode == 0, made.stderr
    return folder


def test_the_secrets_are_those_that_compose_mounts(secrets: Path) -> None:
    """Every file that compose.yaml reads from secrets/ is made."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    wanted = {Path(secret["file"]).name for secret in compose["secrets"].values()} | {"temporal.env"}
    assert {path.name for path in secrets.iterdir()} == wanted


def test_secrets_are_never_made_twice(secrets: Path) -> None:
    """A second call changes nothing and fails: the databases were made with the first passwords."""
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    again = run(DEPLOY / "new-secrets", secrets)
    assert again.returncode == 1
    assert "nothing was changed" in again.stderr
    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before


def test_others_cannot_enter_the_folder(secrets: Path) -> None:
    """The files are readable for a container's user, the folder for its owner alone."""
    assert secrets.stat().st_mode & 0o777 == 0o700


def test_the_settings_are_read_from_the_mounted_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the file says is what the processes use, and it names every partner."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("JOURNEYS_STATE", str(secrets))
    written = tomllib.loads((secrets / "stack.toml").read_text(encoding="utf-8"))
    settings = Settings()
    assert settings.database_url.get_secret_value() == written["database_url"]
    assert settings.webhook_secret.get_secret_value().startswith("whsec_")
    assert set(settings.partner_urls) == set(PartnerName)


async def test_the_first_start_of_postgresql_makes_roles_and_databases(secrets: Path, tmp_path: Path) -> None:
    """The script that runs on an empty volume leaves databases that our password opens and our migrations fill."""
    server = EmbeddedPostgres(_reachable(tmp_path))
    server.start()
    try:
        admin = await _as_the_image_has_it(server)
        environment = os.environ | {
            "PATH": f"{BINARIES}:{os.environ['PATH']}",
            "SECRETS": str(secrets),
            "POSTGRES_USER": admin.username or "",
            "PGPASSWORD": admin.password or "",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(admin.port),
        }
        subprocess.run(["sh", DEPLOY / "postgres" / "databases.sh"], env=environment, check=True)  # noqa: S607 - a short script of ours
        written = tomllib.loads((secrets / "stack.toml").read_text(encoding="utf-8"))
        url = written["database_url"].replace("@postgres:5432", f"@127.0.0.1:{admin.port}")
        connection = await asyncpg.connect(url)
        assert await migrate(connection, SCHEMA)
        assert await connection.fetchval("SELECT current_user") == "journeys"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(url.removesuffix("journeys") + "temporal")
        await connection.close()
    finally:
        server.stop()


async def _as_the_image_has_it(server: EmbeddedPostgres) -> SplitResult:
    """Address of a superuser called postgres; ours gives up its name, which is one that the script creates."""
    ours = urlsplit(server.url())
    theirs = ours._replace(netloc=ours.netloc.replace(f"{ours.username}:", "postgres:", 1))
    connection = await asyncpg.connect(ours.geturl())
    await connection.execute(f"CREATE ROLE postgres LOGIN SUPERUSER PASSWORD '{ours.password}'")
    await connection.close()
    connection = await asyncpg.connect(theirs.geturl())
    await connection.execute(f"ALTER ROLE {ours.username} RENAME TO predecessor")
    await connection.close()
    return theirs


def _reachable(folder: Path) -> Path:
    """`folder` made passable: as root, PostgreSQL runs as somebody else."""
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    return folder / "postgres"

"""What the parts of the embedded stack find in their environment."""

import pytest

from workers.settings import Settings
from workers.stack import parts
from workers.stack.parts import environment


def test_settings_of_ours_reach_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may see plain payloads, where the archive goes, how logs look: as whoever starts the stack says."""
    given = {
        "CODEC_ENGINEERS": '{"e-1": "token"}',
        "ARCHIVE_STORE": "folder",
        "LOG_FORMAT": "json",
        "HOME": "/somewhere",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert environment({}).items() >= given.items()
    assert environment({"log_format": "console"})["LOG_FORMAT"] == "console"


def test_servers_elsewhere_and_their_secrets_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them is a setting; the stack gives its own."""
    names = {name.upper() for name in parts._ELSEWHERE}
    assert {name.lower() for name in names} <= set(Settings.model_fields)
    for name in names:
        monkeypatch.setenv(name, "elsewhere")
    assert names.isdisjoint(environment({}))
    assert environment({"database_url": "here"})["DATABASE_URL"] == "here"

"""The state folder: lock, secrets, ports, published settings."""

import subprocess
import sys
from pathlib import Path

import pytest

from workers.settings import Settings
from workers.stack.state import StackRunningError, StateFolder, StateFolderError

_HOLDER = """
import sys, time
from pathlib import Path
from workers.stack.state import StateFolder
with StateFolder(Path(sys.argv[1])).locked():
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_stack_is_refused_and_told_who_runs(tmp_path: Path) -> None:
    """The message names the process that holds the folder."""
    with subprocess.Popen([sys.executable, "-c", _HOLDER, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        state = StateFolder(tmp_path)
        assert state.in_use()
        with pytest.raises(StackRunningError, match=f"process {holder.pid} runs a stack on {tmp_path}"), state.locked():
            pass
        holder.kill()


def test_a_lock_whose_holder_was_killed_is_free(tmp_path: Path) -> None:
    """Kill -9 of the holder leaves a file, not a lock."""
    with subprocess.Popen([sys.executable, "-c", _HOLDER, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        holder.kill()
    with StateFolder(tmp_path).locked():
        assert (tmp_path / "lock").exists()


def test_secrets_are_made_once_and_shown_to_their_owner_only(tmp_path: Path) -> None:
    """A second start has the same secrets, in a file of mode 0600."""
    made = StateFolder(tmp_path).secrets()
    assert StateFolder(tmp_path).secrets() == made
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert made["webhook_secret"].startswith("whsec_")
    assert len(made["partner_token"]) >= 32


def test_other_processes_find_the_published_settings(tmp_path: Path) -> None:
    """Settings reads the stack.toml of the folder it is given, secrets included."""
    StateFolder(tmp_path).publish({"temporal_address": "127.0.0.1:1234", "partner_token": 'with "quotes" and 中文'})
    settings = Settings(journeys_state=tmp_path)
    assert settings.temporal_address == "127.0.0.1:1234"
    assert settings.partner_token.get_secret_value() == 'with "quotes" and 中文'
    assert (tmp_path / "stack.toml").stat().st_mode & 0o777 == 0o600


def test_a_broken_state_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    """Half a JSON file is an error that names the file, not a traceback of the parser."""
    (tmp_path / "ports.json").write_text('{"temporal": 72', encoding="utf-8")
    with pytest.raises(StateFolderError, match=r"ports\.json: not JSON .* restore it, or start afresh"):
        StateFolder(tmp_path).ports()


def test_a_state_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """The message names the path and the option."""
    (tmp_path / "file").touch()
    with pytest.raises(StateFolderError, match=r"file: cannot keep the stack's state here .* --state"):
        StateFolder(tmp_path / "file")

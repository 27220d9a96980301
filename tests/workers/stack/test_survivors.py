"""Ending processes that outlived their supervisor, and nobody else's."""

import json
import subprocess
from pathlib import Path

import psutil

from workers.stack.state import StateFolder
from workers.stack.survivors import PIDS, end_survivors, record


def test_a_recorded_process_that_still_runs_is_ended(tmp_path: Path) -> None:
    """The survivor ends and its part is named."""
    state = StateFolder(tmp_path)
    with subprocess.Popen(["/bin/sleep", "600"]) as survivor:
        record(state, {"worker": survivor.pid})
        assert end_survivors(state) == ["worker"]
        assert not psutil.pid_exists(survivor.pid)


def test_a_process_that_was_given_a_recorded_id_since_is_left_alone(tmp_path: Path) -> None:
    """The same process id with another start is somebody else."""
    state = StateFolder(tmp_path)
    with subprocess.Popen(["/bin/sleep", "600"]) as stranger:
        record(state, {"worker": stranger.pid})
        records = json.loads((tmp_path / PIDS).read_text(encoding="utf-8"))
        records[0]["started"] += "1"
        (tmp_path / PIDS).write_text(json.dumps(records), encoding="utf-8")
        assert end_survivors(state) == []
        assert stranger.poll() is None
        stranger.kill()


def test_a_missing_or_broken_record_is_no_hindrance(tmp_path: Path) -> None:
    """Nothing can be recognised, nothing is ended."""
    state = StateFolder(tmp_path)
    assert end_survivors(state) == []
    (tmp_path / PIDS).write_text("[{", encoding="utf-8")
    assert end_survivors(state) == []

"""Commands that end with their parent and do not run as root."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from tests.workers.stack.waiting import eventually
from workers.stack.leash import leashed

_PARENT = """
import subprocess, sys, time
from workers.stack.leash import leashed
child = subprocess.Popen(leashed(["/bin/sleep", "600"]))
print(child.pid, flush=True)
time.sleep(600)
"""


async def test_a_leashed_command_ends_with_its_parent_however_that_ends() -> None:
    """Kill -9 of the parent takes the child along."""
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.kill()
    await eventually(lambda: not psutil.pid_exists(child), "the child is gone")


def test_root_hands_over_to_an_ordinary_user() -> None:
    """Started by root, an unprivileged command runs as nobody; started by anybody else, as they are."""
    done = subprocess.run(leashed(["/usr/bin/id", "-un"], unprivileged=True), capture_output=True, check=True)
    assert done.stdout.decode().strip() == ("nobody" if os.geteuid() == 0 else _me())


def test_an_unprivileged_command_reaches_into_a_closed_folder(tmp_path: Path) -> None:
    """State under a 0700 folder such as /root still works: the command keeps the one capability it needs."""
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "note").write_text("here", encoding="utf-8")
    closed.chmod(0o700)
    command = leashed(["/bin/cat", str(closed / "note")], unprivileged=True)
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"here"


def test_an_unprivileged_command_is_given_no_capability_it_does_not_need() -> None:
    """Where every folder is open the command holds no capability at all."""
    done = subprocess.run(
        leashed(["/bin/grep", "CapEff", "/proc/self/status"], unprivileged=True), capture_output=True, check=True
    )
    assert int(done.stdout.split()[1], 16) == 0


def test_a_command_whose_parent_is_gone_already_does_not_begin() -> None:
    """The parent may end between fork and exec: then nothing is started."""
    orphaned = leashed(["/bin/echo", "began"], end_with=signal.SIGKILL)
    orphaned[4] = "1"
    done = subprocess.run(orphaned, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")


def _me() -> str:
    return psutil.Process().username()

"""The command line as a user meets it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workers.cli import COMMANDS as REGISTERED

COMMANDS = [name for name, _, _ in REGISTERED]
JOURNEYS = [sys.executable, "-m", "workers.cli"]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `journeys` with `words`."""
    return subprocess.run(
        [*JOURNEYS, *words], capture_output=True, text=True, check=False, env=os.environ | environment
    )


def test_help_lists_every_command_and_imports_none() -> None:
    """`--help` is quick: Temporal and the web server are left alone."""
    code = """
import sys
from workers.cli import build
try:
    build()()
finally:
    print([module for module in ("temporalio", "fastapi") if module in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
    for command in COMMANDS:
        assert f"│ {command} " in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    """`journeys COMMAND --help` works for each."""
    done = run(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"journeys {command}" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dem",), 'Did you mean "demo"'),
        (("demo", "--pace", "fast"), 'unable to convert "fast" into float'),
        (("demo", "--pace", "-1"), "Must be >= 0"),
        (("up", "--wings"), "Unknown option"),
    ],
)
def test_bad_input_ends_with_status_2_and_a_reason(words: tuple[str, ...], said: str) -> None:
    """The reason is on standard error, without a traceback."""
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_named_without_its_value() -> None:
    """The value may be a secret."""
    done = run("up", LOG_FORMAT="hunter2")
    assert done.returncode == 2
    assert "settings: LOG_FORMAT: " in done.stderr
    assert "hunter2" not in done.stderr


def test_a_failure_that_is_expected_has_no_traceback(tmp_path: Path) -> None:
    """The message says what is wrong, where, and what to do."""
    (tmp_path / "file").touch()
    done = run("up", "--state", str(tmp_path / "file"))
    assert done.returncode == 1
    assert "cannot keep the stack's state here" in done.stderr
    assert "Traceback" not in done.stderr

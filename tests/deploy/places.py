"""Where things lie, and the tools beside this Python."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
TOOLS = Path(sys.executable).parent


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one command at the root of the repository and take what it says."""
    return subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=90
    )


def commands_exist(command: list[str]) -> bool:
    """Whether `command` is a module or a `journeys` command that this code has."""
    match command:
        case ["python", "-m", module]:
            return (ROOT / Path(*module.split(".")).with_suffix(".py")).is_file()
        case ["python", "-m", "workers.probe", process]:
            return process in {"worker", "gateway"}
        case ["journeys", name, *_]:
            return run(TOOLS / "journeys", name, "--help").returncode == 0
        case ["sh", "-c", script]:
            parts = script.replace('"$(', "&& ").replace(')"', "").split("&&")
            return all(commands_exist(part.split()) for part in parts if part.strip())
    return False

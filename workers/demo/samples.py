"""The sample claims and the policies they rest on, moved to today where their printed dates have gone stale."""

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from schemas.civil import CHINA
from schemas.claim import ClaimReport
from schemas.claims import REPORTS
from workers.stack.state import StateFolder

FOLDER = Path(__file__).parents[2] / "samples"
_FRESH = timedelta(days=14)
"""For so long after their printed day the samples hold as they are: prescriptions and policies are still good."""
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}(?=$|T)")
_NEVER_MOVED = frozenset({"birth_date"})
_MEMORY = "samples.json"


class SamplesError(Exception):
    """The sample files are missing or broken: run from a checkout of the repository, or restore samples/."""


class Samples:
    """The samples of one state folder: the same dates at every start, so that a repeated event is a repeat."""

    def __init__(self, state: StateFolder, folder: Path = FOLDER) -> None:
        """Read the files under `folder`; raises SamplesError when there are none."""
        self._folder = folder
        self.events: list[dict[str, Any]] = [json.loads(text) for text in self._texts()]
        self.moved_by = self._moved_by(state)
        self.events = [_moved(event, self.moved_by) for event in self.events]

    def claims(self) -> list[ClaimReport]:
        """The claims inside the events."""
        return [REPORTS[event["type"]].model_validate(event["data"]) for event in self.events]

    def policies(self) -> list[dict[str, Any]]:
        """What the insurers know from the start."""
        moved: list[dict[str, Any]] = _moved(json.loads(self._read(self._folder / "policies.json")), self.moved_by)
        return moved

    def _texts(self) -> list[str]:
        texts = [self._read(path) for path in sorted((self._folder / "claims").glob("*.json"))]
        if not texts:
            message = f"{self._folder / 'claims'}: no sample claims here; run from a checkout of the repository"
            raise SamplesError(message)
        return texts

    def _read(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            message = f"{path}: cannot be read ({error}); restore it from the repository"
            raise SamplesError(message) from error

    def _moved_by(self, state: StateFolder) -> timedelta:
        memory = state.path / _MEMORY
        if not memory.exists():
            printed = max(datetime.fromisoformat(event["time"]) for event in self.events)
            # Whole days, rounded down: no event may come from later today.
            late = datetime.now(CHINA) - printed
            days = 0 if timedelta(0) <= late <= _FRESH else late.days
            state.write(_MEMORY, json.dumps({"moved_by_days": days}))
        return timedelta(days=json.loads(memory.read_text(encoding="utf-8"))["moved_by_days"])


def _moved(value: Any, by: timedelta, key: str = "") -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {name: _moved(item, by, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_moved(item, by) for item in value]
    if isinstance(value, str) and key not in _NEVER_MOVED and (found := _DATE.match(value)):
        return (date.fromisoformat(found.group()) + by).isoformat() + value[found.end() :]
    return value

"""The build id of this code: which journeys may run on it is decided by it."""

import hashlib
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_DECIDES_REPLAY = ("workflows", "schemas", "activities")
"""Packages whose sources shape a workflow's commands. Rules and products do not: their answers stand in histories."""


@cache
def build_id() -> str:
    """First 12 hex digits of the SHA-256 over the sources that decide whether a history replays."""
    digest = hashlib.sha256()
    for package in _DECIDES_REPLAY:
        for file in sorted((_ROOT / package).rglob("*.py")):
            digest.update(file.relative_to(_ROOT).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]

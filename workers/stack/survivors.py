"""Processes of ours that outlived a killed supervisor: recorded at their start, ended at the next one."""

import contextlib
import json
import signal
from pathlib import Path

import psutil
from pydantic import TypeAdapter, ValidationError

from schemas.shape import Shape
from workers.stack.state import StateFolder

PIDS = "pids.json"
_END_SECONDS = 10


class Recorded(Shape):
    """One process as recorded: its id alone may be somebody else's by now, id and start together may not."""

    part: str
    pid: int
    started: str


_RECORDS = TypeAdapter(tuple[Recorded, ...])


def record(state: StateFolder, pids: dict[str, int]) -> None:
    """Write down the running processes, part name to process id."""
    records = [Recorded(part=part, pid=pid, started=_started(pid)) for part, pid in pids.items()]
    state.write(PIDS, json.dumps([entry.model_dump() for entry in records]))


def end_survivors(state: StateFolder) -> list[str]:
    """End those recorded processes that still run, and nothing else; returns the names of their parts."""
    alive = [entry for entry in _recorded(state) if _process(entry)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        left = [process for entry in alive if (process := _process(entry))]
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        psutil.wait_procs(left, timeout=_END_SECONDS)
    return [entry.part for entry in alive]


def _process(entry: Recorded) -> psutil.Process | None:
    """The recorded process itself, or None when it has ended (its id may have gone to another since)."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(entry.pid)
        if _started(entry.pid) == entry.started:
            return process
    return None


def _recorded(state: StateFolder) -> tuple[Recorded, ...]:
    try:
        return _RECORDS.validate_json((state.path / PIDS).read_bytes())
    except (FileNotFoundError, ValidationError):
        # Nothing to recognise anybody by: the parts end with their supervisor anyway, this list is the second net.
        return ()


def _started(pid: int) -> str:
    """Boot and clock tick at which process `pid` started; empty when there is none."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    return f"{boot}/{status.rpartition(')')[2].split()[19]}"

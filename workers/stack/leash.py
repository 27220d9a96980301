"""Run a command so that it ends with its parent and, started by root, as an ordinary user.

A small program of its own rather than a `preexec_fn`: it needs the standard library only, and it is safe to start
from a process that has threads. It becomes the command by exec, so the process id that the parent knows stays true.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

UNPRIVILEGED = "nobody"
_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _RAISE = 1, 8, 47, 2
_CAPABILITY_VERSION = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


def leashed(
    command: Sequence[str | Path], *, end_with: signal.Signals = signal.SIGKILL, unprivileged: bool = False
) -> list[str]:
    """`command` as a command line that gets `end_with` when its parent ends.

    With `unprivileged`, root hands over to the user nobody. Where a folder on the way to one of the command's paths is
    closed to that user, the command keeps the one capability that opens it (state under /root, say).
    """
    change = unprivileged and os.geteuid() == 0
    closed = change and not all(_open_to_all(path) for part in command if (path := Path(part)).is_absolute())
    options = [str(os.getpid()), str(int(end_with)), UNPRIVILEGED if change else "-", str(_opener()) if closed else "-"]
    return [sys.executable, "-I", "-S", __file__, *options, *map(str, command)]


def _open_to_all(path: Path) -> bool:
    return all(not folder.exists() or folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


def _opener() -> int:
    """The weakest capability we hold that passes closed folders; containers often lack the weaker one."""
    held = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapPrm:"))
    return _CAP_DAC_READ_SEARCH if int(held.split()[1], 16) >> _CAP_DAC_READ_SEARCH & 1 else _CAP_DAC_OVERRIDE


def _become(user: str, keep: str) -> None:
    entry, libc = pwd.getpwnam(user), ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    if keep != "-":
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
        sets = (ctypes.c_uint32 * 6)(*[1 << int(keep)] * 3, 0, 0, 0)
        if libc.capset(header, sets) or libc.prctl(_PR_CAP_AMBIENT, _RAISE, int(keep), 0, 0):
            sys.exit(f"cannot keep access to a closed folder: {os.strerror(ctypes.get_errno())}")


def _main(parent: str, end_with: str, user: str, keep: str, *command: str) -> None:
    os.umask(0o077)
    if user != "-":
        _become(user, keep)
    # Set after the change of user, which would clear it.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(end_with), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the parent ended before the command began")
    os.execv(command[0], command)  # noqa: S606 - the command line is our own


if __name__ == "__main__":
    _main(*sys.argv[1:])

"""The state folder of the embedded stack: who uses it, its secrets, its ports, and the addresses it publishes."""

import base64
import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from privacy.key_ring import KeyRing

LOCK, SECRETS, PORTS, ADDRESSES = "lock", "secrets.json", "ports.json", "stack.toml"
KEY_RING = "key-ring.json"


class StackRunningError(Exception):
    """Another process runs a stack on this folder: end that one, or name another folder."""


class StateFolderError(Exception):
    """The folder cannot be used or a file in it is broken; the message names it and says what to do."""


class StateFolder:
    """One folder that holds everything the embedded stack keeps between two starts."""

    def __init__(self, path: Path) -> None:
        """Use `path`, created when missing; others may pass through it but not list it (PostgreSQL runs as nobody)."""
        self.path = path.resolve()
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o711)
            (self.path / "logs").mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            message = f"{self.path}: cannot keep the stack's state here ({error.strerror}); name a folder with --state"
            raise StateFolderError(message) from error

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this process; the system lets go of it however the process ends.

        Raises StackRunningError with the other's process id when it is held already.
        """
        with (self.path / LOCK).open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StackRunningError(self._held_by()) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def in_use(self) -> bool:
        """Whether some process runs a stack on this folder now."""
        try:
            with self.locked():
                return False
        except StackRunningError:
            return True

    def secrets(self) -> dict[str, str]:
        """`partner_token` and `webhook_secret` of this folder, made at the first call and kept (mode 0600)."""
        kept = self._read(SECRETS)
        if not kept:
            webhook = base64.b64encode(secrets.token_bytes(32)).decode()
            kept = {"partner_token": secrets.token_urlsafe(32), "webhook_secret": f"whsec_{webhook}"}
            self.write(SECRETS, json.dumps(kept))
        return cast("dict[str, str]", kept)

    def key_ring(self) -> Path:
        """File with the key ring of this folder, made at the first call and kept (mode 0600)."""
        if not (file := self.path / KEY_RING).exists():
            self.write(KEY_RING, KeyRing.new().text())
        return file

    def ports(self) -> dict[str, int]:
        """Ports of the last start, by service; empty before the first."""
        return cast("dict[str, int]", self._read(PORTS))

    def remember_ports(self, ports: Mapping[str, int]) -> None:
        """Keep `ports` for the next start, so that addresses stay the same where they can."""
        self.write(PORTS, json.dumps(dict(ports)))

    def publish(self, settings: Mapping[str, str]) -> None:
        """Write `settings` (names of the Settings' fields) to stack.toml, where other processes find them."""
        # A JSON string is a TOML basic string.
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        self.write(
            ADDRESSES, "# Written at each start of the embedded stack; holds secrets.\n" + "\n".join(lines) + "\n"
        )

    def write(self, name: str, text: str) -> None:
        """Replace file `name` as a whole, readable for its owner only."""
        draft = self.path / f"{name}.new"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / name)

    def _read(self, name: str) -> dict[str, object]:
        try:
            content = json.loads((self.path / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            message = f"{self.path / name}: not JSON ({error}); restore it, or start afresh with another --state"
            raise StateFolderError(message) from error
        return cast("dict[str, object]", content)

    def _held_by(self) -> str:
        pid = (self.path / LOCK).read_text(encoding="utf-8").strip() or "unknown"
        return f"process {pid} runs a stack on {self.path}: end it (Ctrl-C there), or name another folder with --state"

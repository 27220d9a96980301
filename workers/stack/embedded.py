"""The whole stack on one machine: servers from wheels, our own processes, everything under one state folder."""

import asyncio
import contextlib
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import asyncpg
import structlog

from console.codec import PATH as CODEC_PATH
from privacy.key_ring import read_ring
from storage.migrations import migrate
from storage.pool import SCHEMA
from workers.settings import Settings
from workers.stack.adoption import Adoption
from workers.stack.leash import leashed
from workers.stack.parts import HOST, environment, module_part, postgres_part, temporal_part
from workers.stack.ports import choose_ports
from workers.stack.postgres import EmbeddedPostgres
from workers.stack.state import StateFolder
from workers.stack.supervisor import PartFailedError, Supervisor
from workers.stack.survivors import end_survivors
from workers.vaults import seal_all

_DATABASES = ("journeys", "sandbox")
_RELEASE_SECONDS = 90
_log = structlog.get_logger("workers.stack")


class EmbeddedStack:
    """Temporal, PostgreSQL and our processes; `async with` starts and ends them.

    Entering raises StackRunningError when the folder is in use and PartFailedError when a part does not come up.
    """

    def __init__(
        self, state: StateFolder, *, services_only: bool = False, sandbox: Mapping[str, str] | None = None
    ) -> None:
        """Keep everything under `state`; with `services_only` start the two servers and none of our own processes.

        `sandbox` are settings of the played partners (environment names), e.g. SANDBOX_PACE.
        """
        self._state = state
        self._sandbox = sandbox or {}
        self._services_only = services_only
        self._held = contextlib.AsyncExitStack()
        self._published: dict[str, str] = {}
        self.supervisor = Supervisor(self._state)

    @property
    def settings(self) -> Settings:
        """Settings that lead to this stack, whatever the environment says."""
        return Settings.model_validate(self._published)

    async def __aenter__(self) -> Self:
        """Everything is up: migrated, polling, answering."""
        async with contextlib.AsyncExitStack() as held:
            held.enter_context(self._state.locked())
            await held.enter_async_context(self.supervisor)
            await self._start()
            self._held = held.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Everything has ended: our processes first, then the servers."""
        await self._held.__aexit__(kind, error, trace)

    async def _start(self) -> None:
        if survivors := await asyncio.to_thread(end_survivors, self._state):
            _log.warning("ended what a killed stack had left running", parts=survivors)
        ports = choose_ports(self._state.ports())
        self._state.remember_ports(ports)
        server = EmbeddedPostgres(self._state.path / "postgres", port=ports["postgres"])
        codec = f"http://{HOST}:{ports['gateway']}{CODEC_PATH}"
        temporal = temporal_part(self._state.path / "temporal.db", ports["temporal"], ports["temporal_ui"], codec=codec)
        await self.supervisor.start(postgres_part(server), temporal)
        await _prepare_databases(server)
        await seal_all(server.url("journeys"), read_ring(self._state.key_ring(), ""))
        self._published = self._addresses(server, ports)
        self._state.publish(self._published)
        if not self._services_only:
            await self._start_ours(ports)

    async def _start_ours(self, ports: dict[str, int]) -> None:
        played = {"sandbox_port": str(ports["sandbox"]), **self._sandbox}
        release = asyncio.create_task(self._release())
        try:
            await self.supervisor.start(
                module_part("sandbox", "sandbox", self._published | played, ports["sandbox"]),
                module_part("worker", "workers.worker", self._published),
                module_part("gateway", "workers.gateway", self._published, ports["gateway"]),
            )
            await release
        finally:
            release.cancel()
            await asyncio.gather(release, return_exceptions=True)

    async def _release(self) -> None:
        """Make the worker's build the current one and bring older journeys along, in a process of its own."""
        path = self.supervisor.log_file("release")
        with path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *leashed([sys.executable, "-P", "-m", "workers.stack.release"]),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=environment(self._published),
                cwd="/",
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(_RELEASE_SECONDS):
                told, _ = await process.communicate()
        except (TimeoutError, asyncio.CancelledError):
            process.kill()
            await process.wait()
            raise
        if process.returncode:
            message = f"the worker's build did not become current; see {path} and {self.supervisor.log_file('worker')}"
            raise PartFailedError(message)
        for journey, reason in Adoption.model_validate_json(told).stuck.items():
            _log.error("journey needs a worker of its own build", journey=journey, reason=reason)

    def _addresses(self, server: EmbeddedPostgres, ports: dict[str, int]) -> dict[str, str]:
        return {
            "journeys_state": str(self._state.path),
            "temporal_address": f"{HOST}:{ports['temporal']}",
            "temporal_namespace": "default",
            "temporal_ui_url": f"http://{HOST}:{ports['temporal_ui']}",
            "database_url": server.url("journeys"),
            "sandbox_database_url": server.url("sandbox"),
            "gateway_url": f"http://{HOST}:{ports['gateway']}",
            "sandbox_url": f"http://{HOST}:{ports['sandbox']}",
            "key_ring_file": str(self._state.key_ring()),
            **self._state.secrets(),
        }


async def _prepare_databases(server: EmbeddedPostgres) -> None:
    admin = await asyncpg.connect(server.url())
    try:
        known = {row["datname"] for row in await admin.fetch("SELECT datname FROM pg_database")}
        for name in _DATABASES:
            if name not in known:
                await admin.execute(f'CREATE DATABASE "{name}"')
    finally:
        await admin.close()
    connection = await asyncpg.connect(server.url("journeys"))
    try:
        await migrate(connection, SCHEMA)
    finally:
        await connection.close()

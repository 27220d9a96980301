"""Where simulated journeys live: PostgreSQL, a Temporal server that skips time, and the worker of production."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from activities.people import People
from privacy.key_ring import KeyRing
from privacy.vault import Vault
from products.calendar import WorkingCalendar, load_calendar
from products.loader import Products, load_products
from schemas.partners import PartnerName
from simulation.clock import MovedClock
from simulation.partners import Stage
from storage.migrations import migrate
from storage.pool import SCHEMA, open_pool
from workers.clients import connect
from workers.settings import Settings
from workers.stack.parts import HOST, postgres_part, temporal_part
from workers.stack.ports import free_port
from workers.stack.postgres import EmbeddedPostgres
from workers.stack.state import StateFolder
from workers.stack.supervisor import Supervisor
from workers.stack.versions import make_current
from workers.worker import Own, deployment_of, journeys_worker, partner_worker

_BUILD = "simulation"
_SKIPPING = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    # Where time skips, runs follow one another in milliseconds; the server would hold each back for a second. (1.32:
    # history.continueAsNewMinInterval, of which its documentation speaks, is unknown to it.)
    'history.workflowIdReuseMinimalInterval="0s"',
    # One shard serves all simulated journeys, and each skip has it look for timers: its 20 looks a second are too few.
    "history.timerProcessorMaxPollRPS=10000",
    "history.timerProcessorMaxPollHostRPS=10000",
)
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""The database does not outlive the simulation."""
_SKIPS_AT_ONCE = 100_000
_CONNECTIONS = 20


@dataclass(frozen=True, slots=True)
class House:
    """A running house whose journeys have clocks of their own."""

    database: str
    """Its URL."""
    ring: KeyRing
    """Sealed as in production, with keys that do not outlive it."""
    pool: "asyncpg.Pool[asyncpg.Record]"
    vault: Vault
    skipper: TimeSkipper
    clock: MovedClock
    stage: Stage
    products: Products
    calendar: WorkingCalendar

    @property
    def client(self) -> Client:
        """The client by which journeys are started: time stands still for them until it is moved."""
        return self.skipper.client


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """Everything that journeys need, in a folder that goes away again. Raises what a stack raises that fails."""
    async with idle_house() as house, at_work(house.client, house.pool, house.vault, house.stage, _BUILD):
        await make_current(house.client, _BUILD)
        with house.clock.installed():
            yield house


@asynccontextmanager
async def idle_house(ring: KeyRing | None = None) -> AsyncIterator[House]:
    """A house in which nobody works yet: its workers may be in processes of their own.

    With the `ring` of another house, the same claims have the same journeys in both.
    """
    async with AsyncExitStack() as stack:
        database, settings = await _servers(stack.enter_context(_folder()), stack)
        pool = await open_pool(database, max_size=_CONNECTIONS)
        stack.push_async_callback(pool.close)
        ring = ring or KeyRing.new()
        vault = Vault(pool, ring)
        client = await connect(settings, vault)
        skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, max_session_skip_count=_SKIPS_AT_ONCE))
        yield House(database, ring, pool, vault, skipper, MovedClock(), Stage(), load_products(), load_calendar())


@asynccontextmanager
async def at_work(
    client: Client, pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault, stage: Stage, build: str
) -> AsyncIterator[None]:
    """The worker of production, versioned as there, on partners that are played."""
    partners = stage.partners(People(pool, vault))
    workers = [journeys_worker(client, Own(pool, vault), partners, deployment=deployment_of(build))]
    workers += [partner_worker(client, partners, name) for name in PartnerName]
    async with AsyncExitStack() as stack:
        for worker in workers:
            await stack.enter_async_context(worker)
        yield


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="journeys-simulate-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL does not run as root
        yield folder


async def _servers(folder: Path, stack: AsyncExitStack) -> tuple[str, Settings]:
    supervisor = await stack.enter_async_context(Supervisor(StateFolder(folder)))
    server = EmbeddedPostgres(folder / "postgres", settings=_FORGETFUL)
    port = free_port()
    temporal = temporal_part(folder / "temporal.db", port, free_port(), dynamic=_SKIPPING)
    await supervisor.start(postgres_part(server), temporal)
    connection = await asyncpg.connect(server.url())
    try:
        await migrate(connection, SCHEMA)
    finally:
        await connection.close()
    settings = Settings.model_validate({"temporal_address": f"{HOST}:{port}", "temporal_namespace": "default"})
    return server.url(), settings

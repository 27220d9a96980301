"""Journeys that travelled for real and rest now, to be reconciled: each test has a copy of their database."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import asyncpg
import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner

from audit.archive.entry import StoreName
from audit.archive.postgres import PostgresStore
from audit.archive.register import Register
from audit.archive.stores import Stores
from audit.histories import Recorded
from audit.reconcile.finding import Finding, Reconciled
from audit.reconcile.reconciling import Look, Reconciler
from audit.reconcile.repairing import Repair
from audit.replaying import Replayed, Replays
from audit.sources import Sources
from privacy.vault import Vault
from schemas.actions import ReissueVoucher
from schemas.journey import WaitingFor
from schemas.people import ActorRole
from tests import car_t_roads, people, roads
from tests.rig import Rig
from workers.build import build_id
from workers.cli.operate import register_attributes
from workers.converter import data_converter
from workers.stack.postgres import EmbeddedPostgres
from workers.worker import WORKFLOWS


class Travelled(NamedTuple):
    """What rests: the database to copy, the server with the histories, and the journeys."""

    template: str
    client: Client
    refilled: str
    """Three runs, two prescriptions, two vouchers that were redeemed."""
    recovered: str
    """Paid, and claimed back."""
    withdrawn: str
    """Its voucher is void."""
    therapy: str
    """Three runs with a chain of custody."""
    locked: str
    """Open: its voucher was locked by wrong codes, got another code, and was locked once more."""
    moving: str
    """Open, and of one test alone, which has it move."""
    seen: tuple[Reconciled, ...]
    """What came of looking at them while they travelled."""


async def namespace(temporal: Client) -> Client:
    """A client of a namespace of its own, with our search attributes."""
    name = f"reconcile-{uuid.uuid4().hex[:8]}"
    request = RegisterNamespaceRequest(
        namespace=name, workflow_execution_retention_period=Duration(seconds=int(timedelta(days=1).total_seconds()))
    )
    await temporal.workflow_service.register_namespace(request)
    config = temporal.config()
    config["namespace"] = name
    client = Client(**config)
    async with asyncio.timeout(30):
        while True:  # a namespace is known everywhere a moment after it was made
            try:
                await register_attributes(client)
            except RPCError:
                await asyncio.sleep(0.05)
            else:
                return client


@asynccontextmanager
async def database_like(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[str]:
    """The name of a copy, dropped afterwards."""
    name = f"reconcile_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres.url())
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        yield name
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@asynccontextmanager
async def watched(rig: Rig) -> AsyncIterator[list[Reconciled]]:
    """Somebody reconciles the therapy all the time, which writes side by side; what came of it each time."""
    seen, stop = list[Reconciled](), asyncio.Event()

    async def watch() -> None:
        async with reconciling(rig.pool, rig.vault, rig.client) as reconciler:
            while not stop.is_set():
                rows = await rig.pool.fetch("SELECT journey_id FROM claim WHERE product = 'chinalife-cancer-rider'")
                looks = await asyncio.gather(*(reconciler.look(row["journey_id"]) for row in rows))
                seen.extend(look.came for look in looks)

    task = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        stop.set()
        await task


async def _locked_twice(rig: Rig) -> str:
    """Five wrong codes, another code, five wrong codes."""
    journey = await roads.at_booking(rig, "axa-excellence")
    await rig.done(journey, people.pick_up(*roads.PLACES["axa-excellence"], **roads.AGREED))
    for again in (0, 1):
        for number in range(5):
            await rig.waiting(journey, WaitingFor.HAND_OVER)
            await rig.done(journey, people.hand_over(f"WRONG-{again}{number}"))
        if not again:
            await rig.done(journey, ReissueVoucher(**people.by(ActorRole.SERVICE_AGENT), reason="checked who collects"))
    await rig.waiting(journey, WaitingFor.HAND_OVER)
    return journey


async def _at_review(rig: Rig) -> str:
    return await roads.at_review(rig, "chinalife-cancer-rider")


ROADS: tuple[Callable[[Rig], Any], ...] = (
    roads.refilled_once,
    roads.fraud_found_after_closing,
    roads.withdrawn_at_the_counter,
    car_t_roads.settled,
    _locked_twice,
    _at_review,
)


async def sent(rig: Rig) -> None:
    """Wait until every message is sent."""
    async with asyncio.timeout(30):
        while await rig.pool.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NULL"):
            await asyncio.sleep(0.01)


class Books(NamedTuple):
    """A copy of the database, and what reconciles it."""

    url: str
    pool: "asyncpg.Pool[asyncpg.Record]"
    vault: Vault
    reconciler: Reconciler
    register: Register

    async def plant(self, statement: str, *given: object) -> None:
        """Somebody who owns the database changes it, its guards switched off."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(statement, *given)

    async def look(self, journey_id: str) -> Look:
        """One journey, reconciled."""
        return await self.reconciler.look(journey_id)

    async def came(self, journey_id: str) -> Reconciled:
        """What came of it."""
        return (await self.look(journey_id)).came

    async def repair(self, journey_id: str, announced: tuple[Finding, ...]) -> Reconciled:
        """What came of repairing it."""
        return (await Repair(self.pool, self.vault, self.reconciler).repair(journey_id, announced, "os:tests")).came


replayed = dict[str, Replayed]()
"""Histories replay once for all tests; cleared by a test that takes keys away, before and after."""


@asynccontextmanager
async def reconciling(pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault, client: Client) -> AsyncIterator[Reconciler]:
    """A reconciler in this process, in a hurry."""
    stores = Stores({StoreName.POSTGRES: PostgresStore(pool)}, StoreName.POSTGRES)
    sources, runner, lock = Sources(Register(pool), stores, client), UnsandboxedWorkflowRunner(), asyncio.Lock()
    replays = Replays(WORKFLOWS, runner, data_converter(vault), build_id(), telling=True)

    async def replay(recorded: Recorded) -> Replayed:
        name = f"{recorded.name}:{len(recorded.history.events)}"
        async with lock:
            if name not in replayed:
                replayed[name] = await replays.replay(recorded)
        return replayed[name]

    with pytest.MonkeyPatch.context() as hurry:
        hurry.setattr("audit.reconcile.reconciling._PAUSE_SECONDS", 0.01)
        async with replays:
            yield Reconciler(pool, vault, sources, client, replay)

"""The worker process: journeys on their queue, one queue per partner, and what starts, feeds and tells of them."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack, suppress
from datetime import timedelta

import structlog
import uvloop
from asyncpg import Pool, Record
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig, WorkflowRunner

from activities.closing import Closing
from activities.custody import Custody
from activities.decisions import Decisions
from activities.ledger import Ledger
from activities.people import People
from activities.status import Transitions
from audit.archive.register import Register
from console.kept import KeptActions
from console.performing import Performer
from console.reads import Reads
from intake.dispatcher import Dispatcher
from privacy.errors import KeyRingError
from privacy.vault import Vault
from products.calendar import load_calendar
from products.loader import load_products
from schemas.partners import PartnerName
from schemas.routing import DEPLOYMENT, JOURNEYS_QUEUE, partner_queue
from workers import patience
from workers.archiving import Archiving, exporter, open_stores
from workers.build import build_id
from workers.delivery import Delivery
from workers.logs import configure_logs
from workers.outbox import OutboxRelay
from workers.partners import Partners, open_partners
from workers.recalculation import Recalculation
from workers.settings import Settings
from workers.vaults import check_ring, key_ring, open_vault
from workflows.car_t import CarTJourney
from workflows.specialty_drug import SpecialtyDrugJourney

log = structlog.get_logger(__name__)

WORKFLOWS = [SpecialtyDrugJourney, CarTJourney]
_CACHED_JOURNEYS = 2000
_TASKS_AT_ONCE = 20
"""Workflow tasks in hand at once. Each waits for its local activities; a hundred of them on a busy machine overran
Temporal's ten seconds together, and the worker then stood still."""
_CONNECTIONS = 20
_PARTNER_CALLS = 50
"""At most so many calls to one partner at once from one worker process."""


def runner_of_production() -> WorkflowRunner:
    """No workflow sandbox: it costs a third of a worker's time. Every test and replay runs with it fully on instead."""
    return UnsandboxedWorkflowRunner()


def journeys_worker(
    client: Client,
    own: "Own",
    partners: Partners,
    *,
    task_queue: str = JOURNEYS_QUEUE,
    deployment: WorkerDeploymentConfig | None = None,
    runner: WorkflowRunner | None = None,
) -> Worker:
    """The worker that runs journeys and their local activities."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=[*own.activities(), *partners.at_once()],
        workflow_runner=runner or runner_of_production(),
        deployment_config=deployment,
        max_cached_workflows=_CACHED_JOURNEYS,
        max_concurrent_workflow_tasks=_TASKS_AT_ONCE,
        graceful_shutdown_timeout=timedelta(seconds=10),
    )


def partner_worker(client: Client, partners: Partners, partner: PartnerName) -> Worker:
    """The worker of one partner's queue. Unversioned: any release may carry out what any journey asked for."""
    return Worker(
        client,
        task_queue=partner_queue(partner),
        activities=partners.on_queue(partner),
        max_concurrent_activities=_PARTNER_CALLS,
        graceful_shutdown_timeout=timedelta(seconds=10),
    )


class Own:
    """The activities on our own database, rules and products."""

    def __init__(self, pool: "Pool[Record]", vault: Vault) -> None:
        """Load products and calendar once; raises ProductError when the data is unsound."""
        calendar = load_calendar()
        self.decisions = Decisions(load_products(), calendar)
        self.transitions = Transitions(pool, vault, calendar)
        self.ledger = Ledger(pool, vault)
        self.custody = Custody(pool, vault)
        self.closing = Closing(pool, vault)

    def activities(self) -> list:  # type: ignore[type-arg]  # Temporal takes any decorated callables
        """All of them, for a worker."""
        ledger = self.ledger
        return [
            self.decisions.decide,
            self.decisions.plan,
            self.decisions.car_t_plan,
            self.decisions.car_t_window,
            self.decisions.car_t_deviations,
            self.transitions.enter,
            self.custody.append,
            self.closing.leave,
            ledger.available,
            ledger.prescribed_nearby,
            ledger.issue_voucher,
            ledger.reserve,
            ledger.check_voucher,
            ledger.renew_voucher,
            ledger.commit,
            ledger.release,
            ledger.recover,
        ]


def deployment_of(build: str) -> WorkerDeploymentConfig:
    """Versioned from the first day: a journey stays on the code it began with until it is moved on purpose."""
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(DEPLOYMENT, build),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )


async def run_worker(settings: Settings, stop: asyncio.Event) -> None:
    """Run every worker, the dispatcher, the relay and the rest until `stop` is set; then finish what is in hand."""
    async with AsyncExitStack() as stack:
        pool = await patience.database(settings, stop, connections=_CONNECTIONS)
        stack.push_async_callback(pool.close)
        vault = open_vault(pool, settings)
        await check_ring(pool, key_ring(settings))
        stores = open_stores(settings, pool)
        client = await patience.temporal(settings, vault, stop)
        partners = await open_partners(settings, People(pool, vault), stack)
        workers = [journeys_worker(client, Own(pool, vault), partners, deployment=deployment_of(build_id()))]
        workers += [partner_worker(client, partners, name) for name in PartnerName]
        for worker in workers:
            await stack.enter_async_context(worker)
        dispatcher = Dispatcher(pool, vault, client)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(dispatcher.run())
            tasks.create_task(OutboxRelay(pool, vault, partners.notifier).run(stop))
            performer = Performer(client, Reads(pool, vault))
            tasks.create_task(Delivery(KeptActions(pool, vault, performer)).run(stop))
            tasks.create_task(Recalculation(pool, vault, performer, load_calendar()).run(stop))
            tasks.create_task(Archiving(exporter(client, pool, stores), Register(pool)).run(stop))
            log.info("worker.ready", build=build_id(), queues=len(workers))
            await stop.wait()
            dispatcher.stop()
        log.info("worker.stopping")


async def _main() -> None:
    settings = Settings()
    configure_logs(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        with suppress(patience.ToldToStopError):
            await run_worker(settings, stop)
    except KeyRingError as error:
        sys.exit(f"journeys worker: {error}")


if __name__ == "__main__":
    uvloop.run(_main())

"""A worker process of one variant: `python -m bench.worker VARIANT ADDRESS DATABASE_URL`; ends on SIGTERM."""

import asyncio
import json
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import uvloop
from asyncpg import Pool, Record
from temporalio.client import Client
from temporalio.worker import Worker

from bench.partners import partners
from bench.unsealed import Unsealed
from bench.variants import BareJourney, write_straightforwardly
from privacy.vault import Vault
from schemas.drug_claim import DrugClaimReport
from schemas.partners import PartnerName
from schemas.routing import JOURNEYS_QUEUE
from storage.pool import open_pool
from workers.clients import connect
from workers.settings import Settings
from workers.vaults import key_ring
from workers.worker import Own, deployment_of, journeys_worker, partner_worker, runner_of_production

BUILD = "bench"
UNSEALED = "unsealed"
SAMPLE = Path(__file__).parent.parent / "samples" / "claims" / "pingan-cancer-drug.json"


async def main(variant: str, address: str, database: str) -> None:
    """Run the variant's workers until told to end."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = Settings(temporal_address=address)
    async with AsyncExitStack() as stack:
        pool = await open_pool(database, max_size=20)
        stack.push_async_callback(pool.close)
        plain = variant == UNSEALED
        vault = Unsealed(pool, key_ring(settings)) if plain else Vault(pool, key_ring(settings))
        client = await connect(settings, None if plain else vault)
        for worker in _workers(variant, client, pool, vault):
            await stack.enter_async_context(worker)
        print("ready", flush=True)
        await stop.wait()


def _workers(variant: str, client: Client, pool: "Pool[Record]", vault: Vault) -> list[Worker]:
    deployment = deployment_of(BUILD)
    if variant == "bare":
        only = Worker(
            client,
            task_queue=JOURNEYS_QUEUE,
            workflows=[BareJourney],
            workflow_runner=runner_of_production(),
            deployment_config=deployment,
            max_cached_workflows=2000,
        )
        return [only]
    if variant == "straightforward":
        write_straightforwardly()
    report = DrugClaimReport.model_validate(json.loads(SAMPLE.read_text(encoding="utf-8"))["data"])
    adapters = partners(report.insured)
    journeys = journeys_worker(client, Own(pool, vault), adapters, deployment=deployment)
    return [journeys, *(partner_worker(client, adapters, name) for name in PartnerName)]


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))

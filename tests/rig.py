"""Everything a journey needs, real and in one process: Temporal, PostgreSQL, partners over HTTP, the gateway."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
from pydantic import SecretStr
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.people import People
from console.app import create_app
from console.reads import Reads, UnknownJourneyError
from intake.api import router as intake_router
from intake.dispatcher import Dispatcher
from intake.door import Door
from privacy import places
from privacy.vault import Vault
from products.loader import load_products
from sandbox.app import create_app as create_partners
from sandbox.database import SCHEMA, prepare
from schemas.actions import Action, RecordPayment
from schemas.clinical import DrugName, Prescription
from schemas.journey import (
    CLOSED_STAGES,
    DecisionRecord,
    JourneyResult,
    JourneyStatus,
    Notice,
    TimelineEntry,
    WaitingFor,
)
from schemas.partners import PartnerName
from schemas.people import Actor, ActorRole
from storage.pool import open_pool
from tests.conftest import RING
from tests.serving import TRUST, serving
from workers.converter import data_converter
from workers.outbox import OutboxRelay
from workers.partners import open_partners
from workers.settings import Settings
from workers.stack.ports import free_port
from workers.stack.versions import make_current
from workers.worker import Own, deployment_of, journeys_worker, partner_worker

SAMPLES = Path(__file__).parent.parent / "samples"
BUILD = "tests"
_TOKEN = "token-of-the-tests"  # noqa: S105 - protects nothing
_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - protects nothing
_PATIENCE = 30.0
_CALLBACKS_AFTER = 0.01
_LIVE_CODE = "SELECT code FROM voucher WHERE journey_id = $1 AND standing = 'issued'"


@dataclass
class Rig:
    """A running house with its partners; ask it for journeys."""

    database: str
    pool: "asyncpg.Pool[asyncpg.Record]"
    vault: Vault
    client: Client
    gateway: httpx2.AsyncClient
    partners: httpx2.AsyncClient

    async def report(self, sample: str, change: Callable[[dict[str, Any]], None] | None = None) -> str:
        """Send a product's sample claim through the door, changed, under a new number and on a policy of its own.

        Gives the journey id.
        """
        event = json.loads((SAMPLES / "claims" / f"{sample}.json").read_text(encoding="utf-8"))
        event["id"] = uuid.uuid4().hex
        event["data"]["claim_number"] = f"T-{uuid.uuid4().hex[:16]}"
        event["data"]["policy_number"] = await self.policy(sample)
        if change:
            change(event["data"])
        event["subject"] = event["data"]["claim_number"]
        headers = {"content-type": "application/cloudevents+json"}
        answer = await self.gateway.post("/events", content=json.dumps(event).encode(), headers=headers)
        assert answer.status_code == 202, answer.text
        journey_id: str = answer.json()["journey_id"]
        return journey_id

    async def status(self, journey_id: str) -> JourneyStatus | None:
        """The journey's status as written, None before the first write."""
        with suppress(UnknownJourneyError):
            return await self.reads.status(journey_id)
        return None

    @property
    def reads(self) -> Reads:
        """The read model."""
        return Reads(self.pool, self.vault)

    async def entries(self, journey_id: str) -> tuple[TimelineEntry, ...]:
        """Everything that the journey's timeline tells."""
        return (await self.reads.timeline(journey_id, limit=1000)).items

    async def notices(self, journey_id: str) -> list[Notice]:
        """Every message that the journey wrote."""
        rows = await self.pool.fetch("SELECT key, payload FROM outbox WHERE journey_id = $1", journey_id)
        return [
            Notice.model_validate(await self.vault.open(journey_id, places.notice(row["key"]), row["payload"]))
            for row in rows
        ]

    async def decisions(self, journey_id: str) -> tuple[DecisionRecord, ...]:
        """Every decision of the journey."""
        return (await self.reads.status(journey_id)).decisions

    async def until(self, journey_id: str, condition: Callable[[JourneyStatus], bool]) -> JourneyStatus:
        """Wait until the journey's status fulfils `condition`; fails with the last status seen."""
        seen: JourneyStatus | None = None
        try:
            async with asyncio.timeout(_PATIENCE):
                while not ((seen := await self.status(journey_id)) and condition(seen)):
                    await asyncio.sleep(0.01)
        except TimeoutError:
            message = f"never got there; last seen: {seen.model_dump_json(indent=1) if seen else 'nothing'}"
            raise AssertionError(message) from None
        return seen

    async def waiting(self, journey_id: str, what: WaitingFor) -> JourneyStatus:
        """Wait until the journey waits for `what`."""
        return await self.until(journey_id, lambda status: status.wait.what is what)

    async def closed(self, journey_id: str) -> JourneyStatus:
        """Wait until the journey has ended, its run with it, which ends a little after the status has told so."""
        status = await self.until(journey_id, lambda status: status.stage in CLOSED_STAGES)
        await self.handle(journey_id).result()
        return status

    async def act(self, journey_id: str, action: Action) -> httpx2.Response:
        """Take an action through the gateway."""
        body = action.model_dump(mode="json")
        return await self.gateway.post(f"/journeys/{journey_id}/actions", json=body)

    async def done(self, journey_id: str, action: Action) -> None:
        """Take an action that must succeed."""
        answer = await self.act(journey_id, action)
        assert answer.status_code == 200, answer.text

    async def behave(
        self, partner: str, operation: str, *script: dict[str, Any], journey_id: str | None = None
    ) -> None:
        """Tell a partner how to answer its next calls."""
        match = {"journey_id": journey_id} if journey_id else {}
        told = {"partner": partner, "operation": operation, "script": list(script), "match": match}
        answer = await self.partners.post("/_sandbox/behaviours", json=told)
        assert answer.status_code < 300, answer.text

    async def fetched(self, journey_id: str) -> None:
        """Wait until the courier has fetched the journey's parcel."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                answer = await self.partners.get("/_sandbox/parcels", params={"journey_id": journey_id})
                if any(parcel["status"] not in {"booked", "cancelled"} for parcel in answer.json()):
                    return
                await asyncio.sleep(0.01)

    async def calm(self) -> None:
        """Make the partners well-behaved again, without aid programs."""
        await self.partners.delete("/_sandbox/behaviours")
        closed = [{"drug_id": drug.id, "open": False} for drug in load_products().get("pingan-longterm-b").drugs]
        await self.partners.post("/_sandbox/programs", json=closed)

    async def resting_run(self, journey_id: str) -> str:
        """The run after the first, once it has come to its wait and nothing is left for it to do."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                run_id = (await self.handle(journey_id).describe()).run_id
                events = (await self.client.get_workflow_handle(journey_id, run_id=run_id).fetch_history()).events
                started = events[0].workflow_execution_started_event_attributes
                if started.continued_execution_run_id and events[-1].HasField("timer_started_event_attributes"):
                    return run_id
                await asyncio.sleep(0.01)

    async def ended_run(self, journey_id: str, run_id: str) -> WorkflowHistory:
        """The history of a run, once another has taken over."""
        async with asyncio.timeout(_PATIENCE):
            while (await self.handle(journey_id).describe()).run_id == run_id:
                await asyncio.sleep(0.01)
        return await self.client.get_workflow_handle(journey_id, run_id=run_id).fetch_history()

    async def code(self, journey_id: str) -> str:
        """The voucher's code, from the message the insured person got."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                code = await self.pool.fetchval(_LIVE_CODE, journey_id)
                if code:
                    return str(code)
                await asyncio.sleep(0.01)

    def drug(self, sample: str) -> str:
        """Id of the drug that a sample claim is for."""
        event = json.loads((SAMPLES / "claims" / f"{sample}.json").read_text(encoding="utf-8"))
        name = DrugName.model_validate(event["data"]["prescription"]["drug"])
        return load_products().find_drugs(sample, name)[0].id

    def prescription(self, sample: str, **change: Any) -> Prescription:
        """The prescription of a sample claim, with fields changed."""
        event = json.loads((SAMPLES / "claims" / f"{sample}.json").read_text(encoding="utf-8"))
        return Prescription.model_validate(event["data"]["prescription"] | change)

    async def payment(self, journey_id: str) -> RecordPayment:
        """The insurer's word that it paid what was ordered."""
        ordered = await self.partners.get("/_sandbox/payments", params={"journey_id": journey_id})
        status = await self.until(journey_id, lambda status: status.money.committed > 0)
        who = Actor(role=ActorRole.INSURER, id="insurer-1")
        return RecordPayment(
            key=f"paid-{journey_id}",
            actor=who,
            payment_id=ordered.json()[0]["payment_id"],
            paid=True,
            amount=status.money.committed,
        )

    def handle(self, journey_id: str) -> WorkflowHandle[Any, JourneyResult]:
        """The journey on the Temporal server."""
        return self.client.get_workflow_handle(journey_id, result_type=JourneyResult)

    async def policy(self, sample: str, **change: Any) -> str:
        """A policy like the sample's under a new number, with fields changed; gives the number."""
        known = json.loads((SAMPLES / "policies.json").read_text(encoding="utf-8"))
        claim = json.loads((SAMPLES / "claims" / f"{sample}.json").read_text(encoding="utf-8"))["data"]
        entry = next(item for item in known if item["policy"]["policy_number"] == claim["policy_number"])
        in_catalogue = change.pop("in_catalogue", entry["in_catalogue"])
        number = f"P-{uuid.uuid4().hex[:16]}"
        policy = entry["policy"] | change | {"policy_number": number}
        answer = await self.partners.post("/_sandbox/policies", json=[{"policy": policy, "in_catalogue": in_catalogue}])
        assert answer.status_code < 300, answer.text
        return number


def sealing(client: Client, vault: Vault) -> Client:
    """A client like `client` that seals payloads as production does."""
    config = client.config()
    config["data_converter"] = data_converter(vault)
    return Client(**config)


@asynccontextmanager
async def running(client: Client, database: str, partners_database: str = "") -> AsyncIterator[Rig]:
    """The whole house on `client` and `database`, sealing as production does, workflow sandbox fully on.

    The partners keep their books in the same database unless they have another.
    """
    partners_database = partners_database or database
    async with AsyncExitStack() as stack:
        pool = await open_pool(database, max_size=20)
        stack.push_async_callback(pool.close)
        await prepare(partners_database)
        partner_pool = await open_pool(partners_database, schema=SCHEMA)
        stack.push_async_callback(partner_pool.close)
        gateway_port = free_port()
        vault = Vault(pool, RING)
        client = sealing(client, vault)
        partner_app = create_partners(
            partner_pool,
            gateway_url=f"http://127.0.0.1:{gateway_port}",
            token=SecretStr(_TOKEN),
            webhook_secret=SecretStr(_SECRET),
            pace=_CALLBACKS_AFTER,
        )
        partner_url = await stack.enter_async_context(serving(partner_app))
        door = Door(pool, vault, load_products())
        gateway_app = create_app(pool, vault, client, webhook_secret=_SECRET, routers=[intake_router(lambda: door)])
        gateway_url = await stack.enter_async_context(serving(gateway_app, gateway_port))
        settings = Settings(sandbox_url=partner_url, partner_token=SecretStr(_TOKEN))
        adapters = await open_partners(settings, People(pool, vault), stack)
        runner = SandboxedWorkflowRunner()
        own = Own(pool, vault)
        workers = [journeys_worker(client, own, adapters, deployment=deployment_of(BUILD), runner=runner)]
        workers += [partner_worker(client, adapters, name) for name in PartnerName]
        for worker in workers:
            await stack.enter_async_context(worker)
        await make_current(client, BUILD)
        stop, dispatcher = asyncio.Event(), Dispatcher(pool, vault, client)
        tasks = [
            asyncio.create_task(dispatcher.run()),
            asyncio.create_task(OutboxRelay(pool, vault, adapters.notifier).run(stop)),
        ]
        stack.push_async_callback(asyncio.wait, tasks)
        stack.callback(stop.set)
        stack.callback(dispatcher.stop)
        headers = {"Authorization": f"Bearer {_TOKEN}"}
        gateway = await stack.enter_async_context(
            httpx2.AsyncClient(base_url=gateway_url, trust_env=False, timeout=30, verify=TRUST)
        )
        partners = await stack.enter_async_context(
            httpx2.AsyncClient(base_url=partner_url, trust_env=False, headers=headers, verify=TRUST)
        )
        policies = json.loads((SAMPLES / "policies.json").read_text(encoding="utf-8"))
        answer = await partners.post("/_sandbox/policies", json=policies)
        assert answer.status_code < 300, answer.text
        yield Rig(database=database, pool=pool, vault=vault, client=client, gateway=gateway, partners=partners)

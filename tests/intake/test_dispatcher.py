"""The dispatcher against a real Temporal server: every journey is started exactly once, whatever dies meanwhile."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from intake.dispatcher import Dispatcher, Pace
from intake.door import Correction, Door, TurnedAway
from intake.received import Received
from intake.starter import Started, TemporalAwayError, start
from privacy import places
from privacy.vault import Vault
from products.loader import load_products
from schemas.drug_claim import DrugClaim
from schemas.routing import JOURNEYS_QUEUE
from tests.conftest import RING
from tests.intake.conftest import Pool, another, cut_connections, raw, send
from workers.stack.ports import free_port
from workers.stack.postgres import EmbeddedPostgres

_SLOW_POLL = Pace(poll_seconds=60, backoff_seconds=0.05, backoff_seconds_max=0.5)
_FAST_POLL = Pace(poll_seconds=0.05, attempts=2, backoff_seconds=0.01, backoff_seconds_max=0.02)
_CLAIM = "SELECT journey_id, claim FROM journey_start ORDER BY seq LIMIT 1"
_PENDING = "SELECT count(*) FROM journey_start WHERE status = 'pending'"


@workflow.defn(name="SpecialtyDrugJourney")
class RecordingJourney:
    """Stands in for the journey: answers with the claim it was given."""

    @workflow.run
    async def run(self, claim: DrugClaim) -> str:
        """Name what arrived."""
        return f"{claim.claim_number} {claim.prescription.drug.name} {claim.products_version}"


async def ordered(pool: Pool, vault: Vault) -> dict[str, Any]:
    """The claim that the first journey is ordered to start with."""
    row = await pool.fetchrow(_CLAIM)
    assert row is not None
    claim: dict[str, Any] = await vault.open(row["journey_id"], places.START, row["claim"])
    return claim


async def order(pool: Pool, vault: Vault, claim: dict[str, Any]) -> None:
    """Let it be another one."""
    row = await pool.fetchrow(_CLAIM)
    assert row is not None
    sealed = await vault.seal(row["journey_id"], places.START, claim)
    await pool.execute("UPDATE journey_start SET claim = $2 WHERE journey_id = $1", row["journey_id"], sealed)


@asynccontextmanager
async def dispatching(*dispatchers: Dispatcher) -> AsyncIterator[None]:
    """Run dispatchers, and see that they stop when told."""
    tasks = [asyncio.create_task(dispatcher.run()) for dispatcher in dispatchers]
    yield
    for dispatcher in dispatchers:
        dispatcher.stop()
    await asyncio.wait_for(asyncio.gather(*tasks), 30)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until `condition` holds; the test's time limit is the limit."""
    while not await condition():
        await asyncio.sleep(0.02)


async def all_started(pool: Pool) -> None:
    async def nothing_pending() -> bool:
        return bool(await pool.fetchval(_PENDING) == 0)

    await until(nothing_pending)


async def runs(client: Client, journey: str) -> int:
    """How many runs Temporal has for a journey; visibility lags a little behind."""
    query = f"WorkflowId = '{journey}'"
    await until(lambda: _visible(client, query))
    return (await client.count_workflows(query)).count


async def _visible(client: Client, query: str) -> bool:
    return (await client.count_workflows(query)).count > 0


async def test_fifty_journeys_two_dispatchers_each_started_once(
    http: httpx2.AsyncClient, pool: Pool, vault: Vault, client: Client
) -> None:
    """Events and their repeats arrive while two dispatchers run; each claim's journey has one run, with its claim."""
    events = [another() for _ in range(50)]
    repeats = [another(event["data"]["claim_number"]) for event in events]
    async with dispatching(Dispatcher(pool, vault, client, _SLOW_POLL), Dispatcher(pool, vault, client, _SLOW_POLL)):
        answers = await asyncio.gather(*(send(http, event) for event in events + repeats + events))
        await all_started(pool)
    journeys = {answer.json()["journey_id"] for answer in answers}
    assert len(journeys) == 50
    assert [await runs(client, journey) for journey in journeys] == [1] * 50
    async with Worker(
        client,
        task_queue=JOURNEYS_QUEUE,
        workflows=[RecordingJourney],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        result = await client.get_workflow_handle(answers[0].json()["journey_id"]).result()
    assert result == f"{events[0]['data']['claim_number']} 爱博新 {load_products().version}"


async def test_the_start_carries_what_people_search_by(door: Door, pool: Pool, vault: Vault, client: Client) -> None:
    """Product and stage are search attributes, product and claim number the summary; nothing of the person is."""
    event = another()
    answer = await door.receive(Received(raw(event)))
    assert not isinstance(answer, TurnedAway)
    async with dispatching(Dispatcher(pool, vault, client, _SLOW_POLL)):
        await all_started(pool)
    described = await client.get_workflow_handle(answer.journey_id).describe()
    shown = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert shown["JourneyProduct"] == "pingan-cancer-drug"
    assert await described.static_summary() == f"pingan-cancer-drug claim {event['data']['claim_number']}"
    assert described.task_queue == JOURNEYS_QUEUE


async def test_what_was_started_before_counts_as_started(door: Door, pool: Pool, vault: Vault, client: Client) -> None:
    """A dispatcher that died between the start and its booking leaves a row that the next one closes."""
    await door.receive(Received(raw(another())))
    claim = DrugClaim.model_validate(await ordered(pool, vault))
    assert await start(client, claim) is Started.NOW
    async with dispatching(Dispatcher(pool, vault, client, _SLOW_POLL)):
        await all_started(pool)
    assert await runs(client, claim.journey_id) == 1
    assert await start(client, claim) is Started.BEFORE


async def test_the_listening_connection_is_cut(
    http: httpx2.AsyncClient, pool: Pool, vault: Vault, client: Client
) -> None:
    """After the database ends every session, the dispatcher listens again and catches up without its poll."""
    began = asyncio.get_running_loop().time()
    async with dispatching(Dispatcher(pool, vault, client, _SLOW_POLL)):
        before = await send(http, another())
        await all_started(pool)
        await cut_connections(pool)
        after = await send(http, another())
        await all_started(pool)
    assert [await runs(client, answer.json()["journey_id"]) for answer in (before, after)] == [1, 1]
    assert asyncio.get_running_loop().time() - began < _SLOW_POLL.poll_seconds


async def test_postgresql_stops_and_returns(
    mortal: EmbeddedPostgres, mortal_http: httpx2.AsyncClient, mortal_pool: Pool, client: Client
) -> None:
    """The dispatcher outlives a restart of the database and starts what was ordered around it."""
    async with dispatching(Dispatcher(mortal_pool, Vault(mortal_pool, RING), client, _SLOW_POLL)):
        await send(mortal_http, another())
        await all_started(mortal_pool)
        mortal.stop()
        assert (await send(mortal_http, another())).status_code == 503
        mortal.start()
        assert (await send(mortal_http, another())).status_code == 202
        await all_started(mortal_pool)


async def test_temporal_comes_late_and_goes_away(
    http: httpx2.AsyncClient, pool: Pool, vault: Vault, tmp_path: Path, client: Client
) -> None:
    """Events are taken while Temporal is away; rows stay pending, unharmed, and start when it is there."""
    del client  # the shared server is not the one meant here
    port, file = free_port(), str(tmp_path / "temporal.db")
    lazy = await Client.connect(f"127.0.0.1:{port}", data_converter=pydantic_data_converter, lazy=True)
    async with dispatching(Dispatcher(pool, vault, lazy, _SLOW_POLL)):
        assert (await send(http, another())).status_code == 202
        await until(lambda: _refuses(port))
        for _ in range(2):
            server = await _server(port, file)
            await all_started(pool)
            await server.shutdown()
            assert (await send(http, another())).status_code == 202
        assert await pool.fetchval(_PENDING) == 1
        server = await _server(port, file)
        await all_started(pool)
        await server.shutdown()
    assert await pool.fetchval("SELECT count(*) FROM journey_start WHERE attempts > 0") == 0


async def _refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


async def _server(port: int, file: str) -> WorkflowEnvironment:
    attributes = ["--search-attribute", "JourneyProduct=Keyword"]
    return await WorkflowEnvironment.start_local(
        port=port,
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        dev_server_database_filename=file,
        dev_server_extra_args=attributes,
        dev_server_log_level="error",
    )


async def test_a_start_that_is_refused_becomes_a_dead_letter(
    door: Door, pool: Pool, vault: Vault, client: Client
) -> None:
    """A row that no attempt can start leaves the others alone and waits for a person, who sends it again."""
    good, bad = another(), another()
    accepted = [await door.receive(Received(raw(event))) for event in (bad, good)]
    claim = await ordered(pool, vault)
    await order(pool, vault, {name: value for name, value in claim.items() if name != "diagnosis"})
    async with dispatching(Dispatcher(pool, vault, client, _FAST_POLL)):
        await all_started(pool)
    [letter] = await door.letters.listed()
    assert letter.kind == "journey-cannot-start"
    assert "diagnosis" in letter.reason.en
    assert [letter.journey_id] == [answer.journey_id for answer in accepted[:1] if not isinstance(answer, TurnedAway)]
    await order(pool, vault, claim)
    await door.resend(letter.id, Correction(), by="agent-1")
    async with dispatching(Dispatcher(pool, vault, client, _FAST_POLL)):
        await all_started(pool)
    assert await pool.fetchval("SELECT count(*) FROM journey_start WHERE status = 'started'") == 2


async def test_a_start_that_temporal_refuses(door: Door, pool: Pool, vault: Vault, client: Client) -> None:
    """What Temporal calls an invalid request (here: too large) counts against the row, not against the server."""
    await door.receive(Received(raw(another())))
    papers = [{"kind": "invoice", "reference": "x" * 1000}] * 2500
    await order(pool, vault, await ordered(pool, vault) | {"papers": papers})
    async with dispatching(Dispatcher(pool, vault, client, _FAST_POLL)):
        await all_started(pool)
    [letter] = await door.letters.listed()
    assert letter.kind == "journey-cannot-start"
    assert await pool.fetchval("SELECT status FROM journey_start") == "failed"


async def test_a_server_that_is_not_ready(door: Door, pool: Pool, vault: Vault, client: Client) -> None:
    """A namespace that is not there yet harms no row: the dispatcher waits for it."""
    await door.receive(Received(raw(another())))
    elsewhere = Client(client.service_client, namespace="not-yet", data_converter=pydantic_data_converter)
    claim = DrugClaim.model_validate(await ordered(pool, vault))
    with pytest.raises(TemporalAwayError, match="NOT_FOUND"):
        await start(elsewhere, claim)
    dispatcher = Dispatcher(pool, vault, elsewhere, _FAST_POLL)
    async with dispatching(dispatcher):
        await until(lambda: _waits(dispatcher))
    assert await pool.fetchval(_PENDING) == 1
    assert await pool.fetchval("SELECT attempts FROM journey_start") == 0


async def _waits(dispatcher: Dispatcher) -> bool:
    return dispatcher._failures > 2


@pytest.mark.parametrize("failures", [0, 1, 5, 1000])
def test_waits_grow_and_stay_bounded(failures: int) -> None:
    """The pause after failures doubles with jitter and has a limit."""
    pace = Pace()
    longest = min(pace.backoff_seconds * 2.0 ** min(failures, 16), pace.backoff_seconds_max)
    assert longest / 2 <= pace.backoff(failures) <= longest

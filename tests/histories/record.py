"""Record histories: `python -m tests.histories.record [ROAD …]`, every road unless some are named.

A road that has a history is recorded anew before the first release only; see CONTRIBUTING.md.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from audit.opening import opened
from privacy.payloads import SealedPayloads
from storage.migrations import migrate
from storage.pool import SCHEMA
from tests.car_t_roads import CAR_T_ROADS
from tests.conftest import PROMPT_TIMERS, TEMPORAL, attributes
from tests.rig import Rig, running
from tests.roads import ROADS
from workers.converter import data_converter
from workers.stack.postgres import EmbeddedPostgres

FOLDER = Path(__file__).parent


async def record(roads: dict[str, Callable[[Rig], Awaitable[str]]]) -> None:
    """Drive a journey down each road and keep its history."""
    with tempfile.TemporaryDirectory(prefix="journeys-record-") as folder:
        Path(folder).chmod(0o755)  # noqa: ASYNC240 - before anything runs
        postgres = EmbeddedPostgres(Path(folder))
        postgres.start()
        connection = await asyncpg.connect(postgres.url())
        await migrate(connection, SCHEMA)
        await connection.close()
        async with (
            await WorkflowEnvironment.start_local(
                data_converter=data_converter(),
                dev_server_existing_path=str(TEMPORAL),
                dev_server_extra_args=PROMPT_TIMERS,
                search_attributes=attributes(),
            ) as environment,
            running(environment.client, postgres.url()) as rig,
        ):
            for name, road in roads.items():
                runs = await _runs(rig, await road(rig))
                for number, history in enumerate(runs, start=1):
                    file = f"{name}.{number}" if len(runs) > 1 else name
                    _keep(file, history)
                    sys.stdout.write(f"{file}: {len(history.events)} events\n")
                await rig.calm()
        postgres.stop()


async def _runs(rig: Rig, journey: str) -> list[WorkflowHistory]:
    """Every run of a journey, in order, its payloads opened: one for each prescription of a treatment that goes on."""
    client, codec = rig.client, SealedPayloads(rig.vault.keys)
    found = [run async for run in client.list_workflows(f'WorkflowId = "{journey}"')]
    ordered = sorted(found, key=lambda run: run.start_time)
    sealed = [await client.get_workflow_handle(journey, run_id=run.run_id).fetch_history() for run in ordered]
    return [WorkflowHistory(journey, (await opened(History(events=each.events), codec)).events) for each in sealed]


def _keep(name: str, history: WorkflowHistory) -> None:
    told = json.loads(history.to_json(), object_hook=_of_no_machine)
    text = json.dumps(told, indent=1, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _of_no_machine(value: dict[str, Any]) -> dict[str, Any]:
    """Without the marks of the machine that recorded it: paths in stack traces, process ids and host names."""
    return {key: "tests" if key == "identity" else item for key, item in value.items() if key != "stackTrace"}


if __name__ == "__main__":
    every = ROADS | CAR_T_ROADS
    asyncio.run(record({name: every[name] for name in sys.argv[1:] or every}))

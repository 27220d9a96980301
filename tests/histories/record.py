"""Record the histories anew: `python -m tests.histories.record`. Only before the first release; see CONTRIBUTING.md."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import asyncpg
from temporalio.testing import WorkflowEnvironment

from storage.migrations import migrate
from storage.pool import SCHEMA
from tests.conftest import PROMPT_TIMERS, TEMPORAL, attributes
from tests.rig import running
from tests.roads import ROADS
from workers.converter import data_converter
from workers.stack.postgres import EmbeddedPostgres

FOLDER = Path(__file__).parent


async def record() -> None:
    """Drive a journey down every road and keep its history."""
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
            for name, road in ROADS.items():
                history = await rig.handle(await road(rig)).fetch_history()
                told = json.loads(history.to_json(), object_hook=_of_no_machine)
                text = json.dumps(told, indent=1, ensure_ascii=False)
                (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
                await rig.calm()
                sys.stdout.write(f"{name}: {len(history.events)} events\n")
        postgres.stop()


def _of_no_machine(value: dict[str, Any]) -> dict[str, Any]:
    """Without the marks of the machine that recorded it: paths in stack traces, process ids and host names."""
    return {key: "tests" if key == "identity" else item for key, item in value.items() if key != "stackTrace"}


if __name__ == "__main__":
    asyncio.run(record())

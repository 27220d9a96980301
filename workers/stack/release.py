"""Release of the code that is running: its build becomes current and takes over what older builds left behind.

`python -m workers.stack.release`, once after the workers of a new build were started.
"""

import asyncio
import sys
import time

import structlog
from temporalio.service import RPCError
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from storage.pool import open_pool
from workers.build import build_id
from workers.clients import connect
from workers.leaving import leave
from workers.logs import configure_logs
from workers.settings import Settings
from workers.stack.adoption import Adoption
from workers.stack.versions import NoWorkerError, adopt_older_journeys, make_current
from workers.vaults import open_vault
from workers.worker import WORKFLOWS

_PATIENCE_SECONDS, _PAUSE_SECONDS = 60, 0.5
_CONNECTIONS = 4
_log = structlog.get_logger("workers.release")


async def release(settings: Settings) -> Adoption:
    """Make this code's build current on the server of `settings`, beginning anew when the server goes away meanwhile.

    Raises NoWorkerError when no worker of it asks for work, RuntimeError or RPCError when the server stays away.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return await _release(settings)
        except (RPCError, RuntimeError) as error:
            if time.monotonic() > deadline:
                raise
            _log.warning("Temporal is away, beginning anew", reason=str(error))
        await asyncio.sleep(_PAUSE_SECONDS)


async def _release(settings: Settings) -> Adoption:
    build = build_id()
    pool = await open_pool(settings.database_url.get_secret_value(), min_size=0, max_size=_CONNECTIONS)
    try:
        client = await connect(settings, open_vault(pool, settings))
        await make_current(client, build)
        adopted = await adopt_older_journeys(client, build, WORKFLOWS, SandboxedWorkflowRunner())
    finally:
        pool.terminate()
    _log.info("build is current", build=build, moved=len(adopted.moved), stuck=len(adopted.stuck))
    return adopted


def main() -> None:
    """Release and print the Adoption as JSON; status 1 with the reason in the log when it cannot be done."""
    settings = Settings()
    configure_logs(settings)
    try:
        adopted = asyncio.run(release(settings))
    except (NoWorkerError, RPCError, RuntimeError) as error:
        _log.error("the build did not become current", reason=str(error))
        leave(1)
    sys.stdout.write(adopted.model_dump_json())
    leave(0)


if __name__ == "__main__":
    main()

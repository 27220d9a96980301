"""Health of one process of ours, for a container's health check: `python -m workers.probe worker` or `gateway`.

Exit status 0 when it is well, 1 with the reason on standard error when it is not.
"""

import asyncio
import socket
import sys
import time
from datetime import UTC, datetime, timedelta

import httpx2
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.service import RPCError

from schemas.partners import PartnerName
from schemas.routing import partner_queue
from workers.clients import connect
from workers.settings import Settings

_RECENT = timedelta(minutes=3)
"""A poll lasts a minute at most, so a live worker has polled within this time."""
_SECONDS = 5
_FAREWELL_SECONDS = 0.05


class NotWellError(Exception):
    """The process does not do its work; the message says what was looked for. Restart it when this stays so."""


async def check_worker(settings: Settings, host: str = "") -> None:
    """Raise NotWellError unless a worker on `host` (this machine, unless told) has asked Temporal for work lately."""
    host = host or socket.gethostname()
    try:
        client = await connect(settings)
        queue = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace,
                task_queue=TaskQueue(name=partner_queue(PartnerName.NOTIFIER)),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
            ),
            timeout=timedelta(seconds=_SECONDS),
        )
    except (RPCError, RuntimeError) as error:
        message = f"Temporal at {settings.temporal_address}: {error}"
        raise NotWellError(message) from error
    since = datetime.now(UTC) - _RECENT
    ours = [poller for poller in queue.pollers if poller.identity.endswith(f"@{host}")]
    if not any(poller.last_access_time.ToDatetime(UTC) > since for poller in ours):
        message = f"no worker on {host} has asked for work since {since:%H:%M:%S} UTC"
        raise NotWellError(message)


async def check_gateway(settings: Settings) -> None:
    """Raise NotWellError unless the gateway answers at GATEWAY_URL, whatever the servers behind it do."""
    url = f"{settings.gateway_url}/healthz"
    try:
        async with httpx2.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
            (await client.get(url)).raise_for_status()
    except httpx2.HTTPError as error:
        message = f"{url}: {error or type(error).__name__}"
        raise NotWellError(message) from error


_CHECKS = {"worker": check_worker, "gateway": check_gateway}


def main(arguments: list[str]) -> None:
    """Check the process that `arguments` names and exit."""
    if len(arguments) != 1 or arguments[0] not in _CHECKS:
        sys.stderr.write(f"usage: python -m workers.probe {{{'|'.join(_CHECKS)}}}\n")
        sys.exit(2)
    try:
        asyncio.run(_CHECKS[arguments[0]](Settings()))
    except NotWellError as error:
        sys.exit(f"{arguments[0]}: {error}")
    finally:
        # A thread of the Temporal client may still want the interpreter's lock, and would abort one that is ending.
        time.sleep(_FAREWELL_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1:])

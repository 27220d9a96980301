"""Histories as the Temporal server has them now, of runs that are closed or still run."""

from collections.abc import AsyncIterator
from datetime import datetime

from temporalio.api.history.v1 import History
from temporalio.client import Client
from temporalio.service import RPCError

from audit.histories import HistoryError, Recorded, recorded
from audit.replaying import Replayed, unreadable


def of_journey(journey_id: str) -> str:
    """The query for every run of one journey."""
    return f'WorkflowId = "{journey_id}"'


def since(moment: datetime) -> str:
    """The query for every run that began at `moment` or later."""
    return f'StartTime >= "{moment.isoformat()}"'


async def count(client: Client, query: str) -> int:
    """How many runs the server knows of; the newest may be missing for a moment."""
    return (await client.count_workflows(query)).count


async def runs(client: Client, query: str) -> AsyncIterator[Recorded | Replayed]:
    """Each run's history; what the server cannot give, or no longer, is told and stops nothing.

    Where the list of runs itself breaks off, that is told last.
    """
    listed = aiter(client.list_workflows(query))
    while True:
        try:
            run = await anext(listed, None)
        except RPCError as error:
            yield unreadable("the list of runs", f"the server does not go on with it: {error.message}")
            return
        if run is None:
            return
        name = f"{run.id}/{run.run_id}"
        handle = client.get_workflow_handle(run.id, run_id=run.run_id)
        try:
            yield recorded(name, History(events=(await handle.fetch_history()).events))
        except HistoryError as error:
            yield unreadable(name, str(error))
        except RPCError as error:
            yield unreadable(name, f"the server does not give it: {error.message}")

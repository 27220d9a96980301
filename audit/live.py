"""Histories as the Temporal server has them now, of runs that are closed or still run."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime

from temporalio.client import Client
from temporalio.service import RPCError

from audit import listing
from audit.histories import HistoryError, Recorded, recorded
from audit.replaying import Replayed, unreadable

Known = Callable[[Sequence[str]], Awaitable[set[str]]]


def of_journey(journey_id: str) -> str:
    """The query for every run of one journey."""
    return f'WorkflowId = "{journey_id}"'


def since(moment: datetime) -> str:
    """The query for every run that began at `moment` or later."""
    return f'StartTime >= "{moment.isoformat()}"'


async def _none(run_ids: Sequence[str]) -> set[str]:
    del run_ids
    return set()


async def runs(client: Client, query: str, known: Known = _none) -> AsyncIterator[Recorded | Replayed]:
    """Each run's history, but those that are `known`; what the server cannot give is told and stops nothing.

    Where the list of runs itself breaks off, that is told last.
    """
    pages = listing.runs(client, query)
    while True:
        try:
            page = await anext(pages, None)
        except RPCError as error:
            yield unreadable("the list of runs", f"the server does not go on with it: {error.message}")
            return
        if page is None:
            return
        there = await known([run.run_id for run in page])
        for run in page:
            if run.run_id not in there:
                yield await of_run(client, run.journey_id, run.run_id)


async def of_run(client: Client, journey_id: str, run_id: str) -> Recorded | Replayed:
    """The history of one run, or why there is none."""
    name = f"{journey_id}/{run_id}"
    try:
        return recorded(name, await listing.history(client, journey_id, run_id), run_id)
    except HistoryError as error:
        return unreadable(name, str(error))
    except RPCError as error:
        return unreadable(name, f"the server does not give it: {error.message}")

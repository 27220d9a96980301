"""Every run of a journey, also those that lists do not show yet, and whether the journey rests."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from temporalio.client import Client

from audit import listing, live
from audit.archive.telling import moment
from audit.histories import Recorded
from audit.reconcile.finding import Fault, Finding, Part
from audit.reconcile.told import Run
from audit.replaying import Replayed
from audit.sources import Sources

Replay = Callable[[Recorded], Awaitable[Replayed]]


async def runs_of(journey_id: str, sources: Sources, client: Client, replay: Replay) -> list[Run]:
    """The runs in their order, replayed; raises RPCError where the server is away."""
    found = [each async for each in sources.runs_of(journey_id)]
    asked = set[str]()
    while named := _named(found) - asked:
        asked |= named
        there = [run_id for run_id in sorted(named) if await listing.is_there(client, journey_id, run_id)]
        found += [await live.of_run(client, journey_id, run_id) for run_id in there]
    recorded = [each for each in found if isinstance(each, Recorded)]
    recorded.sort(key=lambda each: moment(each.history.events[0].event_time))
    lost = [Run(None, each) for each in found if isinstance(each, Replayed)]
    return [*lost, *[Run(each, await replay(each)) for each in recorded]]


def missing(runs: Iterable[Run]) -> list[Finding]:
    """Runs that others name and that are neither archived nor on the server."""
    known = [run.recorded or run.told for run in runs]
    return [
        Finding(part=Part.HISTORY, fault=Fault.ABSENT, what=run_id, history="another run of the journey names it")
        for run_id in sorted(_named(known))
    ]


async def rests(journey_id: str, runs: Sequence[Run], client: Client) -> bool:
    """Whether nothing has happened since the runs were read, and nothing is going on; raises RPCError."""
    standing = await listing.standing(client, journey_id)
    if standing is None:
        return True
    last = runs[-1].recorded if runs else None
    if last is None or standing.working:
        return False
    return (last.run_id, len(last.history.events)) == (standing.run_id, standing.events)


def _named(found: Iterable[Recorded | Replayed]) -> set[str]:
    """Runs that the last or first event of another one names, and that are not among those found."""
    known, named = set[str](), set[str]()
    for each in found:
        known.add(each.name.partition("/")[2])
        if isinstance(each, Recorded):
            events = each.history.events
            before = events[0].workflow_execution_started_event_attributes.continued_execution_run_id
            after = events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
            named |= {before, after}
    return named - known - {""}

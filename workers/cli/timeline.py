"""`journeys audit timeline | explain`: what a journey did, how it stood once, and why a decision was taken."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated

import orjson
from cyclopts import Parameter
from rich.console import Console

from audit.histories import Recorded
from audit.replaying import Replayed, Verdict
from audit.timeline import Place, Run, decisions_until, entries_until, moment_at, rows
from console.views import JourneyView
from schemas.civil import CHINA
from schemas.journey import DecisionRecord
from workers.cli.archive import progress
from workers.cli.failures import BadInputError
from workers.cli.history_sources import sources
from workers.cli.reading import resolve
from workers.cli.render_status import status_panels
from workers.cli.render_timeline import decision_explained, timeline_tables
from workers.cli.words import Language, Words
from workers.replaying import Manner, replay_all

_Flag = Annotated[bool, Parameter(negative="")]
_EVENT = re.compile(r"(?:(?P<run>\d{1,4})\.)?(?P<event>\d{1,6})")
_FAILED = 1
_out = Console(highlight=False, markup=False)


async def timeline(
    journey: Annotated[str, Parameter(name="ID")],
    /,
    *,
    as_of: str | None = None,
    json: _Flag = False,
    lang: Language | None = None,
) -> int:
    """Tell a whole journey across its runs, from its histories, or show exactly how it stood at an event or a time.

    Read are the archive and the Temporal server; the histories are replayed with today's code, the read model is not
    asked. Status 1 where a run could not be replayed to its end: it is told as far as it could.

    Parameters
    ----------
    journey
        The journey: its id, the beginning of it, or its claim number.
    as_of
        An event as the timeline names it, RUN.EVENT (the run may be left out where there is one), or a time by China's
        clock, e.g. 2026-11-20T14:00. Shown is what the workflow task in which it lies left behind.
    json
        Print for programs.
    lang
        Language of the headings; that of LANG unless told.

    """
    runs = await runs_of(journey, shown=not json)
    words = Words(lang)
    if as_of is None:
        _print(_told(runs) if json else timeline_tables(runs, rows(runs), words), json=json)
    else:
        view = _view(runs, _place(as_of, runs), as_of)
        _print(view.model_dump(mode="json") if json else status_panels(view, words, whole=True), json=json)
    return 0 if all(run.told.verdict is Verdict.REPLAYS for run in runs) else _FAILED


async def explain(
    journey: Annotated[str, Parameter(name="ID")],
    decision: Annotated[int, Parameter(name="DECISION")],
    /,
    *,
    json: _Flag = False,
    lang: Language | None = None,
) -> None:
    """Tell why a decision was taken: the facts, each rule with its finding and clause, the versions, and by whom.

    Parameters
    ----------
    journey
        The journey: its id, the beginning of it, or its claim number.
    decision
        Its number, as status and timeline show it.
    json
        Print for programs.
    lang
        Language of the headings; that of LANG unless told.

    """
    runs = await runs_of(journey, shown=not json)
    record = _numbered(runs, decision)
    _print(record.model_dump(mode="json") if json else decision_explained(record, Words(lang)), json=json)


def _numbered(runs: Sequence[Run], number: int) -> DecisionRecord:
    known = decisions_until(runs)
    for record in known:
        if record.number == number:
            return record
    if known:
        message = f"DECISION {number}: the journey has {len(known)} decisions, numbered from 1"
    elif any(run.told.verdict is Verdict.ERASED for run in runs):
        message = "DECISION: the journey was erased; none of its decisions can be told any more"
    else:
        message = "DECISION: the journey has taken none that can be told"
    raise BadInputError(message)


async def runs_of(journey: str, *, shown: bool) -> list[Run]:
    """Every run of the journey, in order, each with its story; with a bar where `shown`."""
    async with sources() as (found, reads):
        histories = [each async for each in found.runs_of(await resolve(reads, journey))]
    recorded = [each for each in histories if isinstance(each, Recorded)]
    with progress(len(recorded), shown=shown) as advance:
        manner = Manner(processes=min(2, len(recorded) or 1), telling=True)
        told = await replay_all(_each(recorded), manner, lambda _: advance(1))
    by_name = {each.name: each for each in told}
    runs = [Run(number, each, by_name[each.name]) for number, each in enumerate(recorded, 1)]
    lost = [each for each in histories if isinstance(each, Replayed)]
    for each in lost:
        Console(stderr=True, highlight=False).print(f"{each.name}: {each.reason}", markup=False)
    if not runs:
        message = f"{journey}: none of its runs can be read"
        raise BadInputError(message)
    return runs


async def _each(recorded: Sequence[Recorded]) -> AsyncIterator[Recorded | Replayed]:
    for each in recorded:
        yield each


def _place(text: str, runs: Sequence[Run]) -> Place | datetime:
    if found := _EVENT.fullmatch(text):
        if found["run"] is None and len(runs) > 1:
            message = f"--as-of {text}: the journey has {len(runs)} runs; say which, e.g. 1.{text}"
            raise BadInputError(message)
        return _known(Place(int(found["run"] or 1), int(found["event"])), runs, text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        message = f"--as-of {text!r}: is neither an event (RUN.EVENT) nor a time (e.g. 2026-11-20T14:00)"
        raise BadInputError(message) from None
    return at if at.tzinfo else at.replace(tzinfo=CHINA)


def _known(place: Place, runs: Sequence[Run], text: str) -> Place:
    events = [len(run.recorded.history.events) for run in runs]
    if 1 <= place.run <= len(runs) and 1 <= place.event_id <= events[place.run - 1]:
        return place
    shown = ", ".join(f"{number}.1 to {number}.{last}" for number, last in enumerate(events, 1))
    message = f"--as-of {text}: the journey has the events {shown}"
    raise BadInputError(message)


def _view(runs: Sequence[Run], at: Place | datetime, text: str) -> JourneyView:
    moment = moment_at(runs, at)
    if moment is None:
        message = f"--as-of {text}: nothing had been done yet; the first event with a state is {_first(runs)}"
        raise BadInputError(message)
    held = {"decisions": decisions_until(runs, at), "timeline": entries_until(runs, at)}
    return JourneyView.model_validate(moment.state.model_dump() | held)


def _first(runs: Sequence[Run]) -> str:
    return next((f"{run.number}.{moment.event_id}" for run in runs for moment in run.story.moments), "none")


def _told(runs: Sequence[Run]) -> dict[str, object]:
    return {
        "journey_id": runs[0].recorded.workflow_id,
        "runs": [
            {"run": run.number, "run_id": run.recorded.run_id}
            | run.told.model_dump(mode="json", include={"workflow_type", "build", "verdict", "reason", "events"})
            for run in runs
        ],
        "rows": [row.model_dump(mode="json", exclude_defaults=True) for row in rows(runs)],
    }


def _print(told: object, *, json: bool) -> None:
    _out.print(orjson.dumps(told).decode() if json else told, soft_wrap=json)

"""`journeys audit`: what journeys did, held against today's code."""

import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from temporalio.service import RPCError

from audit import live
from audit.histories import HistoryError, Recorded, read_file
from audit.replaying import Replayed, Verdict, unreadable
from console.reads import Reads
from schemas.civil import CHINA
from workers.cli.failures import AwayError, BadInputError
from workers.cli.reading import database, resolve
from workers.cli.render_replay import report
from workers.cli.words import Language, Words
from workers.clients import connect
from workers.replaying import Manner, replay_all
from workers.settings import Settings

audit = App(name="audit", help="What journeys did, held against today's code.")

_Flag = Annotated[bool, Parameter(negative="")]
_Histories = AsyncIterator[Recorded | Replayed]
_KINDS = ("*.json", "*.pb")
_FAILED = 1
_out = Console(highlight=False, markup=False)


@audit.command
async def replay(
    places: Annotated[list[Path] | None, Parameter(name="FILE")] = None,
    /,
    *,
    journey: str | None = None,
    since: datetime | None = None,
    all_: Annotated[_Flag, Parameter(name="--all")] = False,
    strict: _Flag = False,
    sandboxed: _Flag = False,
    processes: Annotated[int, Parameter(validator=Number(gte=1, lte=64))] = 2,
    limit: Annotated[float, Parameter(validator=Number(gt=0, lte=3600))] = 30,
    json: _Flag = False,
    lang: Language | None = None,
) -> int:
    """Replay histories with today's code: whether journeys that did this would go on with it.

    Status 0 when every history replays, 1 when one does not or could not be read. No journey is touched.

    Parameters
    ----------
    places
        Files with histories (JSON or protobuf), or folders of them. Without them the Temporal server is asked.
    journey
        Every run of this journey: its id, the beginning of it, or its claim number.
    since
        Every run that began then or later, by China's clock, e.g. 2026-11-20.
    all_
        Every run that the server has.
    strict
        Compare also what the SDK does not: arguments, times, search attributes, answers, results.
    sandboxed
        Run workflows in Temporal's sandbox, as the tests do.
    processes
        So many histories at a time.
    limit
        Seconds for one history; a process that takes longer is killed.
    json
        Print for programs: what came of each on a line, as it ends.
    lang
        Language of the headings; that of LANG unless told.

    """
    chosen = [bool(places), journey is not None, since is not None, all_]
    if sum(chosen) != 1:
        message = "say which histories: files, or one of --journey, --since and --all"
        raise BadInputError(message)
    manner = Manner(processes, limit, strict, sandboxed)
    words = None if json else Words(lang)
    if places:
        files = _files(places)
        return await _replay(_read(files), len(files), manner, words)
    settings = Settings()
    query = await _query(settings, journey, since)
    try:
        client = await connect(settings)
        total = await live.count(client, query)
    except (RuntimeError, RPCError) as error:
        message = f"no Temporal server answers at {settings.temporal_address}; start the stack with `journeys up`"
        raise AwayError(message) from error
    return await _replay(live.runs(client, query), total, manner, words)


async def _query(settings: Settings, journey: str | None, since: datetime | None) -> str:
    if journey is not None:
        async with database(settings) as pool:
            return live.of_journey(await resolve(Reads(pool), journey))
    if since is not None:
        return live.since(since if since.tzinfo else since.replace(tzinfo=CHINA))
    return ""


async def _replay(histories: _Histories, total: int, manner: Manner, words: Words | None) -> int:
    began = time.monotonic()
    with _progress(total, shown=words is not None) as advance:

        def done(told: Replayed) -> None:
            advance(told)
            if words is None:
                sys.stdout.write(told.model_dump_json() + "\n")
                sys.stdout.flush()

        told = await replay_all(histories, manner, done)
    if words:
        _out.print(report(told, words, time.monotonic() - began) if told else words("no_histories"))
    return 0 if all(each.verdict is Verdict.REPLAYS for each in told) else _FAILED


@contextmanager
def _progress(total: int, *, shown: bool) -> Iterator[Callable[[Replayed], None]]:
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown, redirect_stdout=False)
    with bar:
        task = bar.add_task("", total=total)
        yield lambda told: bar.update(task, advance=1, description=told.name)


def _files(places: Sequence[Path]) -> list[Path]:
    found = list[Path]()
    for place in places:
        if place.is_dir():
            found += sorted(file for kind in _KINDS for file in place.rglob(kind))
        elif place.exists():
            found.append(place)
        else:
            message = f"{place}: no such file or folder; give histories as JSON or protobuf, or a folder of them"
            raise BadInputError(message)
    return found


async def _read(files: Sequence[Path]) -> _Histories:
    for file in files:
        try:
            yield read_file(file)
        except HistoryError as error:
            yield unreadable(file.name, str(error))

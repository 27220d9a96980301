"""`journeys audit`: what journeys did, held against today's code."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from audit.accepted import Acceptance, AcceptedFileError, read_accepted
from audit.replaying import GOOD, Replayed
from workers.cli.failures import BadInputError
from workers.cli.history_sources import Histories, chosen
from workers.cli.patience import a_while
from workers.cli.render_replay import report
from workers.cli.words import Language, Words
from workers.replaying import Manner, replay_all

audit = App(name="audit", help="What journeys did, held against today's code.")

audit.command("workers.cli.archive:export", name="export", help="Archive every closed run.")
audit.command("workers.cli.archive:gaps", name="gaps", help="Prove that every closed run is archived.")
audit.command("workers.cli.archive:verify", name="verify", help="Re-check every link and history of the archive.")
audit.command("workers.cli.timeline:timeline", name="timeline", help="Tell a whole journey, or how it stood once.")
audit.command("workers.cli.timeline:explain", name="explain", help="Tell why a decision was taken.")
audit.command("workers.cli.redecide:redecide", name="redecide", help="Take recorded decisions once more.")
audit.command(
    "workers.cli.reconcile:reconcile", name="reconcile", help="Hold PostgreSQL against histories; repair what is safe."
)
audit.command("workers.cli.bundle:bundle", name="bundle", help="Write a journey as evidence into one signed file.")
audit.command("workers.cli.bundle:check", name="check", help="Verify such a file.")
audit.command("workers.cli.bundle:signing_key", name="signing-key", help="Make a key to sign bundles with.")

_Flag = Annotated[bool, Parameter(negative="")]
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
    accepted: Path | None = None,
    sandboxed: _Flag = False,
    processes: Annotated[int, Parameter(validator=Number(gte=1, lte=64))] = 2,
    limit: Annotated[float, Parameter(validator=a_while)] = 30,
    json: _Flag = False,
    lang: Language | None = None,
) -> int:
    """Replay histories with today's code: whether journeys that did this would go on with it.

    Status 0 when every history replays, 1 when one does not or could not be read. No journey is touched.

    Parameters
    ----------
    places
        Files with histories (JSON or protobuf), or folders of them. Without them the archive is read, and the Temporal
        server is asked for what is not archived; where one of the two is away, that counts as a history not replayed.
    journey
        Every run of this journey: its id, the beginning of it, or its claim number.
    since
        Every run that began then or later, by China's clock, e.g. 2026-11-20.
    all_
        Every run that is archived or on the server.
    strict
        Compare also what the SDK does not: arguments, times, search attributes, answers, results.
    accepted
        A file of differences that are meant, each with its reason; one that is not met any more is an error.
    sandboxed
        Run workflows in Temporal's sandbox, as the tests do.
    processes
        So many histories at a time.
    limit
        Seconds for one history, 1 or more; a process that takes longer is killed.
    json
        Print for programs: what came of each on a line, as it ends.
    lang
        Language of the headings; that of LANG unless told.

    """
    acceptance = _acceptance(accepted, strict=strict)
    manner = Manner(processes, limit, strict, sandboxed)
    words = None if json else Words(lang)
    async with AsyncExitStack() as stack:
        histories, total = await chosen(stack, places, journey, since, every=all_)
        return await _replay(histories, total, manner, acceptance, words)


async def _replay(
    histories: Histories, total: int | None, manner: Manner, acceptance: Acceptance, words: Words | None
) -> int:
    began, told = time.monotonic(), list[Replayed]()
    with _progress(total, shown=words is not None) as advance:

        def done(one: Replayed) -> None:
            advance(one)
            told.append(acceptance.apply(one))
            if words is None:
                _write(told[-1])

        await replay_all(histories, manner, done)
    for unmet in acceptance.unmet():
        told.append(unmet)
        if words is None:
            _write(unmet)
    if words:
        _out.print(report(told, words, time.monotonic() - began) if told else words("no_histories"))
    return 0 if all(each.verdict in GOOD for each in told) else _FAILED


def _write(told: Replayed) -> None:
    sys.stdout.write(told.model_dump_json() + "\n")
    sys.stdout.flush()


def _acceptance(file: Path | None, *, strict: bool) -> Acceptance:
    if file is None:
        return Acceptance(())
    if not strict:
        message = "--accepted: differences are looked for with --strict alone"
        raise BadInputError(message)
    try:
        return Acceptance(read_accepted(file))
    except AcceptedFileError as error:
        raise BadInputError(str(error)) from error


@contextmanager
def _progress(total: int | None, *, shown: bool) -> Iterator[Callable[[Replayed], None]]:
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown, redirect_stdout=False)
    with bar:
        task = bar.add_task("", total=total)
        yield lambda told: bar.update(task, advance=1, description=told.name)

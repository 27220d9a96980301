"""`journeys intake`: claim-intake events from files into the inbox, with an answer for every one of them."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import orjson
from asyncpg import PostgresError
from cyclopts import Parameter
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from intake.door import Accepted, Answer, Door, TurnedAway
from intake.received import Received
from products.loader import load_products
from storage.away import DATABASE_AWAY
from storage.pool import open_pool
from workers.cli.event_files import check, messages_in
from workers.cli.failures import BAD_INPUT, AwayError, BadInputError, CommandError
from workers.cli.reading import silent
from workers.settings import Settings
from workers.vaults import open_vault

_SHOWN = 20
"""How many journeys the summary for people names; `--json` names all."""
_out = Console(soft_wrap=True, highlight=False, markup=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


@dataclass(slots=True)
class _Tally:
    taken: list[tuple[str, Accepted]] = field(default_factory=list)
    refused: list[tuple[str, TurnedAway]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Why a file, or the rest of it, gave no events."""

    @property
    def answers(self) -> int:
        return len(self.taken) + len(self.refused)

    def add(self, where: str, answer: Answer) -> None:
        if isinstance(answer, TurnedAway):
            self.refused.append((where, answer))
        else:
            self.taken.append((where, answer))

    def summary(self) -> dict[str, Any]:
        repeated = sum(answer.repeated for _, answer in self.taken)
        return {"accepted": len(self.taken) - repeated, "repeated": repeated, "refused": len(self.refused)}


async def intake(
    files: Annotated[list[Path], Parameter(allow_leading_hyphen=True)],
    /,
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """Take claim-intake events from files into the inbox, from where each claim's journey is started once.

    Repeats are harmless. What is refused is kept as a dead letter (see `journeys dead-letters`). The command ends with
    status 2 when something was refused or a file held no event.

    Parameters
    ----------
    files
        CloudEvents 1.0 in structured form: one JSON event, a JSON array of events, or JSONL; `-` reads standard input.
    as_json
        Print the outcome of every event for programs.

    """
    tally = _Tally()
    for file in files:
        check(file)
    try:
        await _take_files(files, tally, quiet=as_json)
    except AwayError as error:
        message = f"{error}\nOnce it answers, run the same command again: what was taken is not taken twice."
        raise CommandError(message) from error
    _print(tally, as_json=as_json)
    if tally.refused or tally.unread:
        sys.exit(BAD_INPUT)


@asynccontextmanager
async def open_door() -> AsyncIterator[Door]:
    """The door to the database of DATABASE_URL; a database that is away or not migrated ends the command."""
    settings = Settings()
    url = settings.database_url.get_secret_value()
    try:
        pool = await open_pool(url, min_size=0, max_size=4)
        try:
            yield Door(pool, open_vault(pool, settings), load_products())
        finally:
            pool.terminate()
    except DATABASE_AWAY as error:
        raise silent(url, error) from error
    except PostgresError as error:
        message = f"the database of DATABASE_URL: {error}; `journeys migrate` brings it up to this release"
        raise CommandError(message) from error


async def _take_files(files: list[Path], tally: _Tally, *, quiet: bool) -> None:
    async with open_door() as door:
        with _progress(quiet=quiet) as advance:
            for file in files:
                await _take_all(door, file, tally, advance)


async def _take_all(door: Door, file: Path, tally: _Tally, advance: Callable[[_Tally], None]) -> None:
    before = tally.answers
    try:
        for located in messages_in(file):
            await _take(door, located.where, located.received, tally)
            advance(tally)
    except BadInputError as error:
        tally.unread.append(str(error))  # what the other files hold is told all the same
        return
    if tally.answers == before:
        tally.unread.append(f"{file}: no event in it")


async def _take(door: Door, where: str, received: Received, tally: _Tally) -> None:
    if not received.is_batch:
        tally.add(where, await door.receive(received))
        return
    answers = await door.receive_batch(received)
    if isinstance(answers, TurnedAway):
        tally.add(where, answers)
        return
    for index, answer in enumerate(answers):
        tally.add(f"{where}[{index}]", answer)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[_Tally], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=_err, transient=True, disable=quiet or not _err.is_terminal) as progress:
        task = progress.add_task("reading events")

        def advance(tally: _Tally) -> None:
            taken, refused = len(tally.taken), len(tally.refused)
            progress.update(task, advance=1, description=f"{taken} taken, {refused} refused")

        yield advance


def _print(tally: _Tally, *, as_json: bool) -> None:
    summary = tally.summary()
    for why in tally.unread:
        _err.print(why)
    if as_json:
        events = [_taken(where, answer) for where, answer in tally.taken]
        events += [refused_as_json(where, answer) for where, answer in tally.refused]
        sys.stdout.write(orjson.dumps(summary | {"events": events}, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    for where, answer in tally.taken[:_SHOWN]:
        _out.print(f"{answer.journey_id}  {where}{'  (known before)' if answer.repeated else ''}")
    if len(tally.taken) > _SHOWN:
        _out.print(f"… and {len(tally.taken) - _SHOWN} more")
    for where, refused in tally.refused:
        print_refusal(where, refused)
    _out.print("{accepted} accepted, {repeated} known before, {refused} refused".format(**summary))


def _taken(where: str, answer: Accepted) -> dict[str, Any]:
    return {"where": where, "journey_id": answer.journey_id, "repeated": answer.repeated}


def refused_as_json(where: str, answer: TurnedAway) -> dict[str, Any]:
    """A refusal for programs."""
    refusal = answer.refusal
    return {
        "where": where,
        "dead_letter": answer.dead_letter,
        "kind": refusal.kind.value,
        "reason": refusal.reason.model_dump(),
        "fields": [found.model_dump() for found in refusal.fields],
    }


def print_refusal(where: str, answer: TurnedAway) -> None:
    """A refusal for people, on standard error: where, as which dead letter, why, and each field."""
    _err.print(f"{where}: refused, kept as dead letter {answer.dead_letter}: {answer.refusal}")
    for found in answer.refusal.fields:
        _err.print(f"    {found.field}: {found.reason.en} / {found.reason.zh}")

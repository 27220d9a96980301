"""`journeys dead-letters`: what intake refused or could not start; look at it, correct it, send it again or drop it."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import orjson
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console

from intake import strict_json
from intake.dead_letters import DeadLetter, LetterNotOpenError, LetterStatus, UnknownLetterError
from intake.door import Correction, TurnedAway
from intake.letters_api import DeadLetterWhole, whole
from intake.refusals import Refused
from schemas.civil import CHINA
from workers.cli.event_files import content
from workers.cli.failures import BAD_INPUT, BadInputError
from workers.cli.intake import open_door, print_refusal, refused_as_json

dead_letters = App(name="dead-letters", help="What could not be taken: list, show, resend, drop.")

LetterId = Annotated[int, Parameter(validator=Number(gte=1, lt=1 << 63))]
AsJson = Annotated[bool, Parameter(name="--json", negative=())]
_out = Console(soft_wrap=True, highlight=False, markup=False)


@dead_letters.command(name="list")
async def list_letters(
    *,
    status: LetterStatus | None = LetterStatus.OPEN,
    after: int = 0,
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=1000))] = 100,
    as_json: AsJson = False,
) -> None:
    """List dead letters, oldest first.

    Parameters
    ----------
    status
        Only those that are open, resent or dropped.
    after
        Only those with a higher number.
    limit
        At most so many.
    as_json
        Print for programs.

    """
    async with open_door() as door:
        letters = await door.letters.listed(status, after=after, limit=limit)
    if as_json:
        _dump([each.model_dump(mode="json") for each in letters])
        return
    _out.print("\n".join(line for each in letters for line in _entry(each)) or "no dead letters")


@dead_letters.command
async def show(letter_id: LetterId, /, *, raw: bool = False, as_json: AsJson = False) -> None:
    """Show one dead letter: why it was refused, and with --raw exactly what was sent (personal data).

    Parameters
    ----------
    letter_id
        Number of the dead letter.
    raw
        Write the bytes that were sent to standard output, and nothing else.
    as_json
        Print for programs.

    """
    async with open_door() as door:
        with _clear():
            row = await door.letters.row(letter_id)
    if raw:
        sys.stdout.buffer.write(row["raw"])
        return
    if as_json:
        _dump(whole(row).model_dump(mode="json"))
        return
    _describe(whole(row))


@dead_letters.command
async def resend(
    letter_id: LetterId,
    /,
    *,
    data: Path | None = None,
    event: Path | None = None,
    by: str = "",
    as_json: AsJson = False,
) -> None:
    """Send a dead letter again; refused once more, it stays open and the command ends with status 2.

    Parameters
    ----------
    letter_id
        Number of the dead letter.
    data
        JSON file with the corrected data of the event.
    event
        JSON file with the whole corrected event, for one that could not be read.
    by
        Who does this: an opaque id, by default the name of your account.
    as_json
        Print for programs.

    """
    if data and event:
        message = "--event: give either --data or --event"
        raise BadInputError(message)
    correction = Correction(data=_load(data), event=_load(event))
    async with open_door() as door:
        with _clear():
            answer = await door.resend(letter_id, correction, by=_who(by))
    where = f"dead letter {letter_id}"
    if isinstance(answer, TurnedAway):
        if as_json:
            _dump(refused_as_json(where, answer))
        else:
            print_refusal(where, answer)
        sys.exit(BAD_INPUT)
    if as_json:
        _dump({"where": where, "journey_id": answer.journey_id, "repeated": answer.repeated})
    else:
        _out.print(f"{where} accepted: {answer.journey_id}")


@dead_letters.command
async def drop(letter_id: LetterId, /, *, reason: str, by: str = "") -> None:
    """Close a dead letter without sending it; what was sent stays on record.

    Parameters
    ----------
    letter_id
        Number of the dead letter.
    reason
        Why it is not sent again, without personal data.
    by
        Who does this: an opaque id, by default the name of your account.

    """
    async with open_door() as door:
        with _clear():
            await door.drop(letter_id, by=_who(by), reason=reason)
    _out.print(f"dead letter {letter_id} dropped")


@contextmanager
def _clear() -> Iterator[None]:
    try:
        yield
    except UnknownLetterError as error:
        message = f"{error}; `journeys dead-letters list` shows those there are"
        raise BadInputError(message) from error
    except LetterNotOpenError as error:
        raise BadInputError(str(error)) from error


def _load(file: Path | None) -> Any:  # noqa: ANN401 - whatever JSON holds
    if file is None:
        return None
    try:
        return strict_json.parse(content(file))
    except Refused as error:
        message = f"{file}: {error}"
        raise BadInputError(message) from error


def _who(by: str) -> str:
    return by or f"os:{getpass.getuser()}"


def _entry(each: DeadLetter) -> Iterator[str]:
    # Lines, not columns: reasons are long, and a column would cut them.
    last = each.last_seen_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    source = f", from {each.source}" if each.source else ""
    yield f"{each.id}  {each.status}  {each.kind}  seen {each.times_seen} time(s), last {last}{source}"
    yield f"    {each.reason.en}"
    for found in each.fields:
        yield f"    {found.field}: {found.reason.en}"


def _describe(shown: DeadLetterWhole) -> None:
    kept = "" if shown.whole else ", of which the beginning is kept"
    _out.print(f"dead letter {shown.id}: {shown.status}, {shown.kind}")
    _out.print(f"{shown.reason.en}\n{shown.reason.zh}")
    for found in shown.fields:
        _out.print(f"    {found.field}: {found.reason.en} / {found.reason.zh}")
    _out.print(f"came by {shown.channel}, {shown.raw_size} bytes{kept}, seen {shown.times_seen} time(s)")
    if shown.event_id:
        _out.print(f"event {shown.event_id} of {shown.source}")
    if shown.journey_id:
        _out.print(f"journey {shown.journey_id}")
    if shown.resolved_at:
        _out.print(f"{shown.status} at {shown.resolved_at.astimezone(CHINA)} by {shown.resolved_by} {shown.resolution}")


def _dump(value: object) -> None:
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")

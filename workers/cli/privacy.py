"""`journeys privacy`: keys, sealing of what was there before, and erasures."""

import getpass
import re
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from intake.identity import document_digest
from privacy.erasing import Erasing, NobodyError, NotWipedError, Plan
from privacy.key_ring import KeyRing
from privacy.older_rows import seal_older
from privacy.rewrapping import rewrap as wrap_anew
from privacy.rewrapping import unopened, wrappings
from schemas.people import IdDocument, IdDocumentType
from storage.away import DATABASE_AWAY
from workers.cli.failures import AwayError, BadInputError, CommandError
from workers.cli.reading import database, silent
from workers.clients import connect
from workers.logs import shows_somebody
from workers.settings import Settings
from workers.vaults import key_ring, open_vault

privacy = App(name="privacy", help="Keys, sealing of what was there before, and erasures.")
keys = App(name="keys", help="The key ring: make one, rotate it, see what is wrapped by which key.")
privacy.command(keys)
_OPAQUE = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_out = Console(highlight=False, markup=False)


@privacy.command
async def erase(
    person: str = "",
    /,
    *,
    reason: str,
    by: str = "",
    even_open: Annotated[bool, Parameter(negative=())] = False,
    yes: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Erase a person: drop the keys, so that nothing about the person can be read any more, anywhere.

    Parameters
    ----------
    person
        Reference of the person (person-…). Without it the identity document is asked for, on standard input: it must
        not stay in a shell's history.
    reason
        Why, without personal data, e.g. the number of the request.
    by
        Who does this: an opaque id, by default the name of your account.
    even_open
        Also where journeys are still open; they are ended and cannot go on.
    yes
        Do not ask for confirmation.

    """
    _check_words(reason, by)
    settings = Settings()
    async with database(settings) as pool:
        vault = open_vault(pool, settings)
        known_by = person or document_digest(vault, _asked_document())
        erasing = Erasing(pool, vault)
        try:
            plan = await erasing.plan(known_by)
        except NobodyError as error:
            message = f"{error}: check the reference or the identity document"
            raise BadInputError(message) from error
        _show(plan)
        if plan.open and not even_open:
            message = f"{len(plan.open)} of these journeys are open: end them first, or give --even-open"
            raise BadInputError(message)
        if not yes and _answer("Erase for good? Type the word erase: ") != "erase":
            message = "nothing was erased"
            raise CommandError(message)
        await _end(settings, plan)
        try:
            await erasing.carry_out(plan, by=by or f"os:{getpass.getuser()}", reason=reason)
        except NotWipedError as error:
            message = f"{plan.person}: {error}; run the same command again"
            raise CommandError(message) from error
    _out.print(f"{plan.person} erased; running processes heed it within a minute")


@privacy.command
async def seal() -> None:
    """Seal what was written before there was sealing; `journeys migrate` does so, too. Safe to break off and repeat."""
    settings = Settings()
    async with database(settings) as pool:
        total = await seal_older(pool, open_vault(pool, settings), _told)
    _out.print(f"sealed {total} rows" if total else "nothing was left to seal")


@keys.command
def new(file: Path, /) -> None:
    """Write a fresh key ring, readable for you alone; never over a file that is there.

    Parameters
    ----------
    file
        Where to write it; name it in KEY_RING_FILE.

    """
    _write(file, KeyRing.new(), fresh=True)
    _out.print(f"{file}: one key, active. Keep a copy apart from the database: without it nothing can be read.")


@keys.command
def rotate() -> None:
    """Add a key to the file of KEY_RING_FILE and make it the active one. Restart the processes, then rewrap."""
    settings = Settings()
    if not settings.key_ring_file:
        message = "KEY_RING_FILE: is not set; a ring given as KEY_RING is rotated where it is kept"
        raise BadInputError(message)
    turned = key_ring(settings).rotated()
    _write(Path(settings.key_ring_file), turned, fresh=False)
    _out.print(f"{turned.active} is active; restart the processes, then `journeys privacy keys rewrap`")


@keys.command
async def rewrap() -> None:
    """Wrap every data key under the active key; afterwards older keys can be taken off the ring."""
    settings = Settings()
    ring = key_ring(settings)
    async with database(settings) as pool:
        try:
            came = await wrap_anew(pool, ring, lambda done: _told("data_key", done))
        except DATABASE_AWAY as error:
            raise silent(settings.database_url.get_secret_value(), error) from error
    _out.print(f"{came.done} data keys wrapped under {ring.active}")
    for why in came.unreadable:
        sys.stderr.write(f"{why}\n")
    if came.unreadable:
        message = f"{len(came.unreadable)} data keys cannot be unwrapped: put the keys that wrap them back on the ring"
        raise CommandError(message)


@keys.command(name="list")
async def list_keys() -> None:
    """Show the keys of the ring, and how many data keys each of them wraps.

    Status 1 where a key is missing, or does not open the one data key that is tried of those it wraps.
    """
    settings = Settings()
    ring = key_ring(settings)
    async with database(settings) as pool:
        counted, failed = await wrappings(pool), await unopened(pool, ring)
    for name in ring.ids:
        _out.print(f"{name}: {counted.get(name, 0)} data keys{', active' if name == ring.active else ''}")
    if missing := {name: count for name, count in counted.items() if name not in ring.ids}:
        told = ", ".join(f"{name} ({count} data keys)" for name, count in missing.items())
        message = f"not on the ring: {told}; what they wrap cannot be read"
        raise CommandError(message)
    if failed:
        raise CommandError("\n".join(map(str, failed)))


def _check_words(reason: str, by: str) -> None:
    """What is kept of an erasure for good may not tell of whom it was."""
    if shows_somebody(reason):
        message = "--reason: holds what looks like an identity or phone number; it is kept for good, name the request"
        raise BadInputError(message)
    if by and not _OPAQUE.fullmatch(by):
        message = "--by: give an opaque id of letters, digits, dots, dashes, underscores or colons"
        raise BadInputError(message)


def _told(table: str, rows: int) -> None:
    sys.stderr.write(f"{table}: {rows}\n")


def _write(file: Path, ring: KeyRing, *, fresh: bool) -> None:
    draft = file.with_name(f"{file.name}.new")
    if fresh and file.exists():
        message = f"{file}: is there already; what it wraps could not be read without it"
        raise BadInputError(message)
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(ring.text(), encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        message = f"{file}: cannot be written ({error.strerror})"
        raise BadInputError(message) from error


def _asked_document() -> IdDocument:
    kinds = ", ".join(IdDocumentType)
    kind = _answer(f"Type of the identity document ({kinds}): ")
    number = getpass.getpass("Its number: ") if sys.stdin.isatty() else _answer("")
    try:
        return IdDocument(type=IdDocumentType(kind), number=number)
    except ValueError:
        message = f"not an identity document: give its type ({kinds}) on one line and its number on the next"
        raise BadInputError(message) from None


def _answer(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _show(plan: Plan) -> None:
    _out.print(f"{plan.person}{': erased before' if plan.done else ''}")
    for journey in plan.journeys:
        stands = "erased" if journey.erased else f"{journey.stage or 'not started'}{', open' if journey.open else ''}"
        _out.print(f"  {journey.journey_id}  {journey.product}  {stands}")
    _out.print(f"  {len(plan.letters)} dead letters that name the person")


async def _end(settings: Settings, plan: Plan) -> None:
    """End open journeys on the Temporal server: they could not take another step."""
    if not plan.open:
        return
    try:
        client = await connect(settings)
        for journey_id in plan.open:
            await _terminate(client, journey_id)
    except (RuntimeError, RPCError) as error:
        message = f"no Temporal server answers at {settings.temporal_address}: open journeys are ended there first"
        raise AwayError(message) from error


async def _terminate(client: Client, journey_id: str) -> None:
    try:
        await client.get_workflow_handle(journey_id).terminate(reason="erased")
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # it never started, or has ended
            raise

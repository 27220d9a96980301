"""`journeys audit reconcile`: what PostgreSQL holds, held against what the histories of journeys say."""

import asyncio
import getpass
import re
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console
from temporalio.client import Client

from audit import listing
from audit.reconcile.balances import balances
from audit.reconcile.finding import SOUND, Reconciled
from audit.reconcile.journeys import journeys
from audit.reconcile.orphans import orphans
from audit.reconcile.reconciling import Reconciler
from audit.reconcile.repairing import Repair
from audit.reconcile.rows import rows_of
from audit.sources import Sources
from console.reads import Reads
from privacy.vault import Vault
from workers.cli.archive import Opened, opened, progress, server
from workers.cli.failures import BadInputError, CommandError
from workers.cli.patience import a_while
from workers.cli.reading import resolve
from workers.cli.render_reconcile import reconciled_table, repairs_table
from workers.cli.since import moment_of
from workers.cli.words import Language, Words
from workers.logs import configure_logs
from workers.replaying import Manner, Replayers
from workers.vaults import open_vault

_Flag = Annotated[bool, Parameter(negative="")]
_ID = re.compile(r"journey-[a-z2-7]{20}")
_DISAGREES = 1
_out = Console(highlight=False, markup=False)


async def reconcile(
    *,
    journey: str | None = None,
    since: datetime | None = None,
    all_: Annotated[_Flag, Parameter(name="--all")] = False,
    repair: _Flag = False,
    yes: _Flag = False,
    processes: Annotated[int, Parameter(validator=Number(gte=1, lte=64))] = 2,
    limit: Annotated[float, Parameter(validator=a_while)] = 30,
    json: _Flag = False,
    lang: Language | None = None,
) -> int:
    """Prove that status, decisions, timeline, messages, ledger, vouchers and custody say what the histories say.

    Every run, archived or on the Temporal server, is replayed with today's code and held against PostgreSQL, row by
    row and both ways. Status 0 when all agree, 1 when something does not, is missing, or cannot be compared. A journey
    that moves meanwhile is looked at again, and at last told as moving. An erased one agrees as far as can be told.

    With --since and --all, entries of the ledger that belong to no posting are told as well. Not compared are codes of
    vouchers and the wrong ones that were tried, when PostgreSQL booked, closed or wrote down something, and what is
    kept of events, actions and call-backs.

    Parameters
    ----------
    journey
        This journey: its id, the beginning of it, or its claim number.
    since
        Every journey of which a run began then or later, by China's clock, e.g. 2026-11-20.
    all_
        Every journey that database, archive or server knows.
    repair
        Write status, decisions and timeline anew from histories where they differ, and messages that are gone, which
        are not sent. Shown before it is done, and logged. Money, vouchers, custody, messages that are there, and
        journeys that move or are not wholly known are left as they are.
    yes
        Do not ask before repairing.
    processes
        So many journeys at a time.
    limit
        Seconds for replaying one history, 1 or more; a process that takes longer is killed.
    json
        Print for programs: what came of each journey on a line, as it is done; with --repair, all at the end.
    lang
        Language of the headings; that of LANG unless told.

    """
    _check(journey, since, every=all_)
    if (yes and not repair) or (repair and json and not yes):
        message = "--yes: has no meaning without --repair" if yes else "--repair: asks; with --json give --yes, too"
        raise BadInputError(message)
    words = Words(lang)
    async with _open_house(Manner(processes, limit, telling=True)) as house:
        chosen = await house.chosen(journey, since)
        with progress(len(chosen), shown=not json) as advance:

            def done(each: Reconciled) -> None:
                advance(1)
                if json and not repair:  # what is repaired is told as it is afterwards
                    _write(each)

            came = await house.look(chosen, processes, done)
        beside = await house.beside(None if all_ else chosen, every=journey is None)
        if repair:
            _ask(came, words, yes=yes)
            came = await house.repaired(came)
    for each in [*(came if repair else ()), *beside] if json else ():
        _write(each)
    came += beside
    if not json:
        _out.print(reconciled_table(came, words) if came else words("empty"))
    return 0 if all(each.verdict in SOUND for each in came) else _DISAGREES


def _check(journey: str | None, since: datetime | None, *, every: bool) -> None:
    if sum([journey is not None, since is not None, every]) != 1:
        message = "say which journeys: one of --journey, --since and --all"
        raise BadInputError(message)


class _House:
    """Everything that a reconciliation needs, open."""

    def __init__(self, archive: Opened, vault: Vault, client: Client, replayers: Replayers) -> None:
        sources = Sources(archive.register, archive.stores, client)
        self._archive = archive
        self._vault = vault
        self._client = client
        self._reconciler = Reconciler(archive.pool, vault, sources, client, replayers.replay)

    async def chosen(self, journey: str | None, since: datetime | None) -> list[str]:
        """The journeys that were asked for."""
        if journey is None:
            return await journeys(self._archive.pool, self._client, moment_of(since) if since else None)
        if _ID.fullmatch(journey) and await self._known(journey):  # its status may be what is missing
            return [journey]
        return [await resolve(Reads(self._archive.pool, self._vault), journey)]

    async def _known(self, journey_id: str) -> bool:
        rows = await rows_of(self._archive.pool, journey_id)
        if rows.claimed or rows.any or await self._archive.register.count(journey_id):
            return True
        return await listing.is_there(self._client, journey_id)

    async def look(self, chosen: Sequence[str], at_once: int, done: Callable[[Reconciled], None]) -> list[Reconciled]:
        """What comes of each, so many side by side, in the order in which they were named."""
        came, waiting = dict[str, Reconciled](), iter(chosen)

        async def some() -> None:
            for journey_id in waiting:
                came[journey_id] = (await self._reconciler.look(journey_id)).came
                done(came[journey_id])

        tasks = [asyncio.create_task(some()) for _ in range(at_once)]
        try:
            await asyncio.gather(*tasks)  # not a group: who is away is told by the first that meets it
        finally:
            for task in tasks:
                task.cancel()
        return [came[journey_id] for journey_id in chosen]

    async def beside(self, chosen: Sequence[str] | None, *, every: bool) -> list[Reconciled]:
        """What no journey tells: policy periods that do not add up, of journeys `chosen` or all; `every` orphan."""
        off = await balances(self._archive.pool, chosen)
        return [*off, *await orphans(self._archive.pool)] if every else off

    async def repaired(self, came: Sequence[Reconciled]) -> list[Reconciled]:
        """The same after what is repairable was written anew."""
        configure_logs(self._archive.settings)
        repair = Repair(self._archive.pool, self._vault, self._reconciler)
        by = f"os:{getpass.getuser()}"
        return [
            (await repair.repair(each.name, each.findings, by)).came if _repairable(each) else each for each in came
        ]


@asynccontextmanager
async def _open_house(manner: Manner) -> AsyncIterator[_House]:
    async with opened() as archive:
        vault = open_vault(archive.pool, archive.settings)
        async with server(archive.settings, vault) as client, Replayers(manner) as replayers:
            yield _House(archive, vault, client, replayers)


def _write(each: Reconciled) -> None:
    sys.stdout.write(f"{each.model_dump_json(exclude_defaults=True)}\n")
    sys.stdout.flush()


def _repairable(each: Reconciled) -> bool:
    return any(found.repairable for found in each.findings)


def _ask(came: Sequence[Reconciled], words: Words, *, yes: bool) -> None:
    """Say exactly what will be written, and ask."""
    wrong = [each for each in came if _repairable(each)]
    if not wrong or yes:
        return
    _out.print(repairs_table(wrong, words))
    sys.stderr.write("Write these anew? Type the word repair: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != "repair":
        message = "nothing was repaired"
        raise CommandError(message)

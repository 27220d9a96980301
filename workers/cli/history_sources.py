"""Where the histories of journeys are read: the archive and the Temporal server, of which one may be away."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from audit.histories import HistoryError, Recorded, read_file
from audit.replaying import Replayed, unreadable
from audit.sources import ARCHIVE_AWAY, Sources, Wanted
from console.reads import Reads
from workers.cli.archive import Opened, namespace_known, no_server, opened
from workers.cli.failures import BadInputError
from workers.cli.reading import resolve
from workers.cli.since import moment_of
from workers.clients import connect
from workers.vaults import open_vault

Histories = AsyncIterator[Recorded | Replayed]
"""Histories, and of those that cannot be read what is to be told."""
_KINDS = ("*.json", "*.pb")


@asynccontextmanager
async def sources() -> AsyncIterator[tuple[Sources, Reads]]:
    """Archive and server, and the read model to find a journey by what people call it."""
    async with opened() as archive:
        client = await _client(archive)
        vault = open_vault(archive.pool, archive.settings)
        yield Sources(archive.register, archive.stores, client), Reads(archive.pool, vault)


async def _client(archive: Opened) -> Client | None:
    """None where the server is away; where the archive is, too, there is nothing to read."""
    try:
        client = await connect(archive.settings)
        await namespace_known(client)
    except RuntimeError as error:
        try:
            await archive.register.head()
        except ARCHIVE_AWAY:
            raise no_server(archive.settings) from error
        return None
    return client


async def chosen(
    stack: AsyncExitStack, places: Sequence[Path] | None, journey: str | None, since: datetime | None, *, every: bool
) -> tuple[Histories, int | None]:
    """The histories that a command was told to read, and how many there are, nearly; None where nobody knows.

    Exactly one of files, a journey, a day and all of them. What is open stays open until `stack` ends.
    """
    if sum([bool(places), journey is not None, since is not None, every]) != 1:
        message = "say which histories: files, or one of --journey, --since and --all"
        raise BadInputError(message)
    if places:
        files = _files(places)
        return _read(files), len(files)
    found, reads = await stack.enter_async_context(sources())
    wanted = await _wanted(reads, journey, since)
    return found.runs(wanted), await _total(found, wanted)


async def _wanted(reads: Reads, journey: str | None, since: datetime | None) -> Wanted:
    if journey is not None:
        return Wanted(journey_id=await resolve(reads, journey))
    return Wanted(since=moment_of(since) if since else None)


async def _total(found: Sources, wanted: Wanted) -> int | None:
    """For the bar alone: it goes without one where archive or server is away."""
    try:
        return await found.count(wanted)
    except (*ARCHIVE_AWAY, RPCError):
        return None


def _files(places: Sequence[Path]) -> list[Path]:
    found = list[Path]()
    for place in places:
        if place.is_dir():
            found += _histories_in(place)
        elif place.is_file():
            found.append(place)
        else:
            message = f"{place}: no such file or folder; give histories as JSON or protobuf, or a folder of them"
            raise BadInputError(message)
    return found


def _histories_in(folder: Path) -> list[Path]:
    if found := sorted(file for kind in _KINDS for file in folder.rglob(kind)):
        return found
    message = f"{folder}: holds no history, neither *.json nor *.pb"
    raise BadInputError(message)


async def _read(files: Sequence[Path]) -> Histories:
    for file in files:
        try:
            yield read_file(file)
        except HistoryError as error:
            yield unreadable(file.name, str(error))

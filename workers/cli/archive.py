"""`journeys audit export | gaps | verify`: the archive of closed runs."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, NamedTuple

import asyncpg
import orjson
from cyclopts import Parameter
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from audit import listing
from audit.archive.chain import Head
from audit.archive.gaps import Gaps
from audit.archive.register import Register
from audit.archive.stores import Stores
from audit.archive.verify import Verification
from privacy.vault import Vault
from schemas.shape import Shape
from storage.away import DATABASE_AWAY, fault_of_ours
from workers.archiving import ArchiveSettingsError, exporter, open_stores
from workers.cli.failures import AwayError, BadInputError
from workers.cli.reading import database, silent
from workers.cli.render_archive import exported_table, gaps_table, verified_table
from workers.cli.words import Language, Words
from workers.clients import connect
from workers.settings import Settings
from workers.vaults import open_vault

_Flag = Annotated[bool, Parameter(negative="")]
_FAILED = 1
_HEAD = re.compile(r"(?P<position>\d{1,18}):(?P<link>[0-9a-f]{64})")
_out = Console(highlight=False, markup=False)


class Opened(NamedTuple):
    """The archive as settings name it."""

    settings: Settings
    pool: "asyncpg.Pool[asyncpg.Record]"
    register: Register
    stores: Stores


async def export(*, json: _Flag = False, lang: Language | None = None) -> int:
    """Archive every closed run that the Temporal server has and the archive has not; harmless to repeat.

    Workers do the same every minute. Status 1 when a run could not be archived; the reason is told, and it is tried
    again next time. The head that is printed, kept elsewhere, proves later that nothing was cut off: `verify --expect`.

    Parameters
    ----------
    json
        Print for programs.
    lang
        Language of the headings; that of LANG unless told.

    """
    async with opened() as archive, server(archive.settings, open_vault(archive.pool, archive.settings)) as client:
        exporting = exporter(client, archive.pool, archive.stores)
        with progress(await exporting.count(), shown=not json) as advance:
            done = await exporting.export(advance=advance)
    told = {"archived": done.archived, "bytes": done.bytes, "head": str(done.head), "left": _plain(done.left)}
    _print(told, exported_table(done, Words(lang)), json=json)
    return _FAILED if done.left else 0


async def gaps(*, json: _Flag = False, lang: Language | None = None) -> int:
    """Prove that every closed run is archived; status 1 when something is missing, which is listed with its reason.

    Asked are the Temporal server (closed runs), the archive (runs that name another) and what was started. What is
    archived is not read: contents that were altered or lost are found by `verify`.

    Parameters
    ----------
    json
        Print for programs.
    lang
        Language of the headings; that of LANG unless told.

    """
    async with opened() as archive, server(archive.settings) as client:
        with progress(await listing.count(client, listing.OURS), shown=not json) as advance:
            looked = await Gaps(client, archive.register).look(advance)
    told = {"closed": looked.closed, "open": looked.open, "archived": looked.archived, "gaps": _plain(looked.gaps)}
    _print(told, gaps_table(looked, Words(lang)), json=json)
    return _FAILED if looked.gaps else 0


async def verify(*, expect: str | None = None, json: _Flag = False, lang: Language | None = None) -> int:
    """Re-check every link and every history of the archive; status 1 when something is wrong, and where.

    Asks PostgreSQL and the stores, not the Temporal server.

    Parameters
    ----------
    expect
        A head that was printed before, POSITION:HASH: finds that the archive was cut off, or made anew, since then.
    json
        Print for programs.
    lang
        Language of the headings; that of LANG unless told.

    """
    expected = _head(expect) if expect is not None else None
    async with opened() as archive:
        with progress(await archive.register.count(), shown=not json) as advance:
            done = await Verification(archive.register, archive.stores).verify(expected, advance)
    told = {"runs": done.runs, "bytes": done.bytes, "head": str(done.head), "flaws": _plain(done.flaws)}
    _print(told, verified_table(done, Words(lang)), json=json)
    return _FAILED if done.flaws else 0


def _head(text: str) -> Head:
    if found := _HEAD.fullmatch(text):
        return Head(int(found["position"]), bytes.fromhex(found["link"]))
    message = f"--expect {text!r}: give a head as `journeys audit export` prints it, POSITION:HASH"
    raise BadInputError(message)


def _plain(shapes: tuple[Shape, ...]) -> list[dict[str, object]]:
    return [shape.model_dump(mode="json", exclude_defaults=True) for shape in shapes]


def _print(told: dict[str, object], table: RenderableType, *, json: bool) -> None:
    _out.print(orjson.dumps(told).decode() if json else table, soft_wrap=json)


@asynccontextmanager
async def opened() -> AsyncIterator[Opened]:
    """The archive of the settings; a database that is away and settings that do not fit leave as CommandError."""
    settings = Settings()
    try:
        async with database(settings) as pool:
            yield Opened(settings, pool, Register(pool), open_stores(settings, pool))
    except ArchiveSettingsError as error:
        raise BadInputError(str(error)) from error
    except DATABASE_AWAY as error:
        if fault_of_ours(error):
            raise
        raise silent(settings.database_url.get_secret_value(), error) from error


@asynccontextmanager
async def server(settings: Settings, vault: Vault | None = None) -> AsyncIterator[Client]:
    """A client of the Temporal server; one that is away, or goes away, leaves as CommandError.

    With the `vault` it reads what payloads say.
    """
    try:
        client = await connect(settings, vault)
        await namespace_known(client)
        yield client
    except (RuntimeError, RPCError) as error:
        raise no_server(settings) from error


async def namespace_known(client: Client) -> None:
    """Raise BadInputError where the server says that there is none; whatever else is wrong is told when it matters."""
    try:
        await listing.retention(client)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            message = f"the Temporal server knows no namespace {client.namespace}: correct TEMPORAL_NAMESPACE"
            raise BadInputError(message) from error


def no_server(settings: Settings) -> AwayError:
    """What is said where the Temporal server is away."""
    return AwayError(f"no Temporal server answers at {settings.temporal_address}; start the stack with `journeys up`")


@contextmanager
def progress(total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """A bar on standard error."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown) as bar:
        task = bar.add_task("", total=total)
        yield lambda many: bar.update(task, advance=many)

"""Keeps closed runs from being lost: the archive as settings name it, and the loop that fills it in every worker.

Any number of workers may run; one of them looks for closed runs at a time. A look goes back a little behind the last
one after which nothing was left over, because the server's list lags; the first of a process, and one a day, go back to
the beginning.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from audit.archive.entry import CodeVersions, StoreName
from audit.archive.export import Exported, Exporter, Left
from audit.archive.folder import FolderStore
from audit.archive.postgres import PostgresStore
from audit.archive.register import Register
from audit.archive.s3 import S3Place, S3Store
from audit.archive.stores import Store, Stores
from products.calendar import load_calendar
from products.loader import load_products
from rules.version import RULES_VERSION
from storage.away import DATABASE_AWAY, fault_of_ours
from workers.build import build_id
from workers.settings import Settings

_PAUSE_SECONDS = 60.0
_OVERLAP = timedelta(minutes=30)
_WHOLE = timedelta(days=1)
_log = structlog.get_logger(__name__)


class ArchiveSettingsError(Exception):
    """The settings of the archive name no store; the message says which setting is missing."""


def open_stores(settings: Settings, pool: "asyncpg.Pool[asyncpg.Record]") -> Stores:
    """Every store that `settings` name; nothing is asked of them yet. Raises ArchiveSettingsError."""
    known: dict[StoreName, Store] = {StoreName.POSTGRES: PostgresStore(pool)}
    if settings.archive_folder:
        known[StoreName.FOLDER] = FolderStore(Path(settings.archive_folder))
    if settings.archive_s3_bucket:
        known[StoreName.S3] = S3Store(_place(settings))
    if settings.archive_store not in known:
        missing = {StoreName.FOLDER: "ARCHIVE_FOLDER", StoreName.S3: "ARCHIVE_S3_BUCKET"}[settings.archive_store]
        message = f"ARCHIVE_STORE is {settings.archive_store}: set {missing}, too"
        raise ArchiveSettingsError(message)
    return Stores(known, settings.archive_store)


def exporter(client: Client, pool: "asyncpg.Pool[asyncpg.Record]", stores: Stores) -> Exporter:
    """An exporter of this code."""
    by = CodeVersions(
        build=build_id(), rules=RULES_VERSION, products=load_products().version, calendar=load_calendar().version
    )
    return Exporter(client, Register(pool), stores, by)


def _place(settings: Settings) -> S3Place:
    return S3Place(
        bucket=settings.archive_s3_bucket,
        prefix=settings.archive_s3_prefix,
        endpoint=settings.archive_s3_endpoint,
        region=settings.archive_s3_region,
        access_key=settings.archive_s3_access_key.get_secret_value(),
        secret_key=settings.archive_s3_secret_key.get_secret_value(),
        plain_http=settings.archive_s3_plain_http,
    )


class Archiving:
    """Several may run side by side on one database."""

    def __init__(self, exporter: Exporter, register: Register) -> None:
        """Fill by `exporter`; `register` says whose turn it is."""
        self._exporter = exporter
        self._register = register
        self._since: datetime | None = None
        self._whole_at = datetime.fromtimestamp(0, UTC)

    async def run(self, stop: asyncio.Event) -> None:
        """Look now and every minute until `stop` is set; a look may be broken off anywhere."""
        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(self._rounds())
            await stop.wait()
            looking.cancel()

    async def _rounds(self) -> None:
        while True:
            with _away():
                await self.look()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def look(self) -> Exported | None:
        """One round; None where another worker is at it. Raises what PostgreSQL and Temporal raise."""
        async with self._register.sole() as mine:
            if not mine:
                return None
            began = datetime.now(UTC)
            whole = began - self._whole_at >= _WHOLE
            exported = await self._exporter.export(None if whole else self._since)
        self._whole_at = began if whole else self._whole_at
        if not exported.left:
            self._since = began - _OVERLAP
        _tell(exported)
        return exported


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except DATABASE_AWAY as error:
        if fault_of_ours(error):
            raise
        _log.warning("archive.away", server="PostgreSQL", cause=type(error).__name__)
    except RPCError as error:
        _log.warning("archive.away", server="Temporal", cause=error.status.name)


def _tell(exported: Exported) -> None:
    if exported.archived:
        _log.info("archive.done", runs=exported.archived, bytes=exported.bytes, head=str(exported.head))
    for left in exported.left:
        _log.warning("archive.left", journey_id=left.journey_id, run_id=left.run_id, reason=left.reason)
    if late := [left for left in exported.left if _is_late(left)]:
        oldest = min(left.dropped_at for left in late)
        _log.error("archive.late", runs=len(late), dropped_at=oldest.isoformat())


def _is_late(left: Left) -> bool:
    """Whether more than half of the time is over that the server keeps it."""
    return datetime.now(UTC) - left.closed_at > (left.dropped_at - left.closed_at) / 2

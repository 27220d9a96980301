"""Commands of those who run the servers: prepare database and Temporal for a release, then route journeys to it."""

import re
from typing import Annotated

import asyncpg
from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError

from schemas.routing import DEPLOYMENT, SEARCH_ATTRIBUTES
from storage.migrations import MigrationError
from storage.migrations import migrate as apply_missing
from storage.pool import SCHEMA
from workers.build import build_id as build_of_this_code
from workers.cli.failures import BadInputError, CommandError
from workers.clients import connect
from workers.settings import Settings
from workers.stack.versions import NoWorkerError, make_current
from workers.vaults import key_ring, seal_all

_TYPES = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Bool": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
}
_BUILD = re.compile(r"^[0-9a-f]{12}$")
_TEMPORAL_AWAY = (RPCError, RuntimeError)
_DATABASE_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
_out = Console(soft_wrap=True, highlight=False, markup=False)


class AttributeTypeError(Exception):
    """A search attribute exists with another type: remove it on the server, or rename ours, then register again."""


async def migrate() -> None:
    """Bring the database of DATABASE_URL up to this release and seal what was plain in it; harmless to repeat."""
    settings = Settings()
    ring, url = key_ring(settings), settings.database_url.get_secret_value()
    try:
        connection = await asyncpg.connect(url)
        try:
            applied = await apply_missing(connection, SCHEMA)
        finally:
            await connection.close()
        sealed = await seal_all(url, ring)
    except MigrationError as error:
        raise CommandError(str(error)) from error
    except _DATABASE_AWAY as error:
        message = f"the database of DATABASE_URL: {error or type(error).__name__}"
        raise CommandError(message) from error
    done = [f"applied {name}" for name in applied] + ([f"sealed {sealed} rows"] if sealed else [])
    _out.print("\n".join(done) or "the database is up to date")


async def register() -> None:
    """Register our search attributes in TEMPORAL_NAMESPACE; harmless to repeat."""
    settings = Settings()
    try:
        added = await register_attributes(await connect(settings))
    except AttributeTypeError as error:
        raise CommandError(str(error)) from error
    except _TEMPORAL_AWAY as error:
        message = f"Temporal at {settings.temporal_address}: {error}"
        raise CommandError(message) from error
    _out.print("\n".join(f"registered {name}" for name in added) or "all search attributes are registered")


async def set_current(
    build: str, /, *, patience: Annotated[float, Parameter(validator=Number(gte=0, lte=3600))] = 75
) -> None:
    """Start new journeys on BUILD from now on; running ones stay on the build that they began with.

    Parameters
    ----------
    build
        Build id of workers that run already, as `journeys build-id` prints it in their image.
    patience
        Seconds to wait for a worker of that build to ask for work.

    """
    if not _BUILD.match(build):
        message = f"BUILD: {build!r} is no build id, which has 12 hexadecimal digits; `journeys build-id` prints one"
        raise BadInputError(message)
    settings = Settings()
    try:
        await make_current(await connect(settings), build, patience=patience)
    except NoWorkerError as error:
        message = f"{error}; start its workers first, or correct BUILD"
        raise CommandError(message) from error
    except _TEMPORAL_AWAY as error:
        message = f"Temporal at {settings.temporal_address}: {error}"
        raise CommandError(message) from error
    _out.print(f"new journeys start on {DEPLOYMENT}:{build}")


def build_id() -> None:
    """Print the build id of this code: workers announce it, and journeys stay on it."""
    _out.print(build_of_this_code())


async def register_attributes(client: Client) -> list[str]:
    """Register the search attributes that the client's namespace lacks; returns their names.

    Raises AttributeTypeError when one is known there with another type, RPCError when the server refuses.
    """
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    wanted = {name: _TYPES[kind] for name, kind in SEARCH_ATTRIBUTES.items()}
    for name, kind in wanted.items():
        if known.custom_attributes.get(name, kind) != kind:
            found = IndexedValueType.Name(known.custom_attributes[name])
            message = f"{name} is {found} in namespace {client.namespace}, it must be {SEARCH_ATTRIBUTES[name]}"
            raise AttributeTypeError(message)
    missing = {name: kind for name, kind in wanted.items() if name not in known.custom_attributes}
    if missing:
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        await client.operator_service.add_search_attributes(request)
    return list(missing)

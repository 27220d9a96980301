"""How commands reach the read model, and how the console's problems become messages on a terminal."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

import asyncpg

from console.database import DatabaseAwayError
from console.problems import ProblemError
from console.reads import Found, Reads
from console.working_hours import working_hours
from storage.away import DATABASE_AWAY, fault_of_ours
from storage.pool import open_pool
from workers.cli.failures import AwayError, BadInputError, CommandError
from workers.settings import Settings
from workers.vaults import open_vault

_BARE_ID = re.compile(r"[a-z2-7]{4,20}")
_MAY_MEAN_ONE = re.compile(r"journey-[a-z2-7]{1,20}|(?!(?i:journey-))[A-Za-z0-9][A-Za-z0-9._-]{3,63}")
_FORMS = (
    "an id is journey- and 20 of the letters a to z and digits 2 to 7, e.g. journey-4m3pl2psakntqnzbhgad (its beginning"
    " is enough), and a claim number has 4 to 64 letters, digits, dots, dashes or underscores, e.g. PALB-2026-0001"
)


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Reads]:
    """The read model of `settings.database_url`; every problem leaves as a CommandError that says what to do."""
    async with database(settings) as pool:
        yield Reads(pool, open_vault(pool, settings), working_hours(settings.working_hours))


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    """The database of `settings.database_url`; every problem of the console leaves as a CommandError."""
    url = settings.database_url.get_secret_value()
    pool = await open_pool(url, min_size=0, max_size=2)
    try:
        yield pool
    except DatabaseAwayError as error:
        raise silent(url, error.__cause__) from error
    except DATABASE_AWAY as error:
        if fault_of_ours(error):
            raise
        raise silent(url, error) from error
    except asyncpg.UndefinedTableError as error:
        message = f"the database at {_place(url)} holds no journeys yet; prepare it with `journeys migrate`"
        raise CommandError(message) from error
    except ProblemError as error:
        raise told(error) from error
    finally:
        pool.terminate()


def silent(url: str, cause: BaseException | None) -> AwayError:
    """Nothing answers at the database's `url`: what a command says, and what to do."""
    why = "connection refused" if isinstance(cause, ConnectionRefusedError) else type(cause).__name__
    what = "start the stack with `make run` or `journeys up`, or set DATABASE_URL"
    return AwayError(f"nothing answers at {_place(url)}; {what} ({why})")


def told(error: ProblemError) -> CommandError:
    """The problem as a command tells it: each wrong field on a line; bad input is told apart by its exit status."""
    problem = error.problem
    lines = [f"{wrong.field}: {wrong.reason}" for wrong in problem.errors] or [problem.detail]
    corrigible = problem.status in (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND)
    return (BadInputError if corrigible else CommandError)("\n".join(lines))


async def resolve(reads: Reads, text: str) -> str:
    """The id of the one journey that `text` means: its id, the beginning of it, or its claim number."""
    found = await reads.find(text)
    if not found and _BARE_ID.fullmatch(text):
        found = await reads.find(f"journey-{text}")
    exact = tuple(one for one in found if text in (one.journey_id, one.claim_number))
    match exact if len(exact) == 1 else found:
        case (one,):
            return one.journey_id
        case ():
            raise BadInputError(_none(text))
        case several:
            message = f"{text}: fits several journeys; say which\n" + "\n".join(map(_line, several))
            raise BadInputError(message)


def _none(text: str) -> str:
    if _MAY_MEAN_ONE.fullmatch(text):
        return f"{text}: no such journey; give its id, the beginning of it, or its claim number"
    # Not repeated: what has neither form may be a person's name.
    return f"ID: no such journey, for {_FORMS}"


def _line(one: Found) -> str:
    return f"  {one.journey_id}  {one.product}  {one.claim_number}"


def _place(url: str) -> str:
    # Neither user nor password: the message may end in a ticket.
    parts = urlsplit(url)
    return f"{parts.hostname or '127.0.0.1'}:{parts.port or 5432}"

"""Commands that show journeys: `journeys list` and `journeys status`. They ask PostgreSQL alone."""

import asyncio
from contextlib import suppress
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from pydantic import ValidationError
from rich.console import Console, RenderableType
from rich.live import Live

from console.problems import InvalidRequestError, field_problems
from console.reads import Reads
from console.views import JourneyFilter, Sort
from schemas.journey import Stage, WaitingFor
from schemas.people import ActorRole
from workers.cli.reading import reading, resolve, told
from workers.cli.render import page_table
from workers.cli.render_status import status_panels
from workers.cli.words import Language, Words
from workers.settings import Settings

_REFRESH_SECONDS = 1.0
_Flag = Annotated[bool, Parameter(negative="")]


async def list_journeys(
    *,
    stage: Stage | None = None,
    product: str | None = None,
    waiting_for: WaitingFor | None = None,
    waiting_on: ActorRole | None = None,
    overdue: bool | None = None,
    escalated: bool | None = None,
    open_: Annotated[bool | None, Parameter(name="--open", negative="--closed")] = None,
    claim_number: str | None = None,
    q: str | None = None,
    sort: Sort = "updated",
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=200))] = 50,
    cursor: str | None = None,
    json: _Flag = False,
    watch: _Flag = False,
    lang: Language | None = None,
) -> None:
    """List journeys, last changed first.

    Parameters
    ----------
    stage
        Only journeys in this stage.
    product
        Only journeys of this product, e.g. pingan-longterm-b.
    waiting_for
        Only journeys that wait for this.
    waiting_on
        Only journeys that wait on this person or partner.
    overdue
        Only journeys whose deadline has passed (or, with --no-overdue, has not).
    escalated
        Only journeys that a supervisor has to see.
    open_
        Only journeys that go on; --closed: only those that have ended.
    claim_number
        Only the journeys of this claim number.
    q
        Part of a claim number, policy number, drug or journey id.
    sort
        `updated`: last changed first. `due`: journeys whose clock runs, soonest due first.
    limit
        How many at most.
    cursor
        Where to go on: `next` of the page before.
    json
        Print for programs.
    watch
        Show the list live until Ctrl-C.
    lang
        Language of the texts; that of LANG unless told.

    """
    given = {
        "stage": stage, "product": product, "waiting_for": waiting_for, "waiting_on": waiting_on, "overdue": overdue,
        "escalated": escalated, "open": open_, "claim_number": claim_number, "q": q, "sort": sort, "limit": limit,
        "cursor": cursor,
    }  # fmt: skip
    wanted = _filter({name: value for name, value in given.items() if value is not None})
    async with reading(Settings()) as reads:
        if watch:
            await _watch(reads, wanted, Words(lang))
        else:
            await _print_page(reads, wanted, None if json else Words(lang))


async def status(journey: str, /, *, json: _Flag = False, lang: Language | None = None) -> None:
    """Show one journey: stage, wait and clock, missing papers, decisions with clauses, money, history, actions.

    Parameters
    ----------
    journey
        Its id, the beginning of it, or its claim number.
    json
        Print for programs.
    lang
        Language of the texts; that of LANG unless told.

    """
    async with reading(Settings()) as reads:
        view = await reads.view(await resolve(reads, journey))
    if json:
        _out().print_json(view.model_dump_json())
    else:
        _out().print(status_panels(view, Words(lang)))


async def _print_page(reads: Reads, wanted: JourneyFilter, words: Words | None) -> None:
    page = await reads.page(wanted)
    if words is None:
        _out().print_json(page.model_dump_json())
    else:
        _out().print(page_table(page, words))


async def _watch(reads: Reads, wanted: JourneyFilter, words: Words) -> None:
    async def picture() -> RenderableType:
        return page_table(await reads.page(wanted), words)

    first = await picture()
    # Ctrl-C is how one ends watching: no error.
    with Live(first, console=_out(), auto_refresh=False) as live, suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(_REFRESH_SECONDS)
            live.update(await picture(), refresh=True)


def _filter(given: dict[str, object]) -> JourneyFilter:
    try:
        return JourneyFilter.model_validate(given)
    except ValidationError as error:
        raise told(InvalidRequestError(field_problems(error))) from None


def _out() -> Console:
    return Console(highlight=False, markup=False)

"""Commands that show journeys: `journeys list` and `journeys status`. They ask PostgreSQL alone."""

import asyncio
from contextlib import suppress
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console, RenderableType
from rich.live import Live

from console.reads import Reads
from console.views import JourneyFilter
from schemas.journey import TimelineEntry
from workers.cli.narrowing import EVERY, Narrowing
from workers.cli.reading import reading, resolve
from workers.cli.render import page_table
from workers.cli.render_status import status_panels
from workers.cli.words import Language, Words
from workers.settings import Settings

_REFRESH_SECONDS = 1.0
_Flag = Annotated[bool, Parameter(negative="")]


async def list_journeys(
    *, wanted: Narrowing = EVERY, json: _Flag = False, watch: _Flag = False, lang: Language | None = None
) -> None:
    """List journeys, last changed first.

    Parameters
    ----------
    wanted
        Which of them, and in which order.
    json
        Print for programs.
    watch
        Show the list live until Ctrl-C.
    lang
        Language of the texts; that of LANG unless told.

    """
    journeys = wanted.filter()
    async with reading(Settings()) as reads:
        if watch:
            await _watch(reads, journeys, Words(lang))
        else:
            await _print_page(reads, journeys, None if json else Words(lang))


async def status(
    journey: str,
    /,
    *,
    all_: Annotated[_Flag, Parameter(name="--all")] = False,
    json: _Flag = False,
    lang: Language | None = None,
) -> None:
    """Show one journey: stage, wait and clock, missing papers, decisions with clauses, money, history, actions.

    Parameters
    ----------
    journey
        Its id, the beginning of it, or its claim number.
    all_
        With the whole history, not only the latest of it.
    json
        Print for programs.
    lang
        Language of the texts; that of LANG unless told.

    """
    async with reading(Settings()) as reads:
        view = await reads.view(await resolve(reads, journey))
        if all_:
            view = view.model_copy(update={"timeline": await _whole_history(reads, view.journey_id)})
    if json:
        _out().print_json(view.model_dump_json())
    else:
        _out().print(status_panels(view, Words(lang), whole=all_))


async def _whole_history(reads: Reads, journey_id: str) -> tuple[TimelineEntry, ...]:
    page = await reads.timeline(journey_id)
    entries = page.items
    while page.next is not None:
        page = await reads.timeline(journey_id, page.next)
        entries += page.items
    return entries


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


def _out() -> Console:
    return Console(highlight=False, markup=False)

"""`journeys audit redecide`: recorded decisions, taken once more by today's rules and products or by others."""

import csv
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple

from cyclopts import Parameter
from rich.console import Console
from temporalio.converter import PayloadCodec

from audit.histories import Recorded
from audit.redeciding import Retaken, Taken, decisions_in, retaken
from audit.replaying import Replayed, Verdict, unreadable
from privacy.errors import ErasedError, PrivacyError
from products.calendar import load_calendar
from products.errors import ProductError
from products.loader import load_products, products_in
from storage.away import DATABASE_AWAY
from workers.cli.archive import progress
from workers.cli.failures import BadInputError
from workers.cli.history_sources import Histories, chosen
from workers.cli.render_redecide import redecided_table
from workers.cli.words import Language, Words
from workers.redeciding import Release, ReleaseError, TheseRules
from workers.replaying import reading_converter
from workers.settings import Settings

_Flag = Annotated[bool, Parameter(negative="")]
_DIFFERENT = 1
_COLUMNS = ("journey", "run", "event", "at", "product", "question", "what", "rules", "before", "after")
_out = Console(highlight=False, markup=False)


async def redecide(
    places: Annotated[list[Path] | None, Parameter(name="FILE")] = None,
    /,
    *,
    journey: str | None = None,
    since: datetime | None = None,
    all_: Annotated[_Flag, Parameter(name="--all")] = False,
    products: Path | None = None,
    release: Path | None = None,
    json: _Flag = False,
    csv_: Annotated[_Flag, Parameter(name="--csv")] = False,
    lang: Language | None = None,
) -> int:
    """Take recorded decisions once more on the facts they were taken on, and show what differs, clause by clause.

    Nothing is stored and no journey is touched: it tells beforehand what a change of rules, terms or drug lists does.
    Status 0 when every decision is the same, 1 when one differs, cannot be decided, or could not be read.

    Parameters
    ----------
    places
        Files with histories (JSON or protobuf), or folders of them. Without them archive and Temporal server are read.
    journey
        Every run of this journey: its id, the beginning of it, or its claim number.
    since
        Every run that began then or later, by China's clock, e.g. 2026-11-20.
    all_
        Every run that is archived or on the server.
    products
        A folder of products to decide by, laid out as `products/` is; those of this release unless told.
    release
        The Python of another release, e.g. /opt/journeys-0.2/bin/python: its rules and its products decide.
    json
        Print for programs: each decision that differs on a line.
    csv_
        Print for spreadsheets: each difference on a line.
    lang
        Language of the headings; that of LANG unless told.

    """
    if json and csv_:
        message = "--csv: has no meaning with --json; leave one of them out"
        raise BadInputError(message)
    rules = _rules(products, release)
    plain = json or csv_
    async with AsyncExitStack() as stack:
        histories, total = await chosen(stack, places, journey, since, every=all_)
        converter = await stack.enter_async_context(reading_converter(Settings()))
        with progress(total or 0, shown=not plain) as advance:
            came = await _all_retaken(histories, converter.payload_codec, rules, advance)
    _print(came, None if plain else Words(lang), as_csv=csv_)
    lost = [each for each in came.unread if each.verdict is not Verdict.ERASED]
    return _DIFFERENT if came.different or lost else 0


class _Came(NamedTuple):
    """What came of it: how many decisions were taken once more, those that differ, and runs that were not read."""

    counted: int
    different: list[Retaken]
    unread: list[Replayed]


async def _all_retaken(
    histories: Histories, codec: PayloadCodec | None, rules: TheseRules | Release, advance: Callable[[int], None]
) -> _Came:
    counted, different, unread = 0, list[Retaken](), list[Replayed]()
    async for each in histories:
        taken = each if isinstance(each, Replayed) else await _read(each, codec)
        if isinstance(taken, Replayed):
            unread.append(taken)
        else:
            again = await _retaken(*taken, rules)
            counted += len(again)
            different += [one for one in again if not one.same]
        advance(1)
    return _Came(counted, different, unread)


def _rules(products: Path | None, release: Path | None) -> TheseRules | Release:
    if products and release:
        message = "--products: has no meaning with --release, which decides by its own; leave one of them out"
        raise BadInputError(message)
    if release:
        return Release(release)
    if products and not products.is_dir():
        message = f"--products {products}: no such folder"
        raise BadInputError(message)
    if products and not products_in(products):
        message = f"--products {products}: holds no product, a folder of its own with a product.toml"
        raise BadInputError(message)
    try:
        return TheseRules(load_products(products) if products else load_products(), load_calendar())
    except ProductError as error:
        raise BadInputError(str(error)) from error


async def _read(recorded: Recorded, codec: PayloadCodec | None) -> tuple[Recorded, list[Taken]] | Replayed:
    """The decisions of a run, or what is to be told where they cannot be read."""
    try:
        return recorded, [each async for each in decisions_in(recorded, codec)]
    except ErasedError as error:
        return Replayed(name=recorded.name, verdict=Verdict.ERASED, reason=str(error))
    except PrivacyError as error:
        return unreadable(recorded.name, str(error))
    except DATABASE_AWAY as error:
        return unreadable(recorded.name, f"its data key cannot be read: {type(error).__name__}")


async def _retaken(recorded: Recorded, taken: list[Taken], rules: TheseRules | Release) -> list[Retaken]:
    try:
        again = await rules.decide([each.request for each in taken])
    except ReleaseError as error:
        message = f"--release {error}"
        raise BadInputError(message) from error
    return [retaken(recorded, before, after) for before, after in zip(taken, again, strict=True)]


def _print(came: _Came, words: Words | None, *, as_csv: bool) -> None:
    for each in came.unread:
        Console(stderr=True, highlight=False, markup=False).print(f"{each.name}: {each.reason}")
    if words:
        _out.print(redecided_table(came.different, came.counted, words))
    elif as_csv:
        lines = csv.writer(sys.stdout)
        lines.writerow(_COLUMNS)
        lines.writerows(row for each in came.different for row in _lines(each))
    else:
        sys.stdout.writelines(f"{each.model_dump_json()}\n" for each in came.different)


def _lines(each: Retaken) -> list[tuple[object, ...]]:
    place = (each.journey_id, each.run_id, each.event_id, each.at.isoformat(), each.product, each.question)
    if each.undecidable:
        return [(*place, "verdict", "", each.before, each.undecidable)]
    return [(*place, one.what, " ".join(one.rules), one.before, one.after) for one in each.changes]

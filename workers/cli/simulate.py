"""`journeys simulate`: scenarios played against the real journey, a year in seconds."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

import orjson
from cyclopts import Parameter
from cyclopts.validators import Number
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from console.catalogue import ACTIONS
from products.loader import load_products
from schemas.claims import REPORTS
from schemas.policy import Policy
from simulation.house import open_house
from simulation.partners import ANSWERS
from simulation.running import Named, Outcome, run_all
from simulation.scenario import Scenario
from workers.cli.failures import BadInputError
from workers.cli.foreground import in_foreground
from workers.cli.render_simulation import as_json, comparison, result_line, summary, trace_tables
from workers.cli.scenario_files import scenarios
from workers.cli.words import Language, Words
from workers.logs import configure_logs
from workers.settings import Settings
from workers.stack.session import until_told_to_end

_Flag = Annotated[bool, Parameter(negative="")]
_FAILED = 1
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_out = Console(highlight=False, markup=False)


def simulate(
    places: Annotated[list[Path] | None, Parameter(name="FILE")] = None,
    /,
    *,
    trace: _Flag = False,
    parallel: Annotated[int, Parameter(validator=Number(gte=1, lte=64))] = 4,
    schema_: Annotated[_Flag, Parameter(name="--schema")] = False,
    json: _Flag = False,
    lang: Language | None = None,
) -> int:
    """Play scenarios against the real journey, rules and ledger, skipping the time in which nothing happens.

    Servers of its own are started and end with it; nothing is stored. Status 0 when all was as expected, 1 when
    something was not: what was expected then stands beside what happened. Each scenario is printed as it ends.

    Parameters
    ----------
    places
        Scenario files, or folders with all scenarios below them.
    trace
        Print the whole trace of each: stages, decisions, deadlines, money. A single scenario's is printed anyway.
    parallel
        So many scenarios at a time.
    schema_
        Print the JSON schema of a scenario, of claims, policies, actions and partners' answers, and play nothing.
    json
        Print for programs: each outcome with its trace on a line, as it ends.
    lang
        Language of the headings and traces; that of LANG unless told.

    """
    if schema_:
        _print_schema()
        return 0
    if not places:
        message = "FILE: nothing to play; give scenario files or a folder of them, e.g. scenarios"
        raise BadInputError(message)
    wanted = scenarios(places, load_products())
    configure_logs(Settings(log_level="ERROR"))
    words = None if json else Words(lang)
    return in_foreground(until_told_to_end(_simulate(wanted, parallel, words, traced=trace or len(wanted) == 1)))


async def _simulate(wanted: list[Named], parallel: int, words: Words | None, *, traced: bool) -> int:
    with _progress(len(wanted), shown=words is not None) as advance:

        def done(outcome: Outcome) -> None:
            advance(outcome)
            _print(outcome, words, traced=traced)

        async with open_house() as house:
            began = time.monotonic()
            outcomes = await run_all(house, wanted, parallel=parallel, done=done)
            took = time.monotonic() - began
    if words:
        _out.print(summary(outcomes, words, took))
    return 0 if all(outcome.passed for outcome in outcomes) else _FAILED


@contextmanager
def _progress(total: int, *, shown: bool) -> Iterator[Callable[[Outcome], None]]:
    """A bar while scenarios are played, with the name of the one done last; below what is printed, on a terminal."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    # On one console with the outcomes, so that they do not cross; where these go to a file, on standard error.
    console = _out if _out.is_terminal else Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, disable=not shown, redirect_stdout=False)
    with bar:
        task = bar.add_task("", total=total)
        yield lambda outcome: bar.update(task, advance=1, description=outcome.file.stem)


def _print(outcome: Outcome, words: Words | None, *, traced: bool) -> None:
    if words is None:
        sys.stdout.write(orjson.dumps(as_json(outcome)).decode() + "\n")
        sys.stdout.flush()
        return
    if traced:
        for claim in outcome.traces:
            _out.print(trace_tables(claim, words))
    _out.print(result_line(outcome, words), soft_wrap=True)
    if outcome.rows and not outcome.passed:
        _out.print(comparison(outcome, words))


def _print_schema() -> None:
    """The scenario's own, and in its definitions the shapes over which its free fields lie."""
    answers = chain.from_iterable(by.values() for by in ANSWERS.values())
    shapes: list[type[BaseModel]] = [Scenario, *REPORTS.values(), Policy, *ACTIONS.values(), *dict.fromkeys(answers)]
    asked: list[tuple[type[BaseModel], Literal["validation"]]] = [(shape, "validation") for shape in shapes]
    definitions = models_json_schema(asked, ref_template="#/$defs/{model}")[1]["$defs"]
    schema = {"$schema": _DIALECT, **definitions.pop(Scenario.__name__), "$defs": definitions}
    sys.stdout.write(orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode() + "\n")

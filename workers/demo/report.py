"""What a demonstration says at its end: the summary, on standard output for programs, and what has not settled."""

from collections.abc import Iterable

from rich.console import Console

from schemas.journey import Stage
from workers.demo.summary import Summary

aside = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
"""Where everything is said that is not the result: standard error, however wide the terminal."""


def tell(summary: Summary, unsettled: Iterable[str], *, as_json: bool, stopped: str = "") -> None:
    """Say how it ended; `unsettled` are the journeys that have not settled, each with what it waits for.

    `stopped` says why it was not played to the end, if so.
    """
    if as_json:
        print(summary.model_dump_json(indent=2), flush=True)  # noqa: T201 - the output programs read
    else:
        aside.print(f"{summary.settled} of {summary.expected} journeys settled{_proof(summary)}.")
    if remaining := "".join(f"\n  {journey}" for journey in unsettled):
        aside.print(f"{f'{stopped}; ' if stopped else ''}not settled:{remaining}")
    if stopped:
        aside.print("The same command goes on from here.")


def _proof(summary: Summary) -> str:
    ended = [end for end in summary.journeys if end.stage is Stage.COMPLETED]
    if not ended:
        return ""
    if any(end.counts is None for end in ended):
        return "; the books that prove each step happened once could not be read"
    return "; each voucher, dispensing and payment " + ("exactly once" if summary.exactly_once else "NOT exactly once")

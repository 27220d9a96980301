"""Decisions taken by today's rules and products, by other products, or by another release of them all.

`python -m workers.redeciding` takes requests on standard input, each on a line, and answers on standard output: that is
how another release is asked, by its own Python.
"""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError

from products.calendar import WorkingCalendar, load_calendar
from products.errors import ProductError
from products.loader import Products, load_products
from rules.engine import decide
from rules.errors import RuleError
from schemas.decision import Decision, DecisionRequest


class ReleaseError(Exception):
    """Another release does not decide: the message says what was run and what it said."""


class _Answer(BaseModel):
    decision: Decision | None = None
    undecidable: str = ""


class TheseRules:
    """The rules of this release, on products of its own or others."""

    def __init__(self, products: Products, calendar: WorkingCalendar) -> None:
        """Decide by `products`."""
        self._products = products
        self._calendar = calendar

    async def decide(self, requests: Sequence[DecisionRequest]) -> list[Decision | str]:
        """A decision for each request, or why there is none."""
        return [self._decided(request) for request in requests]

    def _decided(self, request: DecisionRequest) -> Decision | str:
        try:
            return decide(request, self._products, self._calendar)
        except (RuleError, ProductError) as error:
            return str(error)


class Release:
    """The rules and products of another release, by the Python that it is installed for."""

    def __init__(self, python: Path) -> None:
        """Ask the release of `python`."""
        self._python = python.absolute()  # not resolved: a virtual environment is known by its link

    async def decide(self, requests: Sequence[DecisionRequest]) -> list[Decision | str]:
        """A decision for each request, or why there is none; raises ReleaseError."""
        if not requests:
            return []
        lines = "".join(f"{request.model_dump_json()}\n" for request in requests)
        try:
            answers = [_Answer.model_validate_json(line) for line in (await self._said(lines)).splitlines()]
        except ValidationError as error:
            message = f"{self._python}: answers what this release does not understand: {error.errors()[0]['msg']}"
            raise ReleaseError(message) from error
        if len(answers) != len(requests):
            message = f"{self._python}: answered {len(answers)} of {len(requests)} requests"
            raise ReleaseError(message)
        return [answer.decision or answer.undecidable for answer in answers]

    async def _said(self, lines: str) -> str:
        command = (str(self._python), "-m", "workers.redeciding")
        try:  # in a thread: whatever is run may end without reading what it is told
            done = await asyncio.to_thread(
                subprocess.run, command, input=lines.encode(), capture_output=True, check=False, cwd="/"
            )
        except OSError as error:
            message = f"{self._python}: cannot be run: {error.strerror}"
            raise ReleaseError(message) from error
        if done.returncode:
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["nothing"]
            message = f"{self._python} -m workers.redeciding ended with status {done.returncode}: {last[0]}"
            raise ReleaseError(message)
        return done.stdout.decode(errors="replace")


def main() -> None:
    """Decide what comes on standard input by this release."""
    rules = TheseRules(load_products(), load_calendar())
    for line in sys.stdin:
        (answer,) = asyncio.run(rules.decide([DecisionRequest.model_validate_json(line)]))
        told = _Answer(undecidable=answer) if isinstance(answer, str) else _Answer(decision=answer)
        sys.stdout.write(told.model_dump_json() + "\n")


if __name__ == "__main__":
    main()

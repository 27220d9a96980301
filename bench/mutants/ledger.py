"""Mutants of the benefit ledger, its functions in the database and its activities: `python -m bench.mutants.ledger`.

One pytest session with one PostgreSQL server. A fault of a function is put into the database that every test's own is
copied from, one of the activities into the running process; then the tests run, what killed before first, until one
fails; then the fault is taken back.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest

from activities import ledger as activities_ledger
from bench.mutants import python_faults, sql_faults
from bench.mutants.python_faults import Fault
from bench.mutants.scores import Fate, Verdict, report
from bench.mutants.sql_faults import SqlFault
from storage.pool import SCHEMA
from workers.stack.postgres import EmbeddedPostgres

_TESTS = ["tests/activities/test_ledger.py", "tests/activities/test_voucher.py", "tests/storage/test_books.py"]
_PYTEST = [*(f"-pno:{plugin}" for plugin in ("xdist", "randomly", "terminal")), "-oaddopts=", "--timeout=60"]
_FUNCTIONS = (
    "move_balances",
    "refuse_imbalance",
    "earlier_answer",
    "book",
    "lock_period",
    "reserve",
    "close_reservation",
    "recovered_of",
    "book_recovery",
    "recover",
    "issue_voucher",
    "prescribed_nearby",
    "renew_code",
)
_TEMPLATE = "template_journeys"
_TRIES = 2


class StillbornError(Exception):
    """The database refuses the function as it stands: no test is needed to notice, and it does not count."""


class Session:
    """A pytest plugin that takes over once the tests are collected."""

    def __init__(self, functions: dict[str, str], faults: Sequence[SqlFault | Fault]) -> None:
        """`functions` as they are, to put back; `faults` are planted one at a time."""
        self.verdicts: list[Verdict] = []
        self._functions = functions
        self._faults = faults
        self._seconds: dict[str, float] = defaultdict(float)
        self._kills: Counter[tuple[str, str]] = Counter()
        self._failed: set[str] = set()
        self._server: EmbeddedPostgres | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a failure, and how long a test takes."""
        self._seconds[report.nodeid] += report.duration
        if report.failed:
            self._failed.add(report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        """Keep the server that the tests started."""
        result = yield
        if fixturedef.argname == "postgres":
            self._server = result
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run everything once without a fault, then for each fault until a test notices."""
        items = session.items
        began = time.monotonic()
        if self._noticed(items):
            print(f"fails without any fault: {self._failed}", file=sys.stderr)
            pytest.exit(returncode=1)
        print(f"{len(items)} tests, {time.monotonic() - began:.0f} s; {len(self._faults)} mutants", flush=True)
        for number, fault in enumerate(self._faults, start=1):
            self._try(fault, items)
            if number % 50 == 0:
                print(f"{number} planted after {time.monotonic() - began:.0f} s", flush=True)
        self._failed.clear()
        if self._noticed(items):
            print(f"fails with every fault taken back, so the figures mean nothing: {self._failed}", file=sys.stderr)
            self.verdicts.clear()
        items[0].config.hook.pytest_runtest_protocol(item=_again(items[0]), nextitem=None)
        return True

    def _try(self, fault: SqlFault | Fault, items: list[pytest.Item]) -> None:
        part = f"database: {fault.function}" if isinstance(fault, SqlFault) else fault.module
        ordered = sorted(items, key=lambda item: (-self._kills[part, item.nodeid], self._seconds[item.nodeid]))
        self._failed.clear()
        try:
            take_back = self._plant(fault)
        except StillbornError:
            return
        try:
            fate: Fate = "killed" if self._noticed(ordered) else "survived"
        finally:
            take_back()
        self._kills.update((part, test) for test in self._failed)
        self.verdicts.append(Verdict(part, fate, str(fault)))

    def _noticed(self, items: list[pytest.Item]) -> bool:
        """Run until one fails, and fails once more: on a busy machine a test of many connections may fail by itself."""
        for item in items:
            for _ in range(_TRIES):
                self._failed.clear()
                item.config.hook.pytest_runtest_protocol(item=_again(item), nextitem=_elsewhere(item, items))
                if not self._failed:
                    break
            else:
                return True
        return False

    def _plant(self, fault: SqlFault | Fault) -> Callable[[], None]:
        if isinstance(fault, SqlFault):
            self._execute(fault.code)
            return lambda: self._execute(self._functions[fault.function])
        changed = python_faults.function_of(fault, activities_ledger)
        before = changed.__code__
        python_faults.plant(fault, activities_ledger, ())

        def take_back() -> None:
            changed.__code__ = before

        return take_back

    def _execute(self, statement: str) -> None:
        """In a thread of its own, since the tests' event loop is this one's."""
        url = cast("EmbeddedPostgres", self._server).url(_TEMPLATE)

        async def execute() -> None:
            connection = await asyncpg.connect(url, server_settings={"search_path": SCHEMA})
            try:
                await connection.execute(statement)
            except asyncpg.PostgresSyntaxError as error:
                raise StillbornError from error
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, execute()).result()


def _again(item: pytest.Item) -> pytest.Item:
    """The item with fresh fixtures, as if it had never run."""
    cast("pytest.Function", item)._initrequest()  # noqa: SLF001 - pytest has no other way to run an item once more
    return item


def _elsewhere(item: pytest.Item, items: list[pytest.Item]) -> pytest.Item:
    """One of another folder: so pytest ends all but what the whole session shares, whichever item comes next."""
    return next(each for each in items if each.path.parent != item.path.parent)


def _closes_over(fault: Fault) -> bool:
    """Code that calls `super` cannot be exchanged in a running process."""
    return bool(python_faults.function_of(fault, activities_ledger).__code__.co_freevars)


def main() -> None:
    """Plant every fault, print the table, and fail below the score that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("functions", nargs="*", help="of the database, or `activities`; all, if none is named")
    parser.add_argument("--at-least", type=float, default=0, help="percent; exit with 1 below it")
    arguments = parser.parse_args()
    functions = sql_faults.functions_of(Path("storage/migrations"), _FUNCTIONS)
    faults: list[SqlFault | Fault] = []
    for name, code in functions.items():
        if not arguments.functions or name in arguments.functions:
            faults += sql_faults.faults_of(name, code)
    if not arguments.functions or "activities" in arguments.functions:
        python = python_faults.faults_of(Path("activities/ledger.py"), "activities.ledger")
        faults += [fault for fault in python if fault.function and not _closes_over(fault)]
    session = Session(functions, faults)
    began = time.monotonic()
    status = pytest.main([*_PYTEST, *_TESTS], plugins=[session])
    if not session.verdicts:
        raise SystemExit(status)
    score = report("the benefit ledger", session.verdicts)
    print(f"{time.monotonic() - began:.0f} s")
    raise SystemExit(score < arguments.at_least)


if __name__ == "__main__":
    main()

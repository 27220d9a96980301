"""Mutants of the coverage rules: `python -m bench.mutants.rules --help`.

One pytest session collects the tests once and notes which of them come by which line. Each mutant is then planted in a
process forked from it, which runs the tests of the changed lines, what killed
others of the module first, until one fails.
"""

import argparse
import gc
import importlib
import os
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

from bench.mutants.python_faults import Fault, constants, faults_of, lines_that_read, plant
from bench.mutants.scores import Fate, Verdict, report

_TESTS = ["tests/rules", "-k", "not test_a_decision_is_cheap"]
"""Without the one that takes the time: a busy machine would kill mutants."""
_PYTEST = [f"-pno:{plugin}" for plugin in ("xdist", "randomly", "terminal", "logging")]
_PYTEST += ["-s", "-oaddopts=", "-otimeout=0"]
_PYTEST += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # Hypothesis was imported before pytest
_EXAMPLES = 40
_KILLED, _SURVIVED = 1, 0
_OWN_SHARE = 20
"""CPU seconds that a mutant may take above what its tests take without it; after that it counts as endless."""


class Session:
    """A pytest plugin that takes over once the tests are collected."""

    def __init__(self, faults: list[Fault], processes: int) -> None:
        """`faults` are planted one at a time, `processes` side by side."""
        self.verdicts: list[Verdict] = []
        self._faults = faults
        self._processes = processes
        self._seconds: dict[str, float] = defaultdict(float)
        self._kills: Counter[tuple[str, str]] = Counter()
        self._read = lines_that_read(Path("rules"))
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a failure, and how long a test takes."""
        if report.failed:
            self._failed.add(report.nodeid)
        self._seconds[report.nodeid] += report.duration

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run everything once without a fault, then for each fault what comes by it."""
        began = time.monotonic()
        passing = self._passing(session.items)
        if self._failed:
            print(f"fails without any fault: {self._failed}", file=sys.stderr)
            pytest.exit(returncode=1)
        seconds = time.monotonic() - began
        print(f"{len(session.items)} tests, {seconds:.0f} s; {len(self._faults)} mutants", flush=True)
        running: dict[int, tuple[Fault, int]] = {}
        gc.freeze()
        for number, fault in enumerate(self._faults, start=1):
            while len(running) >= self._processes:
                self._reap(running)
            child, told = self._fork(fault, self._chosen(fault, passing, session.items))
            running[child] = fault, told
            if number % 100 == 0:
                print(f"{number} planted after {time.monotonic() - began:.0f} s", flush=True)
        while running:
            self._reap(running)
        return True

    def _passing(self, items: list[pytest.Item]) -> dict[tuple[str, int], set[str]]:
        """Which tests come by a line of a module."""
        coverage = Coverage(data_file=None, include=["rules/*"])
        coverage.start()
        for item, following in zip(items, [*items[1:], None], strict=True):
            coverage.switch_context(item.nodeid)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        coverage.stop()
        data = coverage.get_data()
        return {
            (f"rules.{Path(file).stem}", line): set(tests)
            for file in data.measured_files()
            for line, tests in data.contexts_by_lineno(file).items()
        }

    def _chosen(
        self, fault: Fault, passing: dict[tuple[str, int], set[str]], items: list[pytest.Item]
    ) -> list[pytest.Item]:
        """What comes by the statement of the fault, or by a line that reads the constant; all tests for a class."""
        spots = [(fault.module, line) for line in range(fault.lines[0], fault.lines[1] + 1)]
        if not fault.function:
            spots = [spot for name in constants(fault.code) for spot in self._read[name]]
        names = set().union(*(passing.get(spot, set()) for spot in spots))
        if fault.function or (spots and names):
            items = [item for item in items if item.nodeid in names]
        return sorted(items, key=lambda each: (-self._kills[fault.module, each.nodeid], self._seconds[each.nodeid]))

    def _fork(self, fault: Fault, items: list[pytest.Item]) -> tuple[int, int]:
        told, tell = os.pipe()
        child = os.fork()
        if child:
            os.close(tell)
            return child, told
        gc.disable()
        seconds = int(time.process_time() + sum(self._seconds[item.nodeid] for item in items)) + _OWN_SHARE
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        _hurry(items)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        fate = _KILLED
        try:
            plant(fault, sys.modules[fault.module], list(sys.modules.values()))
            fate = _KILLED if self._noticed(items) else _SURVIVED
            os.write(tell, "".join(self._failed).encode())
        finally:
            os._exit(fate)

    def _noticed(self, items: list[pytest.Item]) -> bool:
        for number, item in enumerate(items, start=1):
            following = items[number] if number < len(items) else None
            cast("pytest.Function", item)._initrequest()  # noqa: SLF001 - as if it had never run
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                return True
        return False

    def _reap(self, running: dict[int, tuple[Fault, int]]) -> None:
        child, status = os.wait()
        fault, told = running.pop(child)
        with os.fdopen(told, encoding="utf-8") as killer:
            self._kills[fault.module, killer.read()] += 1
        fate: Fate = "survived" if status == _SURVIVED else "endless" if os.WIFSIGNALED(status) else "killed"
        self.verdicts.append(Verdict(fault.module, fate, str(fault)))


def _hurry(items: list[pytest.Item]) -> None:
    """Properties try fewer cases: the rows of the tables have to notice most faults anyway."""
    for item in items:
        test: Any = getattr(item, "obj", None)
        tried = getattr(test, "_hypothesis_internal_use_settings", None)
        if tried is not None:
            test._hypothesis_internal_use_settings = settings(tried, max_examples=_EXAMPLES)  # noqa: SLF001 - no other way


def _faults(names: list[str]) -> Iterator[Fault]:
    for path in sorted(Path("rules").glob("*.py")):
        if not names or path.stem in names:
            importlib.import_module(f"rules.{path.stem}")
            yield from faults_of(path, f"rules.{path.stem}")


def main() -> None:
    """Plant every fault, print the table, and fail below the score that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="of rules/, without .py; all of them, if none is named")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--at-least", type=float, default=0, help="percent; exit with 1 below it")
    arguments = parser.parse_args()
    settings.register_profile(
        "mutants", derandomize=True, database=None, deadline=None, suppress_health_check=tuple(HealthCheck)
    )
    settings.load_profile("mutants")
    session = Session(list(_faults(arguments.modules)), arguments.processes)
    began = time.monotonic()
    code = pytest.main([*_PYTEST, *_TESTS], plugins=[session])
    if code:
        raise SystemExit(code)
    score = report("rules/", sorted(session.verdicts, key=lambda each: each.part))
    print(f"{time.monotonic() - began:.0f} s")
    raise SystemExit(score < arguments.at_least)


if __name__ == "__main__":
    main()

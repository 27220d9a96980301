"""`journeys simulate`: what it prints and how it ends."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # the package ships no types

from simulation import running
from simulation.house import House
from simulation.running import Named, Outcome
from tests.simulation.files import FOLDER, MAIN_ROAD, written
from workers.cli import simulate as module
from workers.cli.failures import BadInputError
from workers.cli.scenario_files import scenarios
from workers.cli.simulate import simulate
from workers.cli.words import Words

_OTHERWISE = MAIN_ROAD.replace("{ends: completed}", "{ends: refused, money: {paid: 1.00}}")


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch, house: House) -> None:
    """A terminal of 100 columns that speaks English, and the house of the tests."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")

    @asynccontextmanager
    async def opened() -> AsyncIterator[House]:
        yield house

    monkeypatch.setattr(module, "open_house", opened)


async def run(house: House, *files: Path, words: Words | None, traced: bool = False) -> int:
    """What the command does once its input is known to be right."""
    wanted = scenarios(files, house.products)
    return await module._simulate(wanted, 4, words, traced=traced)


async def test_all_as_expected_is_status_0(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line with the file and a summary."""
    status = await run(house, written(tmp_path, MAIN_ROAD), words=Words("en"))
    printed = capsys.readouterr().out
    assert status == 0
    assert "passed  " in printed
    assert "1 scenario: 1 passed, 0 failed" in printed


async def test_a_failed_expectation_is_status_1_and_shown_beside_what_happened(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two columns; what differs is marked, what agrees is not."""
    status = await run(house, written(tmp_path, _OTHERWISE), words=Words("en"))
    lines = capsys.readouterr().out.splitlines()
    assert status == 1
    [ends] = [line.split() for line in lines if " ends " in line]
    [paid] = [line.split() for line in lines if " paid " in line]
    [rule] = [line.split() for line in lines if " rules " in line]
    assert ends == ["≠", "ends", "refused", "completed"]
    assert paid == ["≠", "paid", "1.00", "8000.00"]
    assert "≠" not in rule


async def test_programs_get_each_outcome_on_a_line(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With rows compared and traces, and nothing else on standard output."""
    files = (written(tmp_path, MAIN_ROAD, "one.yaml"), written(tmp_path, _OTHERWISE, "two.yaml"))
    assert await run(house, *files, words=None) == 1
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    first, second = sorted(lines, key=lambda one: str(one["file"]))
    assert [first["passed"], second["passed"]] == [True, False]
    assert [claim["ends"] for claim in first["claims"]] == ["completed"]


async def test_each_outcome_is_printed_as_it_ends(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow scenario holds back no other: what is done stands there while it is played."""
    slow, swift = (written(tmp_path, MAIN_ROAD, f"{name}.yaml") for name in ("a-slow-one", "swift"))
    printed = ""

    async def played(_: House, named: Named) -> Outcome:
        nonlocal printed
        while named.file == slow and "swift.yaml" not in printed:
            printed += capsys.readouterr().out
            await asyncio.sleep(0.01)
        return Outcome(named.file, named.scenario, (), (), 0.0)

    monkeypatch.setattr(running, "run_one", played)
    assert await run(house, slow, swift, words=Words("en")) == 0
    assert "a-slow-one.yaml" not in printed
    assert "a-slow-one.yaml" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    """Its servers and their folder are gone, and the status says that it was interrupted."""
    endless = MAIN_ROAD.replace("completed", "open") + "partners: {pharmacy: {reserve: [{fail: 4}]}}"
    folder = tmp_path / "temporary"
    folder.mkdir()
    command = [sys.executable, "-m", "workers.cli", "simulate", str(written(tmp_path, endless))]
    with subprocess.Popen(command, env=os.environ | {"TMPDIR": str(folder)}, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and not list(folder.glob("journeys-simulate-*/postgres")):
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(60) == 130
    assert list(folder.glob("journeys-simulate-*")) == []


async def test_a_trace_tells_times_decisions_deadlines_and_money(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In China's time, with the clauses of each decision and the reckoning of each deadline."""
    await run(house, written(tmp_path, MAIN_ROAD), words=Words("en"), traced=True)
    printed = " ".join(capsys.readouterr().out.split())
    assert "2026-11-20 10:05 authorization" in printed
    assert "working day 1 = 2026-11-23" in printed
    assert "WAIT-1" in printed
    assert "limit left 992,000.00" in printed


@pytest.mark.parametrize(
    ("place", "reason"),
    [("missing.yaml", "no such file or folder"), ("", "no scenario in it"), ("wrong.yaml", "wrong.yaml:1: ")],
)
def test_bad_input_is_told(tmp_path: Path, place: str, reason: str) -> None:
    """A missing file, an empty folder and a wrong file end with status 2 and say why."""
    if place == "wrong.yaml":
        written(tmp_path, "shows: 1", place)
    with pytest.raises(BadInputError, match=reason):
        simulate([tmp_path / place])


def test_without_a_file_there_is_nothing_to_play() -> None:
    """The message names a folder to start from."""
    with pytest.raises(BadInputError, match="nothing to play"):
        simulate()


def test_the_schema_describes_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    """It is a JSON schema itself, and tells of every field, those of claims, actions and partners' answers, too."""
    assert simulate(schema_=True) == 0
    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(schema)
    assert {"shows", "rules", "product", "claim", "answers", "partners", "events", "expect"} <= set(
        schema["properties"]
    )
    assert {"DrugClaimReport", "Policy", "RecordDeath", "Quote"} <= set(schema["$defs"])
    assert Draft202012Validator(schema).is_valid(yaml.safe_load(MAIN_ROAD))


def test_folders_are_read_with_all_below_them(house: House) -> None:
    """Each file once, however often it is named."""
    folder = FOLDER / "axa-excellence"
    found = scenarios([folder, folder, *folder.glob("*.yaml")], house.products)
    assert sorted(named.file for named in found) == sorted(folder.glob("*.yaml"))

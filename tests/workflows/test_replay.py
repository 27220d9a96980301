"""Determinism: what a journey once did replays with today's code, for ever."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tests import histories
from tests.car_t_roads import CAR_T_ROADS
from tests.roads import ROADS
from workers.build import build_id
from workers.cli import run
from workers.converter import data_converter
from workers.worker import WORKFLOWS

FOLDER = Path(histories.__file__).parent
FILES = sorted(FOLDER.glob("*.json"))


def _replayer() -> Replayer:
    runner = SandboxedWorkflowRunner()
    converter = data_converter()
    return Replayer(workflows=WORKFLOWS, workflow_runner=runner, data_converter=converter, build_id=build_id())


def _history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(f"journey-{'a' * 20}", file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("seed", "manner"), [("0", ["--sandboxed"]), ("1", []), ("4711", [])])
def test_every_recorded_history_replays_strictly(
    seed: str, manner: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What today's code does is what was recorded, to the arguments, in whatever order Python keeps its sets."""
    monkeypatch.setenv("PYTHONHASHSEED", seed)
    accepted = ["--accepted", str(FOLDER / "accepted.toml")]
    status = run(["audit", "replay", str(FOLDER), "--strict", *accepted, "--processes", "1", "--json", *manner])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each for each in told if each["verdict"] not in {"replays", "accepted"}] == []
    assert (status, {each["name"] for each in told}) == (0, {file.name for file in FILES})


async def test_a_history_that_the_code_did_not_write_is_caught() -> None:
    """The check above can fail: a history with one activity renamed does not replay."""
    text = (FOLDER / "helped-after-a-refusing-partner.json").read_text(encoding="utf-8")
    altered = text.replace("pharmacy.reserve", "pharmacy.keep_back")
    assert altered != text
    history = WorkflowHistory.from_json(f"journey-{'a' * 20}", altered)
    result = await _replayer().replay_workflow(history, raise_on_replay_failure=False)
    assert result.replay_failure is not None


def test_every_road_and_every_workflow_type_has_a_recorded_history() -> None:
    """A road without a history, or a history without a road, is a gap."""
    assert {file.stem.split(".")[0] for file in FILES} == set(ROADS | CAR_T_ROADS)
    types = {_history(file).events[0].workflow_execution_started_event_attributes.workflow_type.name for file in FILES}
    assert types == {workflow.__name__ for workflow in WORKFLOWS} == {"SpecialtyDrugJourney", "CarTJourney"}

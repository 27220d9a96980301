"""Histories as the server has them: every run of a journey replays strictly, moments after it was written."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.worker import UnsandboxedWorkflowRunner

from audit import live
from audit.histories import Recorded
from audit.replaying import Replays, Verdict
from tests.rig import Rig
from tests.roads import ROADS
from workers.build import build_id
from workers.cli import run
from workers.converter import data_converter
from workers.worker import WORKFLOWS


async def known(rig: Rig, query: str, least: int) -> list[Recorded]:
    """The histories of a query, once the server knows of so many runs."""
    async with asyncio.timeout(30):
        while await live.count(rig.client, query) < least:
            await asyncio.sleep(0.05)
    found = [each async for each in live.runs(rig.client, query)]
    assert all(isinstance(each, Recorded) for each in found)
    return [each for each in found if isinstance(each, Recorded)]


async def test_every_run_of_a_journey_replays_strictly(rig: Rig) -> None:
    """What was asked in local activities is compared, too: each of their markers bears a digest."""
    began = datetime.now(UTC) - timedelta(seconds=5)
    journey = await ROADS["refilled-once"](rig)
    runs = await known(rig, live.of_journey(journey), least=3)
    assert {run.workflow_id for run in runs} == {journey}
    async with Replays(WORKFLOWS, UnsandboxedWorkflowRunner(), data_converter(), build_id(), strict=True) as replays:
        told = [await replays.replay(run) for run in runs]
    assert [(each.verdict, each.differences) for each in told] == [(Verdict.REPLAYS, ())] * 3
    markers = [
        event for run in runs for event in run.history.events if event.HasField("marker_recorded_event_attributes")
    ]
    assert all(event.user_metadata.HasField("summary") for event in markers)
    assert {run.name for run in runs} <= {run.name for run in await known(rig, live.since(began), least=3)}
    assert await live.count(rig.client, live.since(datetime.now(UTC) + timedelta(days=1))) == 0


async def test_the_command_asks_the_server(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For the runs of a day; none is an answer, too."""
    began = datetime.now(UTC).isoformat()
    await ROADS["refused-at-authorization"](rig)
    await known(rig, live.since(datetime.fromisoformat(began)), least=1)
    monkeypatch.setenv("TEMPORAL_ADDRESS", rig.client.service_client.config.target_host)
    capsys.readouterr()
    assert await asyncio.to_thread(run, ["audit", "replay", "--since", began, "--strict", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["verdict"], each["workflow_type"]) for each in told] == [("replays", "SpecialtyDrugJourney")]
    assert await asyncio.to_thread(run, ["audit", "replay", "--since", "2999-01-01", "--lang", "en"]) == 0
    assert capsys.readouterr().out == "no histories\n"

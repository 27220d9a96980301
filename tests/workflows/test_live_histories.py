"""Histories as the server has them: every run of a journey replays strictly, moments after it was written."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.worker import UnsandboxedWorkflowRunner

from audit import listing, live
from audit.histories import Recorded
from audit.replaying import Replays, Verdict
from tests.rig import Rig
from tests.roads import ROADS
from workers.build import build_id
from workers.cli import run
from workers.converter import data_converter
from workers.stack.postgres import EmbeddedPostgres
from workers.worker import WORKFLOWS


async def known(rig: Rig, query: str, least: int) -> list[Recorded]:
    """The histories of a query, once the server knows of so many runs."""
    async with asyncio.timeout(30):
        while await listing.count(rig.client, query) < least:
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
    async with Replays(
        WORKFLOWS, UnsandboxedWorkflowRunner(), data_converter(rig.vault), build_id(), strict=True
    ) as replays:
        told = [await replays.replay(run) for run in runs]
    assert [(each.verdict, each.differences) for each in told] == [(Verdict.REPLAYS, ())] * 3
    markers = [
        event for run in runs for event in run.history.events if event.HasField("marker_recorded_event_attributes")
    ]
    assert all(event.user_metadata.HasField("summary") for event in markers)
    assert {run.name for run in runs} <= {run.name for run in await known(rig, live.since(began), least=3)}
    assert await listing.count(rig.client, live.since(datetime.now(UTC) + timedelta(days=1))) == 0


async def test_the_command_asks_the_server(
    rig: Rig, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For the runs of a day; none is an answer, too."""
    monkeypatch.setenv("DATABASE_URL", postgres.url("house"))
    began = datetime.now(UTC).isoformat()
    await ROADS["refused-at-authorization"](rig)
    await known(rig, live.since(datetime.fromisoformat(began)), least=1)
    monkeypatch.setenv("TEMPORAL_ADDRESS", rig.client.service_client.config.target_host)
    monkeypatch.setenv("DATABASE_URL", rig.database)
    capsys.readouterr()
    assert await asyncio.to_thread(run, ["audit", "replay", "--since", began, "--strict", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["verdict"], each["workflow_type"]) for each in told] == [("replays", "SpecialtyDrugJourney")]
    assert await asyncio.to_thread(run, ["audit", "replay", "--since", "2999-01-01", "--lang", "en"]) == 0
    assert capsys.readouterr().out == "no histories\n"


async def asked(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    """Status of a command and what it printed."""
    capsys.readouterr()
    status = await asyncio.to_thread(run, ["audit", *command])
    return status, capsys.readouterr().out


@pytest.fixture
def served(rig: Rig, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """The house, for the commands to find."""
    monkeypatch.setenv("DATABASE_URL", postgres.url("house"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", rig.client.service_client.config.target_host)
    return rig


async def test_a_journey_is_told_from_the_server(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    """Across its runs; how it stood at each event; and why a decision was taken: as the read model has it."""
    journey = await ROADS["refilled-once"](served)
    status = await served.closed(journey)
    await known(served, live.of_journey(journey), least=3)
    ended, said = await asked(capsys, "timeline", journey, "--json")
    told = json.loads(said)
    assert (ended, told["journey_id"], [each["run"] for each in told["runs"]]) == (0, journey, [1, 2, 3])
    rows = told["rows"]
    assert [row["decision"] for row in rows if row["kind"] == "decision"] == [one.number for one in status.decisions]
    last = f"3.{told['runs'][-1]['events']}"
    ended, said = await asked(capsys, "timeline", journey, "--as-of", last, "--json")
    then = json.loads(said)
    assert (ended, then["stage"], then["money"]) == (0, status.stage, status.money.model_dump(mode="json"))
    assert [one["number"] for one in then["decisions"]] == [one.number for one in status.decisions]
    early = next(row["at"] for row in rows if row["kind"] == "deadline")
    ended, said = await asked(capsys, "timeline", journey, "--as-of", early, "--lang", "en")
    assert (ended, "entered stage" in said, "completed" in said) == (0, True, False)
    number = next(one.number for one in status.decisions if one.decision.question == "prescription_review")
    ended, said = await asked(capsys, "explain", journey, str(number), "--json")
    assert ended == 0
    assert json.loads(said) == status.decisions[number - 1].model_dump(mode="json")
    ended, said = await asked(capsys, "explain", journey, str(number), "--lang", "zh")
    assert (ended, "处方审核" in said, "事实" in said) == (0, True, True)
    ended, said = await asked(capsys, "timeline", journey, "--lang", "zh")
    assert (ended, "结算" in said, f"{told['runs'][0]['run_id']}" in said) == (0, True, True)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("timeline", "{journey}", "--as-of", "2.1"), "the journey has the events 1.1 to 1."),
        (("timeline", "{journey}", "--as-of", "1.1"), "nothing had been done yet; the first event with a state is 1.4"),
        (("timeline", "{journey}", "--as-of", "yesterday"), "is neither an event (RUN.EVENT) nor a time"),
        (("timeline", "{journey}", "--as-of", "2020-01-01"), "nothing had been done yet"),
        (("timeline", "journey-" + "a" * 20), "no such journey"),
        (("explain", "{journey}", "99"), "DECISION 99: the journey has 1 decisions, numbered from 1"),
    ],
)
async def test_what_cannot_be_told_is_said(
    served: Rig, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], said: str
) -> None:
    """With what there is instead."""
    journey = await ROADS["refused-at-authorization"](served)
    await known(served, live.of_journey(journey), least=1)
    capsys.readouterr()
    assert await asyncio.to_thread(run, ["audit", *(part.format(journey=journey) for part in command)]) == 2
    assert said in capsys.readouterr().err

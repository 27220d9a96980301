"""The supervisor's queue: every open escalation with its reason, oldest first, and what our own code fails on."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
from cyclopts import App
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from console.app import create_app
from console.failing import failing_journeys
from privacy.vault import Vault
from schemas.journey import Escalation, JourneyStatus
from tests.conftest import temporal_server
from tests.console import samples
from tests.console.conftest import QUEUE, Pool, absent_temporal, client_of, run
from tests.console.failing import FailingJourney
from workers.cli.failures import BadInputError

_AT_ONCE = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=1"


def escalated(number: int, *days: int, **changes: object) -> JourneyStatus:
    """A journey with an open escalation for each of `days`; a negative one has been settled."""
    told = tuple(
        Escalation(
            at=samples.NOW + timedelta(days=abs(day)),
            reason=samples.text(f"原因{number}-{abs(day)}", f"reason {number}-{abs(day)}"),
            open=day >= 0,
        )
        for day in days
    )
    return samples.status(number, escalations=told, **changes)


async def reasons(http: httpx2.AsyncClient, **wanted: str) -> list[str]:
    answer = await http.get("/escalations", params=wanted)
    assert answer.status_code == 200, answer.text
    return [item["reason"]["en"].removeprefix("reason ") for item in answer.json()["items"]]


@pytest.fixture(scope="module")
async def defective() -> AsyncIterator[Client]:
    """A Temporal server on which two journeys fail, and which says so at once."""
    async with temporal_server(_AT_ONCE) as client:
        runner = UnsandboxedWorkflowRunner()
        async with Worker(client, task_queue=QUEUE, workflows=[FailingJourney], workflow_runner=runner):
            for name in (samples.journey_id(1), samples.journey_id(2), "another-1"):
                await client.start_workflow(FailingJourney.run, id=name, task_queue=QUEUE)
            async with asyncio.timeout(60):
                while len(await failing_journeys(client)) < 2:
                    await asyncio.sleep(0.1)
            yield client


async def test_nothing_escalated_is_an_answer(http: httpx2.AsyncClient) -> None:
    """Neither by a journey nor for a defect of ours."""
    answer = await http.get("/escalations")
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None, "failing": []})


async def test_every_open_escalation_comes_oldest_first(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Several of one journey come each; settled ones and journeys without do not."""
    await samples.write_all(
        pool, escalated(1, 5), escalated(2, -1, 3, 7), escalated(3, -2), samples.status(4), escalated(5, 1, 5)
    )
    assert await reasons(http) == ["5-1", "2-3", "1-5", "5-5", "2-7"]


async def test_a_line_says_why_since_when_and_how_the_journey_stands(http: httpx2.AsyncClient, pool: Pool) -> None:
    """In both languages, with stage, wait and clock."""
    late = samples.late(1)
    await samples.write_all(pool, late.model_copy(update={"escalations": escalated(1, 5).escalations}))
    [line] = (await http.get("/escalations")).json()["items"]
    assert line["reason"] == {"zh": "原因1-5", "en": "reason 1-5"}
    assert line["since"] == "2026-03-07T01:30:00Z"
    assert (line["stage"], line["waiting_for"], line["waiting_on"]) == ("prescription_review", "review", "pharmacist")
    assert (line["claim_number"], line["product"], line["overdue"]) == ("CLM-000001", samples.PRODUCT, True)
    assert line["due_at"]


async def test_the_queue_is_paged_without_gap_or_repeat(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Also where several were escalated at the same moment, and several times in one journey."""
    await samples.write_all(pool, *(escalated(number, 1, 1) for number in range(1, 6)))
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(4):
        page = (await http.get("/escalations", params={"limit": "3"} | cursor)).json()
        seen += [item["reason"]["en"] for item in page["items"]]
        cursor = {"cursor": page["next"]}
    assert seen == [f"reason {number}-1" for number in (1, 1, 2, 2, 3, 3, 4, 4, 5, 5)]
    assert page["next"] is None


async def test_one_products_escalations(http: httpx2.AsyncClient, pool: Pool) -> None:
    """The product narrows the queue."""
    await samples.write_all(pool, escalated(1, 1), escalated(2, 2, product="axa-excellence"))
    assert await reasons(http, product="axa-excellence") == ["2-2"]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"product": "none"}, "product"),
        ({"limit": "0"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "WyJkdWUiLDEsImEiXQ"}, "cursor"),
        ({"stage": "voucher"}, "stage"),
    ],
)
async def test_a_wrong_filter_is_named(http: httpx2.AsyncClient, wanted: dict[str, str], field: str) -> None:
    """The problem says which parameter is wrong."""
    answer = await http.get("/escalations", params=wanted)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_journeys_that_our_code_fails_on_are_told(pool: Pool, vault: Vault, defective: Client) -> None:
    """With how they stand and how often it was tried; one that has written nothing yet only with its id."""
    await samples.write_all(pool, samples.status(1))
    async with client_of(create_app(pool, vault, defective)) as http:
        failing = (await http.get("/escalations")).json()["failing"]
        of_the_product = (await http.get("/escalations", params={"product": samples.PRODUCT})).json()["failing"]
    known, unknown = sorted(failing, key=lambda row: row["journey_id"])
    assert (known["claim_number"], known["stage"]) == ("CLM-000001", "prescription_review")
    assert known["attempts"] >= 1
    assert known["since"]
    assert (unknown["journey_id"], unknown["claim_number"], unknown["stage"]) == (samples.journey_id(2), None, None)
    assert [row["journey_id"] for row in of_the_product] == [samples.journey_id(1)]


async def test_while_temporal_is_away_the_rest_is_told(pool: Pool, vault: Vault) -> None:
    """What our code fails on is not known then, which is not the same as nothing."""
    await samples.write_all(pool, escalated(1, 1))
    async with client_of(create_app(pool, vault, await absent_temporal())) as http:
        page = (await http.get("/escalations")).json()
    assert len(page["items"]) == 1
    assert page["failing"] is None


async def test_the_command_shows_the_queue(command: App, pool: Pool, capsys: pytest.CaptureFixture[str]) -> None:
    """In either language, for programs, by product, and a page at a time."""
    await samples.write_all(pool, escalated(1, 1), escalated(2, 2, product="axa-excellence"))
    await run(command, "escalations")
    shown = capsys.readouterr().out
    for wanted in (
        "CLM-000001",
        "reason 1-1",
        "reason 2-2",
        "2026-03-03 09:30",
        "the pharmacist's review · pharmacist",
    ):
        assert wanted in shown, wanted
    await run(command, "escalations", "--lang", "zh", "--product", "axa-excellence")
    shown = capsys.readouterr().out
    assert "原因2-2" in shown
    assert "原因1-1" not in shown
    await run(command, "escalations", "--limit", "1", "--json")
    page = json.loads(capsys.readouterr().out)
    await run(command, "escalations", "--cursor", page["next"])
    assert "reason 2-2" in capsys.readouterr().out
    with pytest.raises(BadInputError, match=r"^product: unknown product"):
        await run(command, "escalations", "--product", "none")


async def test_the_command_tells_of_defects_and_of_an_absent_temporal(
    command: App, pool: Pool, defective: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A supervisor who sees nothing can rely on it, or is told that they cannot."""
    await run(command, "escalations")
    assert capsys.readouterr().out.strip() == "nothing has been escalated"
    await samples.write_all(pool, samples.status(1))
    monkeypatch.setenv("TEMPORAL_ADDRESS", defective.service_client.config.target_host)
    await run(command, "escalations")
    shown = capsys.readouterr().out
    assert "journeys that our own code fails on" in shown
    assert "CLM-000001" in shown
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    await run(command, "escalations", "--lang", "zh")
    assert "Temporal 未应答" in capsys.readouterr().out

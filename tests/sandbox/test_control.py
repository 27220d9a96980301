"""The control API: scripts are played in order, checked before they are taken, and forgotten on request."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from pydantic import JsonValue

from sandbox.policies import read_policies
from schemas.partners import PartnerName
from tests.activities.test_partners import KNOWN, POLICY
from tests.sandbox.serving import JOURNEY, Sandbox, sandbox

QUESTION = {
    "product": "pingan-longterm-b",
    "drug_name": "示例药",
    "province": "上海",
    "city": "上海",
    "prescribed_on": "2026-06-01",
}
COVERAGE = f"/insurer/policies/{POLICY}/coverage"


@pytest.fixture
async def playing(database: str) -> AsyncIterator[Sandbox]:
    async with sandbox(database) as running:
        await running.put("policies", KNOWN)
        yield running


async def ask(playing: Sandbox, journey_id: str = "") -> int:
    headers = {"X-Journey-Id": journey_id} if journey_id else {}
    return (await playing.control.get(COVERAGE, params=QUESTION, headers=headers)).status_code


async def test_a_script_is_played_in_order_and_then_the_partner_accepts(playing: Sandbox) -> None:
    """Two failures, a refusal, and then everything as usual."""
    await playing.tell("insurer", "coverage", {"kind": "fail", "times": 2}, {"kind": "not_found"})
    assert [await ask(playing) for _ in range(5)] == [500, 500, 404, 200, 200]


async def test_a_script_for_one_journey_leaves_others_alone(playing: Sandbox) -> None:
    """A step for a journey is played for that journey only, and before steps for any."""
    await playing.tell("insurer", "*", {"kind": "conflict"}, journey_id=JOURNEY)
    assert await ask(playing) == 200
    assert await ask(playing, JOURNEY) == 409
    assert await ask(playing, JOURNEY) == 200


async def test_scripts_can_be_read_and_forgotten(playing: Sandbox) -> None:
    """A step without an end lasts until the reset."""
    await playing.tell("insurer", "coverage", {"kind": "fail", "status": 502, "times": None})
    assert await ask(playing) == await ask(playing) == 502
    [step] = await playing.kept("behaviours")
    assert (step["partner"], step["times_left"], step["told"]) == (
        "insurer",
        None,
        {"kind": "fail", "status": 502, "times": None},
    )
    await playing.control.delete("/_sandbox/behaviours")
    assert await ask(playing) == 200
    assert await playing.kept("behaviours") == []


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"partner": "bank", "script": [{}]}, "partner"),
        ({"partner": "insurer", "script": []}, "script"),
        ({"partner": "insurer", "script": [{"kind": "explode"}]}, "script.0.kind"),
        ({"partner": "insurer", "operation": "coverage", "script": [{"outcome": {"paid": True}}]}, "body"),
        ({"partner": "insurer", "operation": "order_payment", "script": [{"outcome": {"payed": True}}]}, "payed"),
    ],
)
async def test_a_script_that_cannot_be_played_is_refused(playing: Sandbox, told: JsonValue, field: str) -> None:
    """The answer names the field that is wrong, and nothing of the script is kept."""
    answer = await playing.control.post("/_sandbox/behaviours", json=told)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field
    assert await playing.kept("behaviours") == []


async def test_a_closed_program_is_gone(playing: Sandbox) -> None:
    """Programs open and close."""
    question = {"drug_id": "drug-1", "disease": "肺癌", "citizenship": "mainland"} | QUESTION
    for is_open, standing in ((True, "open"), (False, "no_program")):
        await playing.put("programs", {"drug_id": "drug-1", "open": is_open})
        answer = await playing.control.get("/foundation/programs", params=question)
        assert answer.json()["standing"] == standing


async def test_an_order_without_key_is_refused(playing: Sandbox) -> None:
    """The partners take no order that could not be repeated safely."""
    answer = await playing.control.post("/notifier/messages", json={}, headers={"X-Journey-Id": JOURNEY})
    assert answer.status_code == 422
    assert "idempotency-key" in {error["field"] for error in answer.json()["errors"]}


async def test_the_log_of_traffic_holds_no_personal_data(playing: Sandbox) -> None:
    """Orders are logged without the person in them."""
    body = {"template": "x", "text": {"zh": "甲", "en": "a"}, "person": {"name": "示例甲", "phone": "13900000000"}}
    headers = {"X-Journey-Id": JOURNEY, "Idempotency-Key": "notice:1:1"}
    await playing.control.post("/notifier/messages", json=body, headers=headers)
    [exchange] = await playing.kept("exchanges")
    assert exchange["request"] == {"template": "x", "text": {"zh": "甲", "en": "a"}, "team": ""}
    assert exchange["status"] == 200


async def test_the_openapi_document_is_sound(playing: Sandbox) -> None:
    """OpenAPI 3.1, with every partner, the bearer token and the problem documents."""
    answer = await playing.control.get("/openapi.json")
    document = answer.json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    operations = {
        (tag, path) for path, methods in document["paths"].items() for m in methods.values() for tag in m["tags"]
    }
    assert {tag for tag, _ in operations} == {*PartnerName, "control"}
    assert "application/problem+json" in document["paths"]["/insurer/payments"]["post"]["responses"]["409"]["content"]


def test_the_sample_policies_can_be_read() -> None:
    """The insurer can be seeded with the samples, one policy for each product at least."""
    known = read_policies(Path(__file__).parents[2] / "samples" / "policies.json")
    assert len({each.policy.product for each in known}) == 5

"""Acting on a journey through the agents' door: taken once, refused with a reason, or told when to come back."""

import re
from typing import Any

import httpx2
import pytest
from temporalio.client import Client

from console.app import BODY_LIMIT, create_app
from console.catalogue import ACTIONS
from privacy.vault import Vault
from tests.console import samples
from tests.console.conftest import QUEUE, Pool, Running, absent_temporal, client_of, new_journey_id

AGENT = {"role": "service_agent", "id": "agent-7"}
PAPERS = {"action": "submit_papers", "key": "key-00001", "actor": AGENT, "papers": [{"kind": "invoice"}]}
REVIEW = {"action": "record_review", "key": "key-00002", "actor": AGENT, "result": "passed", "findings": {}}
PAYMENT = {"action": "record_payment", "key": "key-00003", "actor": AGENT, "payment_id": "pay-1", "paid": True}


async def act(http: httpx2.AsyncClient, journey_id: str, action: dict[str, Any]) -> httpx2.Response:
    return await http.post(f"/journeys/{journey_id}/actions", json=action)


async def test_an_action_is_taken_and_answered_with_a_receipt(http: httpx2.AsyncClient, journey: Running) -> None:
    """The receipt says where the journey stands now."""
    answer = await act(http, journey.journey_id, PAPERS)
    assert answer.status_code == 200, answer.text
    assert answer.json()["journey_id"] == journey.journey_id
    assert (answer.json()["action"], answer.json()["revision"]) == ("submit_papers", 1)


async def test_a_repeated_action_acts_once(http: httpx2.AsyncClient, journey: Running) -> None:
    """The same key gets the first answer again, which says that nothing happened a second time."""
    first, second = [(await act(http, journey.journey_id, PAPERS)).json() for _ in range(2)]
    assert second == first | {"repeated": True}
    assert await journey.taken() == ["key-00001"]


async def test_a_repeat_gets_its_receipt_though_the_journey_has_ended(
    http: httpx2.AsyncClient, journey: Running
) -> None:
    """It was taken: whoever repeats it is told so, and not that the journey takes nothing any more."""
    first = (await act(http, journey.journey_id, PAPERS)).json()
    await journey.handle.terminate()
    second = await act(http, journey.journey_id, PAPERS)
    assert (second.status_code, second.json()) == (200, first | {"repeated": True})


async def test_a_key_cannot_serve_two_actions(http: httpx2.AsyncClient, journey: Running) -> None:
    """A key that stood for something else is refused instead of being taken for done."""
    await act(http, journey.journey_id, PAPERS)
    answer = await act(http, journey.journey_id, PAYMENT | {"amount": "1.00", "key": PAPERS["key"]})
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "key-reused")
    assert await journey.taken() == ["key-00001"]


async def test_a_key_cannot_serve_other_content(http: httpx2.AsyncClient, journey: Running) -> None:
    """The same action with other fields under a used key is another action: refused, nothing is taken for done."""
    await act(http, journey.journey_id, PAPERS)
    answer = await act(http, journey.journey_id, PAPERS | {"papers": [{"kind": "prescription"}]})
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "key-reused")
    assert await journey.taken() == ["key-00001"]


async def test_what_the_stage_does_not_allow_is_refused(http: httpx2.AsyncClient, journey: Running) -> None:
    """409 with the journey's own words, which name what is possible."""
    answer = await act(http, journey.journey_id, REVIEW)
    assert answer.status_code == 409
    assert "possible now: submit_papers" in answer.json()["detail"]
    assert await journey.taken() == []


async def test_what_the_journey_finds_wrong_is_named(http: httpx2.AsyncClient, journey: Running) -> None:
    """A field that only the journey can judge is named as any other."""
    answer = await act(http, journey.journey_id, PAYMENT | {"amount": "1.00", "payment_id": "other"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "payment_id"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": "-1.00"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": "1.00", "paid_on": "2026-02-30"}, "paid_on"),
        ({"amount": "1.00", "colour": "red"}, "colour"),
        ({"amount": "1.00", "payment_id": "pay-\x00"}, "payment_id"),
        ({"amount": "1.00", "key": "short"}, "key"),
        ({"amount": "1.00", "key": "key with spaces"}, "key"),
        ({"amount": "1.00", "actor": 7}, "actor"),
        ({"amount": "1.00", "actor": {"role": "nobody", "id": "x"}}, "actor.role"),
        ({"amount": "1.00", "actor": {"role": "insurer", "id": "张三"}}, "actor.id"),
        ({"amount": "1.00", "happened_at": "2026-03-02T10:00:00"}, "happened_at"),
    ],
)
async def test_a_wrong_field_is_named(
    http: httpx2.AsyncClient, journey: Running, change: dict[str, Any], field: str
) -> None:
    """422 names the field as the sender wrote it, and nothing is taken."""
    answer = await act(http, journey.journey_id, PAYMENT | change)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not re.search(r"\^|dictionary|unable to", answer.json()["errors"][0]["reason"])
    assert await journey.taken() == []


@pytest.mark.parametrize("action", [{"action": "张三 13800000000"}, {}, {"action": 7}])
async def test_an_unknown_action_is_told_what_there_is(http: httpx2.AsyncClient, action: dict[str, Any]) -> None:
    """The problem lists the actions there are, in plain words, and does not repeat what was sent."""
    answer = await act(http, new_journey_id(), action)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, "action")
    assert error["reason"].endswith(f"one of {', '.join(ACTIONS)}")
    assert "13800000000" not in answer.text


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b'"withdraw"', b"null"])
async def test_a_body_that_is_no_object_is_told_what_is_needed(http: httpx2.AsyncClient, body: bytes) -> None:
    """An object with the name of an action and its fields, in plain words."""
    headers = {"content-type": "application/json"}
    answer = await http.post(f"/journeys/{new_journey_id()}/actions", content=body, headers=headers)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, "body")
    assert f"a JSON object with `action`, one of {', '.join(ACTIONS)}" in error["reason"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 422), (b"{", 422), (b"[]", 422), (b'{"a": "\xff"}', 400), (b"x" * (BODY_LIMIT + 1), 413)],
)
async def test_a_body_that_is_no_action_is_refused(http: httpx2.AsyncClient, body: bytes, status: int) -> None:
    """Nonsense, invalid UTF-8 and too much of anything are problems of the sender."""
    headers = {"content-type": "application/json"}
    answer = await http.post(f"/journeys/{new_journey_id()}/actions", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_a_lone_surrogate_is_called_by_its_name(http: httpx2.AsyncClient) -> None:
    """Half of a character, as some programs cut texts, is refused as what it is."""
    body = (
        b'{"action": "withdraw", "key": "key-00001", "actor": {"role": "supervisor", "id": "a"}, "reason": "\\ud800"}'
    )
    headers = {"content-type": "application/json"}
    answer = await http.post(f"/journeys/{new_journey_id()}/actions", content=body, headers=headers)
    assert answer.json()["errors"] == [
        {"field": "reason", "reason": "holds a lone surrogate, which is half of a character"}
    ]


async def test_an_unknown_journey_is_not_found(http: httpx2.AsyncClient) -> None:
    """404 for a journey that never was."""
    assert (await act(http, new_journey_id(), PAPERS)).status_code == 404


async def test_a_closed_journey_takes_nothing(http: httpx2.AsyncClient, pool: Pool) -> None:
    """409 that says in which stage it was closed."""
    await samples.write_all(pool, samples.closed(1))
    answer = await act(http, samples.journey_id(1), PAPERS)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "journey-closed")
    assert "completed" in answer.json()["detail"]


async def test_a_journey_that_temporal_does_not_run_is_told_apart(http: httpx2.AsyncClient, pool: Pool) -> None:
    """A journey ended by hand in Temporal has a status and takes nothing."""
    await samples.write_all(pool, samples.status(1))
    answer = await act(http, samples.journey_id(1), PAPERS)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "journey-not-running")


async def test_the_last_action_of_a_journey_is_answered(http: httpx2.AsyncClient, journey: Running) -> None:
    """A withdrawal ends the journey and still gets its receipt."""
    answer = await act(
        http, journey.journey_id, {"action": "withdraw", "key": "key-00009", "actor": AGENT, "reason": "x"}
    )
    assert (answer.status_code, answer.json()["action"]) == (200, "withdraw")


async def test_what_takes_long_is_answered_as_taken(http: httpx2.AsyncClient, journey: Running) -> None:
    """202 once the journey has it, with the key to ask again."""
    answer = await act(
        http, journey.journey_id, {"action": "retry_hand_off", "key": "key-00008", "actor": AGENT, "reason": "again"}
    )
    assert answer.status_code == 202
    assert answer.json() == {
        "journey_id": journey.journey_id, "action": "retry_hand_off", "key": "key-00008", "pending": True
    }  # fmt: skip


async def test_a_fault_of_ours_says_so(http: httpx2.AsyncClient, journey: Running) -> None:
    """500 without the inner words; they are in the log and in Temporal."""
    answer = await act(
        http, journey.journey_id, {"action": "retry_hand_off", "key": "key-00007", "actor": AGENT, "reason": "fail"}
    )
    assert answer.status_code == 500
    assert "a fault of ours, which" in answer.json()["detail"]


async def test_while_temporal_is_away_the_action_is_kept(pool: Pool, vault: Vault) -> None:
    """202: it is kept and will be delivered; lists and status go on answering."""
    await samples.write_all(pool, samples.status(1))
    async with client_of(create_app(pool, vault, await absent_temporal())) as http:
        answer = await act(http, samples.journey_id(1), PAPERS)
        assert (answer.status_code, answer.json()["pending"]) == (202, True)
        assert (await http.get(f"/journeys/{samples.journey_id(1)}")).status_code == 200
        assert (await http.get("/journeys")).json()["items"]
        assert (await http.get("/readyz")).json()["errors"][0]["field"] == "temporal"
        assert (await http.get("/healthz")).status_code == 200
    assert await pool.fetchval("SELECT name FROM action WHERE delivered_at IS NULL") == "submit_papers"


async def test_while_no_worker_runs_the_action_is_kept(http: httpx2.AsyncClient, temporal: Client, pool: Pool) -> None:
    """202 in bounded time when nobody works on the journey."""
    journey_id = new_journey_id()
    handle = await temporal.start_workflow("RecordingJourney", id=journey_id, task_queue=f"{QUEUE}-idle")
    answer = await act(http, journey_id, PAPERS)
    await handle.terminate()
    assert answer.status_code == 202
    assert await pool.fetchval("SELECT delivered_at FROM action WHERE journey_id = $1", journey_id) is None


async def test_the_gateway_is_ready_when_both_servers_answer(http: httpx2.AsyncClient) -> None:
    """PostgreSQL and Temporal both answer."""
    assert (await http.get("/readyz")).json() == {"status": "ok"}

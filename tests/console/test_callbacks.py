"""The partners' door: genuine call-backs act exactly once, everything else is refused and changes nothing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from standardwebhooks import Webhook
from structlog.testing import capture_logs
from temporalio.client import Client
from temporalio.service import RPCError

from console.app import BODY_LIMIT, create_app
from console.callbacks import MAY_SEND
from console.catalogue import ACTIONS
from privacy.vault import Vault
from tests.conftest import RING
from tests.console.conftest import QUEUE, WEBHOOK_SECRET, Pool, Running, absent_temporal, client_of, new_journey_id

FORGED = "whsec_" + "Zm9yZ2Vk"
PAID = {"payment_id": "pay-1", "paid": True, "amount": "8021.50"}


def body_of(journey_id: str, action: str = "record_payment", data: dict[str, Any] | None = None) -> bytes:
    return json.dumps({"type": action, "journey_id": journey_id, "data": PAID if data is None else data}).encode()


async def send(
    http: httpx2.AsyncClient,
    body: bytes,
    *,
    partner: str = "insurer",
    message_id: str = "msg_1",
    secret: str = WEBHOOK_SECRET,
    at: datetime | None = None,
    headers: dict[str, str] | None = None,
) -> httpx2.Response:
    """Send a call-back as a partner does, signed by the reference library."""
    moment = at or datetime.now(UTC)
    signed = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, body.decode()),
        "content-type": "application/json",
    }
    return await http.post(f"/callbacks/{partner}", content=body, headers=signed | (headers or {}))


async def test_a_genuine_call_back_acts(http: httpx2.AsyncClient, journey: Running) -> None:
    """A signed call-back becomes the action it stands for, keyed by its webhook-id."""
    answer = await send(http, body_of(journey.journey_id))
    assert answer.status_code == 202, answer.text
    assert answer.json()["action"] == "record_payment"
    assert await journey.taken() == ["callback:msg_1"]


async def test_a_repeated_call_back_gets_the_same_answer_and_acts_once(
    http: httpx2.AsyncClient, journey: Running, pool: Pool
) -> None:
    """Three deliveries of one message are one action, even when the repeats carry newer signatures."""
    first = await send(http, body_of(journey.journey_id))
    second = await send(http, body_of(journey.journey_id), at=datetime.now(UTC) + timedelta(seconds=2))
    third = await send(http, body_of(journey.journey_id))
    assert (first.status_code, second.status_code, third.status_code) == (202, 202, 202)
    assert first.json() == second.json() == third.json()
    assert await journey.taken() == ["callback:msg_1"]
    assert await pool.fetchval("SELECT deliveries FROM callback") == 3


async def test_a_repeat_is_answered_from_our_own_record(http: httpx2.AsyncClient, journey: Running) -> None:
    """Once taken, a call-back is answered without Temporal, even when the journey has ended since."""
    await send(http, body_of(journey.journey_id))
    await journey.handle.terminate()
    assert (await send(http, body_of(journey.journey_id))).status_code == 202


async def test_a_call_back_whose_answer_was_lost_acts_once(
    http: httpx2.AsyncClient, journey: Running, pool: Pool
) -> None:
    """When we die between the update and our own note of it, the repeat still does not act a second time."""
    first = await send(http, body_of(journey.journey_id))
    await pool.execute("UPDATE callback SET done_at = NULL, result = NULL")
    again = await send(http, body_of(journey.journey_id))
    assert (again.status_code, again.json()) == (202, first.json())
    assert await journey.taken() == ["callback:msg_1"]


async def test_the_same_id_with_other_content_is_refused(http: httpx2.AsyncClient, journey: Running) -> None:
    """A webhook-id stands for one message for ever, whichever partner sends it."""
    await send(http, body_of(journey.journey_id))
    other = await send(http, body_of(journey.journey_id, data=PAID | {"amount": "1.00"}))
    assert other.status_code == 409
    assert other.json()["type"].endswith(":callback-differs")
    papers = body_of(journey.journey_id, "submit_papers", {"papers": [{"kind": "invoice"}]})
    assert (await send(http, papers, partner="hospital")).status_code == 409
    assert await journey.taken() == ["callback:msg_1"]


async def test_a_forged_call_back_is_refused_and_logged_without_its_content(
    http: httpx2.AsyncClient, journey: Running, pool: Pool
) -> None:
    """A wrong secret gives 401; the log tells of it and repeats nothing that the sender wrote."""
    with capture_logs() as logs:
        answer = await send(http, body_of(journey.journey_id), secret=FORGED, message_id="forged-id")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert [entry["event"] for entry in logs] == ["callback_forged"]
    assert "forged-id" not in str(logs)
    assert journey.journey_id not in str(logs)
    assert await journey.taken() == []
    assert await pool.fetchval("SELECT count(*) FROM callback") == 0


async def test_an_old_call_back_is_refused(http: httpx2.AsyncClient, journey: Running) -> None:
    """A recorded call-back played again after the tolerance is refused, whatever its signature."""
    answer = await send(http, body_of(journey.journey_id), at=datetime.now(UTC) - timedelta(minutes=6))
    assert answer.status_code == 401
    assert "5 minutes" in answer.json()["detail"]
    assert await journey.taken() == []


async def test_a_malformed_signature_header_is_refused(http: httpx2.AsyncClient, journey: Running) -> None:
    """Nonsense in a header is a 401, not a crash."""
    answer = await send(http, body_of(journey.journey_id), headers={"webhook-signature": "v1;nonsense,,,"})
    assert answer.status_code == 401
    assert (await http.post("/callbacks/insurer", content=b"{}")).status_code == 401


async def test_a_rotated_secret_still_passes(pool: Pool, vault: Vault, temporal: Client, journey: Running) -> None:
    """With the old and the new secret set, a partner may sign with either."""
    app = create_app(pool, vault, temporal, webhook_secret=f"whsec_bmV3IHNlY3JldCBoZXJl {WEBHOOK_SECRET}")
    async with client_of(app) as http:
        assert (await send(http, body_of(journey.journey_id))).status_code == 202


async def test_a_partner_may_send_only_its_own_actions(http: httpx2.AsyncClient, journey: Running) -> None:
    """The courier cannot report a payment, and the notifier nothing at all."""
    answer = await send(http, body_of(journey.journey_id), partner="courier")
    assert answer.status_code == 403
    assert "record_delivery_problem, record_hand_over" in answer.json()["detail"]
    assert (await send(http, body_of(journey.journey_id), partner="notifier")).status_code == 403
    assert await journey.taken() == []


@pytest.mark.parametrize(
    ("partner", "action"),
    [
        ("manufacturer", "record_infusion"),
        ("cryo_courier", "record_manufacturing"),
        ("hospital", "record_manufacturing"),
        ("pharmacy", "record_custody"),
    ],
)
async def test_what_is_told_of_a_therapy_has_its_teller(
    http: httpx2.AsyncClient, journey: Running, partner: str, action: str
) -> None:
    """Nobody tells what only another partner can know."""
    answer = await send(http, body_of(journey.journey_id, action, {}), partner=partner)
    assert (answer.status_code, action in answer.json()["detail"]) == (403, False)
    assert await journey.taken() == []


def test_what_partners_may_send_are_actions() -> None:
    """A door for an action that there is not would never open."""
    assert {action for actions in MAY_SEND.values() for action in actions} <= set(ACTIONS)


async def test_an_unknown_partner_is_not_found(http: httpx2.AsyncClient, journey: Running) -> None:
    """There is no door for anybody else."""
    answer = await send(http, body_of(journey.journey_id), partner="stranger")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"[]", "body"),
        (b'{"type": "record_payment", "journey_id": "journey-1", "data": {}}', "journey_id"),
        (b'{"type": "record_payment", "journey_id": "journey-aaaaaaaaaaaaaaaaaaaa"}', "data"),
        (b'{"type": "record_payment", "journey_id": "journey-aaaaaaaaaaaaaaaaaaaa", "data": {}, "x": 1}', "x"),
        (body_of("journey-" + "a" * 20, data=PAID | {"amount": "-1"}), "data.amount"),
        (body_of("journey-" + "a" * 20, data=PAID | {"amount": "1.005"}), "data.amount"),
        (body_of("journey-" + "a" * 20, data=PAID | {"paid_on": "2026-02-30"}), "data.paid_on"),
        (body_of("journey-" + "a" * 20, data=PAID | {"key": "another-key"}), "data.key"),
        (body_of("journey-" + "a" * 20, data=PAID | {"actor": {}}), "data.actor"),
        (body_of("journey-" + "a" * 20, data=PAID | {"colour": "red"}), "data.colour"),
    ],
)
async def test_a_wrong_field_is_named(http: httpx2.AsyncClient, body: bytes, field: str) -> None:
    """A genuine call-back with a wrong field is told which."""
    answer = await send(http, body)
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_a_body_that_is_no_text_is_refused(http: httpx2.AsyncClient) -> None:
    """Invalid UTF-8 is not proven, whatever it claims to be."""
    assert (await http.post("/callbacks/insurer", content=b'{"type": "\xff"}')).status_code == 401


async def test_too_large_a_body_is_refused_before_it_is_read(http: httpx2.AsyncClient) -> None:
    """The size is bounded before anything else is looked at."""
    answer = await send(http, b"x" * (BODY_LIMIT + 1))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_journeys_own_refusal_is_recorded_and_a_later_repeat_may_pass(
    http: httpx2.AsyncClient, journey: Running, pool: Pool
) -> None:
    """A call-back that comes too early is refused with the reason; sent again in time, it is taken."""
    decided = body_of(journey.journey_id, "record_aid_outcome", {"application_id": "aid-1", "approved": True})
    early = await send(http, decided, partner="foundation")
    assert early.status_code == 409
    assert early.json()["type"].endswith(":action-not-possible")
    assert "possible now: submit_papers" in await pool.fetchval("SELECT refusal FROM callback")
    papers = body_of(journey.journey_id, "submit_papers", {"papers": [{"kind": "invoice"}]})
    assert (await send(http, papers, partner="hospital", message_id="msg_2")).status_code == 202
    assert (await send(http, decided, partner="foundation")).status_code == 202
    assert await journey.taken() == ["callback:msg_2", "callback:msg_1"]
    assert await pool.fetchval("SELECT count(*) FROM callback WHERE refusal IS NOT NULL OR result IS NULL") == 0


async def test_a_field_that_the_journey_refuses_is_named(http: httpx2.AsyncClient, journey: Running) -> None:
    """What only the journey can know to be wrong is named like any other field."""
    answer = await send(http, body_of(journey.journey_id, data=PAID | {"payment_id": "other"}))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "payment_id", "reason": "is not the payment that was ordered"}]


async def test_a_call_back_for_an_unknown_journey_is_not_found(http: httpx2.AsyncClient) -> None:
    """A journey that never was gets a 404."""
    answer = await send(http, body_of(new_journey_id()))
    assert answer.status_code == 404
    assert answer.json()["type"].endswith(":journey-unknown")


async def test_while_temporal_is_away_the_partner_is_asked_to_repeat(
    pool: Pool, vault: Vault, app: FastAPI, journey: Running
) -> None:
    """503 with Retry-After while Temporal is away; the repeat acts, once."""
    away = create_app(pool, vault, await absent_temporal(), webhook_secret=WEBHOOK_SECRET)
    async with client_of(away) as http:
        answer = await send(http, body_of(journey.journey_id))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    async with client_of(app) as http:
        assert (await send(http, body_of(journey.journey_id))).status_code == 202
    assert await journey.taken() == ["callback:msg_1"]


async def test_while_no_worker_runs_the_partner_is_asked_to_repeat(http: httpx2.AsyncClient, temporal: Client) -> None:
    """A journey that nobody works on answers 503 in bounded time."""
    journey_id = new_journey_id()
    handle = await temporal.start_workflow("RecordingJourney", id=journey_id, task_queue=f"{QUEUE}-idle")
    answer = await send(http, body_of(journey_id))
    await handle.terminate()
    assert answer.status_code == 503
    assert answer.json()["type"].endswith(":temporal-away")


async def test_while_postgresql_is_away_the_partner_is_asked_to_repeat(
    absent_database: Pool, temporal: Client, journey: Running
) -> None:
    """503 with Retry-After while PostgreSQL is away, and nothing was done."""
    app = create_app(absent_database, Vault(absent_database, RING), temporal, webhook_secret=WEBHOOK_SECRET)
    async with client_of(app) as http:
        answer = await send(http, body_of(journey.journey_id))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert await journey.taken() == []


async def test_the_update_id_is_the_key(http: httpx2.AsyncClient, journey: Running) -> None:
    """The Temporal update carries the key of the call-back, which is what makes it happen once."""
    await send(http, body_of(journey.journey_id), message_id="msg_9")
    with pytest.raises(RPCError):
        await journey.handle.get_update_handle("callback:msg_8").result()
    assert await journey.handle.get_update_handle("callback:msg_9").result()

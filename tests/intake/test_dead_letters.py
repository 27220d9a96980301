"""Dead letters over HTTP: listed, corrected, sent again, dropped; nothing lost, nothing twice."""

import asyncio
import json

import httpx2
import pytest

from intake.received import Received
from privacy import places
from privacy.vault import Vault
from tests.intake.conftest import Event, Pool, another, changed, raw, send


async def refused(http: httpx2.AsyncClient, body: bytes | Event) -> int:
    """Send something wrong and return its dead letter."""
    answer = await send(http, body)
    assert answer.is_client_error
    return int(answer.json()["dead_letter_id"])


async def test_a_repeat_is_counted_not_kept_twice(http: httpx2.AsyncClient) -> None:
    """A sender that repeats a broken event gets the same dead letter."""
    event = changed(lambda data: data.pop("diagnosis"))
    first, second = await refused(http, event), await refused(http, event)
    assert first == second
    [letter] = (await http.get("/dead-letters")).json()["letters"]
    assert letter["times_seen"] == 2
    assert letter["event_id"] == event["id"]


async def test_the_list_is_read_page_by_page(http: httpx2.AsyncClient) -> None:
    """Pages follow each other without gap or overlap, and can be asked by status."""
    ids = [await refused(http, changed(lambda data: data.pop("insured"))) for _ in range(5)]
    await http.post(f"/dead-letters/{ids[0]}/drop", json={"by": "agent-1", "reason": "a test"})
    page = (await http.get("/dead-letters", params={"status": "open", "limit": 3})).json()
    assert [letter["id"] for letter in page["letters"]] == ids[1:4]
    rest = (await http.get("/dead-letters", params={"after": page["next_after"]})).json()
    assert [letter["id"] for letter in rest["letters"]] == ids[4:]
    assert rest["next_after"] is None


async def test_corrected_data_open_the_journey(http: httpx2.AsyncClient, pool: Pool) -> None:
    """A letter resent with other data keeps its event's identity; a later repeat of the good event changes nothing."""
    good = another()
    bad = {**good, "data": good["data"] | {"product": "nobody-cancer-drug"}}
    letter = await refused(http, bad)
    answer = await http.post(f"/dead-letters/{letter}/resend", json={"by": "agent-1", "data": good["data"]})
    assert answer.status_code == 202
    shown = (await http.get(f"/dead-letters/{letter}")).json()
    assert (shown["status"], shown["resolved_by"], shown["attempts"]) == ("resent", "agent-1", 1)
    assert shown["journey_id"] == answer.json()["journey_id"]
    assert json.loads(shown["corrected_text"]) == good
    assert json.loads(shown["raw_text"]) == bad
    assert (await send(http, good)).json()["repeated"]
    assert await pool.fetchval("SELECT count(*) FROM journey_start") == 1


async def test_a_binary_event_can_be_corrected(http: httpx2.AsyncClient) -> None:
    """The attributes from the headers stay with the letter."""
    event = another()
    headers = {f"ce-{name}": str(event[name]) for name in ("specversion", "id", "source", "type")}
    answer = await http.post("/events", content=b"{}", headers=headers | {"content-type": "application/json"})
    letter = answer.json()["dead_letter_id"]
    again = await http.post(f"/dead-letters/{letter}/resend", json={"by": "agent-1", "data": event["data"]})
    assert again.status_code == 202
    assert again.json()["event_id"] == event["id"]


async def test_a_second_refusal_stays_with_the_letter(http: httpx2.AsyncClient) -> None:
    """A wrong correction is answered with its own reason and kept; the letter stays open for the next one."""
    letter = await refused(http, b"{")
    resend = f"/dead-letters/{letter}/resend"
    assert (await http.post(resend, json={"by": "a", "data": another()["data"]})).status_code == 400
    wrong = changed(lambda data: data.pop("insured"))
    answer = await http.post(resend, json={"by": "a", "event": wrong})
    assert answer.status_code == 422
    assert answer.json()["dead_letter_id"] == letter
    assert answer.json()["errors"][0]["field"] == "data.insured"
    shown = (await http.get(f"/dead-letters/{letter}")).json()
    assert (shown["status"], shown["attempts"], shown["kind"]) == ("open", 2, "invalid-data")
    last = await http.post(resend, json={"by": "a", "data": another(wrong["subject"])["data"]})
    assert last.status_code == 202


async def test_a_letter_that_became_right_by_itself(http: httpx2.AsyncClient, pool: Pool, vault: Vault) -> None:
    """Without a correction the letter goes through as it came, once what stood in its way is gone."""
    event = another()
    letter = await refused(http, event | {"type": "unknown"})
    subject = await pool.fetchval("SELECT subject FROM dead_letter")
    await pool.execute("UPDATE dead_letter SET raw = $1", await vault.seal_bytes(subject, places.LETTER, raw(event)))
    answer = await http.post(f"/dead-letters/{letter}/resend", json={"by": "a"})
    assert answer.status_code == 202


async def test_resent_from_two_sides(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Two people who resend the same letter open one journey."""
    good = another()
    letter = await refused(http, good | {"type": "unknown"})
    body = {"by": "a", "event": good}
    answers = await asyncio.gather(*(http.post(f"/dead-letters/{letter}/resend", json=body) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert await pool.fetchval("SELECT count(*) FROM journey_start") == 1


async def test_dropped_for_good(http: httpx2.AsyncClient) -> None:
    """A dropped letter keeps its bytes and the reason, and can be neither resent nor dropped again."""
    letter = await refused(http, b"nonsense")
    body = {"by": "agent-1", "reason": "not for us"}
    dropped = await http.post(f"/dead-letters/{letter}/drop", json=body)
    assert dropped.json()["resolution"] == "not for us"
    for action in ("drop", "resend"):
        again = await http.post(f"/dead-letters/{letter}/{action}", json=body if action == "drop" else {"by": "a"})
        assert again.status_code == 409
        assert again.json()["type"].endswith("dead-letter-not-open")
    assert (await http.get(f"/dead-letters/{letter}")).json()["raw_text"] == "nonsense"


async def test_a_repeat_of_a_dropped_letter_is_a_new_one(http: httpx2.AsyncClient) -> None:
    """What comes again after a person dealt with it asks for a person again."""
    first = await refused(http, b"nonsense")
    await http.post(f"/dead-letters/{first}/drop", json={"by": "a", "reason": "x"})
    assert await refused(http, b"nonsense") != first


@pytest.mark.parametrize("path", ["/dead-letters/999", "/dead-letters/999/resend", "/dead-letters/999/drop"])
async def test_an_unknown_letter(http: httpx2.AsyncClient, path: str) -> None:
    """It is answered 404 with what to do."""
    body = {"by": "a", "reason": "x"} if path.endswith("drop") else {"by": "a"}
    answer = await (http.get(path) if path.endswith("9") else http.post(path, json=body))
    assert answer.status_code == 404
    assert "list" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 400, None),
        (b"[]", 422, "body"),
        (b"{}", 422, "body.by"),
        (b'{"by": "two words"}', 422, "body.by"),
        (b'{"by": "a", "data": {}, "event": {}}', 422, "body.event"),
        (b'{"by": "a", "data": 7}', 422, "body.data"),
        (b" " * (2 << 20), 413, None),
    ],
)
async def test_a_wrong_request_to_resend(http: httpx2.AsyncClient, body: bytes, status: int, field: str | None) -> None:
    """The field is named and the letter is left as it was."""
    letter = await refused(http, b"{")
    answer = await http.post(f"/dead-letters/{letter}/resend", content=body)
    assert answer.status_code == status
    assert [error["field"] for error in answer.json()["errors"]] == ([field] if field else [])
    assert (await http.get(f"/dead-letters/{letter}")).json()["attempts"] == 0


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("?status=lost", "status: must be one of 'open', 'resent' or 'dropped'"),
        ("?limit=0", "limit: must not be below 1"),
        ("?limit=many", "limit: must be a whole number"),
        ("?after=-1", "after: must not be below 0"),
        (f"?after={1 << 63}", f"after: must be less than {1 << 63}"),
        ("/abc", "letter_id: must be a whole number"),
        ("/0", "letter_id: must not be below 1"),
    ],
)
async def test_a_wrong_parameter(http: httpx2.AsyncClient, address: str, reason: str) -> None:
    """The problem names the parameter and what is allowed, in both languages, and does not repeat what was given."""
    answer = await http.get(f"/dead-letters{address}")
    problem = answer.json()
    [error] = problem["errors"]
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert problem["detail"] == f"The request is not valid as given. {reason}."
    assert f"{error['field']}: {error['reason']}" == reason
    assert f"{error['field']} {error['reason_zh']}" in problem["detail_zh"]
    assert not {"lost", "many", "abc"} & set(answer.text.replace('"', " ").split())


async def test_bytes_survive_exactly(http: httpx2.AsyncClient, pool: Pool, vault: Vault) -> None:
    """Whatever bytes came are on record as they came."""
    body = bytes(range(256)) * 10
    letter = await refused(http, body)
    assert (await http.get(f"/dead-letters/{letter}")).json()["raw_text"] is None
    kept = await pool.fetchrow("SELECT subject, raw, raw_sha256 FROM dead_letter")
    assert kept is not None
    assert await vault.open_bytes(kept["subject"], places.LETTER, kept["raw"]) == body
    assert kept["raw_sha256"] == Received(body).sha256

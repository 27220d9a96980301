"""POST /events: what is taken, what is refused, and that nothing is lost or doubled."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from intake.identity import journey_id
from intake.received import BATCH, KEPT_BYTES, MAX_EVENT_BYTES
from privacy import places
from privacy.vault import Vault
from products.loader import load_products
from tests.intake.conftest import SAMPLES, Event, Pool, another, changed, cut_connections, raw, sample, send
from workers.stack.postgres import EmbeddedPostgres

_ORDERED = "SELECT count(*) FROM journey_start"


def fields(answer: httpx2.Response) -> set[str]:
    return {error["field"] for error in answer.json()["errors"]}


async def letter(http: httpx2.AsyncClient, answer: httpx2.Response) -> dict[str, Any]:
    """The dead letter that a refusal names."""
    assert answer.headers["content-type"] == "application/problem+json"
    found = await http.get(f"/dead-letters/{answer.json()['dead_letter_id']}")
    assert found.status_code == 200
    shown: dict[str, Any] = found.json()
    return shown


async def raw_of_letter(pool: Pool, vault: Vault) -> bytes:
    """The bytes of the one dead letter."""
    [row] = await pool.fetch("SELECT subject, raw FROM dead_letter")
    return await vault.open_bytes(row["subject"], places.LETTER, row["raw"])


async def persons(pool: Pool, vault: Vault) -> list[dict[str, Any]]:
    """Every personal record with its reference."""
    rows = await pool.fetch("SELECT ref, sealed FROM person")
    return [await vault.open(row["ref"], places.PERSON, row["sealed"]) | {"ref": row["ref"]} for row in rows]


@pytest.mark.parametrize("name", sorted(path.stem for path in (SAMPLES / "claims").glob("*.json")))
async def test_every_sample_opens_a_journey(http: httpx2.AsyncClient, pool: Pool, vault: Vault, name: str) -> None:
    """A structured event is answered with its journey's address, and the journey is ordered."""
    event = sample(name)
    answer = await send(http, event)
    expected = journey_id(vault, event["data"]["product"], event["data"]["claim_number"])
    assert answer.status_code == 202
    assert answer.headers["location"] == answer.json()["status_url"] == f"/journeys/{expected}"
    ordered = await pool.fetchrow("SELECT * FROM journey_start")
    assert ordered is not None
    assert ordered["journey_id"] == expected
    claim = await vault.open(expected, places.START, ordered["claim"])
    assert claim["products_version"] == load_products().version
    assert event["data"]["insured"]["name"] not in json.dumps(claim, ensure_ascii=False)


async def test_binary_mode(http: httpx2.AsyncClient) -> None:
    """Attributes may travel as percent-encoded ce-* headers with the data alone in the body."""
    event = another()
    headers = {f"ce-{name}": str(event[name]) for name in ("specversion", "id", "source", "type", "time")}
    subject = "".join(f"%{byte:02x}" for byte in event["subject"].encode())
    headers |= {"content-type": "application/json; charset=utf-8", "ce-subject": subject, "ce-office": quote("理赔")}
    answer = await http.post("/events", content=raw(event["data"]), headers=headers)
    assert answer.status_code == 202
    assert answer.json()["source"] == event["source"]
    again = await send(http, event)
    assert again.json() == answer.json() | {"repeated": True}


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce-subject", "%E4%BD"),
        ("ce-subject", "%zz"),
        ("ce-subject", "%00"),
        ("ce-datacontenttype", "application/json"),
        ("ce-time", "yesterday"),
    ],
)
async def test_binary_mode_with_a_wrong_header(http: httpx2.AsyncClient, header: str, value: str) -> None:
    """A header that cannot be decoded or is no attribute is refused; body and headers are both kept."""
    event = another()
    headers = {f"ce-{name}": str(event[name]) for name in ("specversion", "id", "source", "type")}
    body = raw(event["data"])
    answer = await http.post(
        "/events", content=body, headers=headers | {"content-type": "application/json", header: value}
    )
    assert answer.status_code == 400
    kept = await letter(http, answer)
    assert kept["headers"][header] == value
    assert kept["raw_text"] == body.decode()


async def test_a_batch_is_answered_event_by_event(http: httpx2.AsyncClient, pool: Pool) -> None:
    """A broken event of a batch leaves its neighbours alone, even when its JSON is at fault."""
    twice = raw(another()).replace(b'"specversion"', b'"specversion": "1.0", "specversion"')
    good, bad = another(), changed(lambda data: data.pop("insured"))
    answer = await send(http, b"[" + b" , ".join([raw(good), twice, raw(bad), raw(good)]) + b"]", BATCH)
    assert answer.status_code == 202
    taken = answer.json()
    assert (taken["accepted"], taken["refused"]) == (2, 2)
    assert [result.get("status") for result in taken["results"]] == [None, 400, 422, None]
    assert taken["results"][3] == taken["results"][0] | {"repeated": True}
    assert await pool.fetchval(_ORDERED) == 1


@pytest.mark.parametrize("body", [b"{}", b"", b"[{}", b"[1 2]", b"[,]", b"[1,]", b"[] x", b"[" * 50_000, b"[\xff]"])
async def test_a_batch_that_is_none(http: httpx2.AsyncClient, body: bytes) -> None:
    """What is no JSON array is refused whole and kept."""
    answer = await send(http, body, BATCH)
    assert answer.status_code == 400
    assert (await letter(http, answer))["raw_size"] == len(body)


async def test_an_empty_batch(http: httpx2.AsyncClient) -> None:
    """A batch may hold nothing."""
    answer = await send(http, b" [ ] ", BATCH)
    assert answer.json() == {"accepted": 0, "refused": 0, "results": []}


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/cloudevents+xml", "", "application/cloudevents+json; charset=gbk"]
)
async def test_an_unsupported_media_type(http: httpx2.AsyncClient, media_type: str) -> None:
    """What is no CloudEvent in JSON is answered 415, and kept."""
    answer = await send(http, another(), media_type)
    assert answer.status_code == 415
    assert (await letter(http, answer))["media_type"] == media_type


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff\xfe{}", "invalid UTF-8 at byte 0"),
        (b"{", "not valid JSON"),
        (b'{"id": "a", "id": "b"}', "given twice"),
        (b'{"data": NaN}', "NaN"),
        (b'{"data": -Infinity}', "Infinity"),
        (b'{"data": 1e999}', "digits"),
        (b'{"data": 0.12345678901234567890}', "digits"),
        (b'{"data": ' + b"9" * 5000 + b"}", "digits"),
        (b"[" * 100_000, "nested"),
        (b'{"data": ' + b"[" * 40 + b"]" * 40 + b"}", "nested"),
        (b'{"id": "\\u0000"}', "the control character U+0000"),
        (b'{"id": "\\ud800"}', "the lone surrogate U+D800"),
    ],
)
async def test_bytes_that_cannot_be_read(
    http: httpx2.AsyncClient, pool: Pool, vault: Vault, body: bytes, reason: str
) -> None:
    """JSON with no meaning or two is refused, byte for byte on record."""
    answer = await send(http, body)
    assert answer.status_code == 400
    assert reason in answer.json()["detail"]
    assert (await letter(http, answer))["kind"] == "unreadable-event"
    assert await raw_of_letter(pool, vault) == body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"id": "\\u0007"}', "无法读取：文本含有控制字符 U+0007。"),
        (b'{"id": "\\udfff"}', "无法读取：文本含有不成对的代理码点 U+DFFF。"),
    ],
)
async def test_a_character_is_called_by_its_name(http: httpx2.AsyncClient, body: bytes, reason: str) -> None:
    """In Chinese, too, half of a character is no control character."""
    assert (await send(http, body)).json()["detail_zh"] == reason


@pytest.mark.parametrize(
    ("attribute", "value", "field"),
    [
        ("id", None, "id"),
        ("id", "", "id"),
        ("id", "x" * 600, "id"),
        ("source", "not a uri", "source"),
        ("specversion", "0.3", "specversion"),
        ("type", 7, "type"),
        ("time", "2026-11-20 09:30", "time"),
        ("time", "2026-11-20T09:30:00", "time"),
        ("time", "2026-02-30T09:30:00Z", "time"),
        ("time", "0001-01-01T00:00:00+08:00", "time"),
        ("datacontenttype", "text/xml", "datacontenttype"),
        ("Extension", "x", "Extension"),
        ("extension", {"a": 1}, "extension"),
    ],
)
async def test_a_wrong_attribute(http: httpx2.AsyncClient, attribute: str, value: object, field: str) -> None:
    """Each attribute that is missing or malformed is named."""
    answer = await send(http, another() | {attribute: value})
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("not-a-cloudevent")
    assert fields(answer) == {field}


async def test_an_unknown_type_of_event(http: httpx2.AsyncClient) -> None:
    """Only claim reports open journeys; the refusal names the type that does."""
    answer = await send(http, another() | {"type": "cn.patient-journeys.claim.closed.v1"})
    assert answer.status_code == 422
    assert "claim.reported.v1" in answer.json()["errors"][0]["reason"]


@pytest.mark.parametrize("product", ["nobody-cancer-drug", "No Product!", ""])
async def test_an_unknown_product(http: httpx2.AsyncClient, product: str) -> None:
    """The refusal names the products that are known, whatever was written, and never a pattern."""
    answer = await send(http, changed(lambda data: data.update(product=product)))
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("unknown-product")
    [error] = answer.json()["errors"]
    assert error["field"] == "data.product"
    assert error["reason"].endswith(", ".join(sorted(load_products().ids)))


async def test_an_unknown_product_beside_other_faults(http: httpx2.AsyncClient) -> None:
    """All faults are told at once, each field once."""
    change = {"product": "No Product!", "policy_number": "no such/policy"}
    answer = await send(http, changed(lambda data: data.update(change)) | {"subject": "CLAIM-OTHER"})
    assert [error["field"] for error in answer.json()["errors"]] == ["data.product", "subject", "data.policy_number"]
    assert answer.json()["type"].endswith("invalid-data")


async def test_a_subject_that_is_not_the_claim(http: httpx2.AsyncClient, pool: Pool) -> None:
    """An event that speaks of two claims is kept with its source and id; without a subject it is taken."""
    event = another()
    answer = await send(http, event | {"subject": "CLAIM-OTHER"})
    assert (answer.status_code, fields(answer)) == (422, {"subject"})
    kept = await letter(http, answer)
    assert (kept["event_id"], kept["fields"][0]["field"]) == (event["id"], "subject")
    assert "CLAIM-OTHER" not in answer.text
    assert await pool.fetchval(_ORDERED) == 0
    assert (await send(http, event | {"subject": None})).status_code == 202


async def test_a_time_in_the_future(http: httpx2.AsyncClient) -> None:
    """A clock may be five minutes ahead, and no more."""
    now = datetime.now(UTC)
    late, early = ((now + timedelta(minutes=minutes)).isoformat() for minutes in (7, 4))
    answer = await send(http, another() | {"time": late})
    assert (answer.status_code, fields(answer)) == (422, {"time"})
    assert (await letter(http, answer))["fields"][0]["field"] == "time"
    assert (await send(http, another() | {"time": early})).status_code == 202


async def test_an_unknown_drug_is_not_the_doors_affair(http: httpx2.AsyncClient) -> None:
    """Whether a drug is covered is decided with its clause by the journey (pingan-cancer-drug/DRUG-2)."""
    answer = await send(http, changed(lambda data: data["prescription"].update(drug={"name": "不存在"})))
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda data: data.pop("insured"), "data.insured"),
        (lambda data: data["insured"].update(nickname="x"), "data.insured.nickname"),
        (lambda data: data["prescription"].update(days_supply="30"), "data.prescription.days_supply"),
        (lambda data: data["prescription"].update(by_specialist="yes"), "data.prescription.by_specialist"),
        (lambda data: data["prescription"].update(issued_on="2026-02-30"), "data.prescription.issued_on"),
        (lambda data: data["prescription"].update(issued_on="1779321600"), "data.prescription.issued_on"),
        (lambda data: data["prescription"].update(issued_on=20260230), "data.prescription.issued_on"),
        (lambda data: data["prescription"].update(quantity="-1"), "data.prescription.quantity"),
        (lambda data: data["prescription"].update(quantity="1.005"), "data.prescription.quantity"),
        (lambda data: data["prescription"].update(quantity="many"), "data.prescription.quantity"),
        (lambda data: data["prescription"]["drug"].update(name=" "), "data.prescription.drug.name"),
        (lambda data: data["diagnosis"].update(icd10="breast"), "data.diagnosis.icd10"),
        (lambda data: data["diagnosis"].update(tumour="big"), "data.diagnosis.tumour"),
        (lambda data: data.update(policy_number="no such/policy"), "data.policy_number"),
        (lambda data: data["papers"].append({"kind": "love_letter"}), "data.papers.8.kind"),
        (lambda data: data.update(papers=[{"kind": "invoice"}] * 201), "data.papers"),
        (lambda data: data.update(papers=[{"kind": "invoice", "reference": "x" * 201}]), "data.papers.0.reference"),
        (lambda data: data["insured"].update(phone="none"), "data.insured.phone"),
        (lambda data: data["insured"].update(birth_date="1975-07-05"), "data.insured.birth_date"),
        (lambda data: data["insured"].update(sex="male"), "data.insured.sex"),
    ],
)
async def test_a_wrong_field(
    http: httpx2.AsyncClient, pool: Pool, change: Callable[[Event], object], field: str
) -> None:
    """A missing, extra or wrong field is named, in both languages, and nothing is started."""
    answer = await send(http, changed(change))
    assert answer.status_code == 422
    assert field in fields(answer)
    assert all(error["reason"] and error["reason_zh"] for error in answer.json()["errors"])
    assert await pool.fetchval(_ORDERED) == 0
    assert (await letter(http, answer))["fields"][0]["field"] in fields(answer)


async def test_an_identity_card_with_a_wrong_check_digit(http: httpx2.AsyncClient) -> None:
    """The field is named, the number is not repeated."""
    event = another()
    card = event["data"]["insured"]["id_document"]
    card["number"] = card["number"][:-1] + ("0" if card["number"][-1] != "0" else "1")
    answer = await send(http, event)
    assert fields(answer) == {"data.insured.id_document.number"}
    assert card["number"] not in answer.text


async def test_refusals_never_repeat_values(http: httpx2.AsyncClient) -> None:
    """Personal data that is wrong does not come back in the answer or in the reasons on record."""
    personal = {"name": "测试·秘" * 30, "phone": "秘密电话", "birth_date": "秘密日", "sex": "秘密别"}
    answer = await send(http, changed(lambda data: data["insured"].update(personal)))
    listing = await http.get("/dead-letters")
    assert answer.status_code == 422
    assert "秘" not in answer.text + listing.text


async def test_data_that_is_no_object(http: httpx2.AsyncClient) -> None:
    """An event without data, or with something else in its place, is refused as invalid data."""
    wrong: tuple[object, ...] = (None, 7, "text", [])
    for data in wrong:
        answer = await send(http, another() | {"data": data})
        assert answer.status_code == 422
        assert "data" in fields(answer)


async def test_an_event_over_one_mebibyte(http: httpx2.AsyncClient, pool: Pool, vault: Vault) -> None:
    """It is answered 413; its beginning, size and checksum are kept, and memory stays bounded."""

    async def chunks() -> AsyncIterator[bytes]:
        yield raw(another())[:-1]
        for _ in range(300):
            yield b" " * 10_000

    headers = {"content-type": "application/cloudevents+json"}
    answer = await http.post("/events", content=chunks(), headers=headers)
    assert answer.status_code == 413
    kept = await letter(http, answer)
    assert kept["raw_size"] > 3_000_000
    assert not kept["whole"]
    assert len(await raw_of_letter(pool, vault)) == KEPT_BYTES
    again = await http.post(f"/dead-letters/{kept['id']}/resend", json={"by": "agent-1"})
    assert again.status_code == 413


async def test_one_large_event_in_a_batch(http: httpx2.AsyncClient) -> None:
    """A batch may be larger than an event, but none of its events may."""
    large = another() | {"subject": "x" * MAX_EVENT_BYTES}
    answer = await send(http, raw([another(), large]), BATCH)
    assert [result.get("status") for result in answer.json()["results"]] == [None, 413]


async def test_the_same_event_again(http: httpx2.AsyncClient, pool: Pool) -> None:
    """A repeat gets the same answer and changes nothing."""
    event = another()
    first, second = await send(http, event), await send(http, event)
    assert second.json() == first.json() | {"repeated": True}
    assert await pool.fetchval(_ORDERED) == 1


async def test_the_same_event_with_other_content(http: httpx2.AsyncClient, pool: Pool) -> None:
    """A (source, id) used for something else is a conflict; the first content stands."""
    first = another()
    await send(http, first)
    other = another(event_id=first["id"])
    answer = await send(http, other)
    assert answer.status_code == 409
    assert fields(answer) == {"id", "data.claim_number"}
    assert await pool.fetchval(_ORDERED) == 1


async def test_another_event_for_the_same_claim(http: httpx2.AsyncClient, pool: Pool) -> None:
    """With the same content it leads to the same journey, however its numbers and defaults are written."""
    first = another()
    journey = (await send(http, first)).json()["journey_id"]
    second = another(first["data"]["claim_number"])
    second["data"]["prescription"] |= {"quantity": 1.0, "altered": False}
    answer = await send(http, second)
    assert answer.json()["journey_id"] == journey
    assert answer.json()["repeated"]
    assert await pool.fetchval("SELECT count(*) FROM inbox") == 2
    assert await pool.fetchval(_ORDERED) == 1


async def test_another_event_for_the_same_claim_with_other_content(
    http: httpx2.AsyncClient, pool: Pool, vault: Vault
) -> None:
    """It is refused naming the fields that differ, without values, and changes neither claim nor person."""
    first = another()
    await send(http, first)
    second = another(first["data"]["claim_number"])
    second["data"]["prescription"]["days_supply"] = 14
    second["data"]["insured"]["phone"] = "10000009999"
    answer = await send(http, second)
    assert answer.status_code == 409
    assert fields(answer) == {"data.insured.phone", "data.prescription.days_supply"}
    assert "10000009999" not in answer.text
    [person] = await persons(pool, vault)
    assert person["phone"] == first["data"]["insured"]["phone"]
    assert (await letter(http, answer))["event_id"] == second["id"]


async def test_a_storm_of_one_event(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Sent from many sides at once, one event opens one journey and everybody gets its address."""
    event = another()
    twin = another(event["data"]["claim_number"])
    answers = await asyncio.gather(*(send(http, each) for each in [event, twin] * 20))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["journey_id"] for answer in answers}) == 1
    assert sum(not answer.json()["repeated"] for answer in answers) == 1
    assert await pool.fetchval(_ORDERED) == 1


async def test_a_storm_of_conflicting_events(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Of many contents for one claim arriving at once, one wins and the others are dead letters."""
    events = [another("CLAIM-1") for _ in range(10)]
    for days, event in enumerate(events, 1):
        event["data"]["prescription"]["days_supply"] = days
    answers = await asyncio.gather(*(send(http, event) for event in events))
    assert sorted(answer.status_code for answer in answers) == [202] + [409] * 9
    assert await pool.fetchval("SELECT count(*) FROM dead_letter") == 9


async def test_newer_personal_data_win(http: httpx2.AsyncClient, pool: Pool, vault: Vault) -> None:
    """A person keeps the reference; what was reported as of a later moment stands, in whatever order it comes."""
    later, earlier = another(), another()
    later["data"]["insured"]["phone"] = "10000000077"
    earlier["time"] = "2026-11-01T08:00:00+08:00"
    await send(http, later)
    await send(http, earlier)
    [person] = await persons(pool, vault)
    assert person["phone"] == "10000000077"
    assert await pool.fetchval("SELECT count(*) FROM claim WHERE person_ref = $1", person["ref"]) == 2


async def test_postgresql_away(mortal: EmbeddedPostgres, mortal_http: httpx2.AsyncClient) -> None:
    """Without the database nothing is confirmed: 503 with Retry-After, and the same event is taken later."""
    event, wrong = another(), another() | {"type": "unknown"}
    assert (await send(mortal_http, another())).status_code == 202
    mortal.stop()
    for body in (event, wrong):
        answer = await send(mortal_http, body)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await mortal_http.get("/dead-letters")).status_code == 503
    mortal.start()
    assert (await send(mortal_http, event)).json()["repeated"] is False
    assert (await send(mortal_http, wrong)).status_code == 422


async def test_a_connection_cut_from_under_the_door(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Connections that died in the pool cost the sender nothing."""
    await send(http, another())
    await cut_connections(pool)
    assert (await send(http, another())).status_code == 202


async def test_the_type_of_the_event_says_which_journey_it_opens(
    http: httpx2.AsyncClient, pool: Pool, vault: Vault
) -> None:
    """A CAR-T claim is kept as one, and one whose data is that of a drug claim is turned away by its fields."""
    event = sample("chinalife-cancer-rider-car-t")
    assert (await send(http, event)).status_code == 202
    ordered = await pool.fetchrow("SELECT journey_id, claim FROM journey_start")
    assert ordered is not None
    assert (await vault.open(ordered["journey_id"], places.START, ordered["claim"]))["kind"] == "car_t"
    mistaken = sample("chinalife-cancer-rider") | {"type": event["type"]}
    answer = await send(http, mistaken)
    assert answer.status_code == 422
    assert {problem["field"] for problem in answer.json()["errors"]} == {"data.drug", "data.prescription"}

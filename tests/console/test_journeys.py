"""The agents' door: lists, one journey, its history, and the actions possible now."""

from decimal import Decimal
from typing import Any

import httpx2
import pytest
from temporalio.client import Client

from console.app import create_app
from privacy import places
from privacy.vault import Vault
from products.loader import load_products
from schemas.journey import Stage, Transition
from tests.conftest import RING
from tests.console import samples
from tests.console.conftest import Pool, client_of


async def listed(http: httpx2.AsyncClient, **wanted: Any) -> list[str]:
    answer = await http.get("/journeys", params=wanted)
    assert answer.status_code == 200, answer.text
    return [item["claim_number"] for item in answer.json()["items"]]


async def test_with_no_journeys_the_list_is_empty(http: httpx2.AsyncClient) -> None:
    """No journeys is an answer, not an error."""
    answer = await http.get("/journeys")
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})


async def test_the_list_shows_stage_wait_clock_and_money(http: httpx2.AsyncClient, pool: Pool) -> None:
    """A line says what an agent looks for first; money is text, never a rounded number."""
    await samples.write_all(pool, samples.status(1))
    [line] = (await http.get("/journeys")).json()["items"]
    assert (line["stage"], line["waiting_for"], line["waiting_on"]) == ("prescription_review", "review", "pharmacist")
    assert line["money"]["estimate"]["insurer_pays"] == "16126.20"
    assert (line["overdue"], line["clock_stopped"], line["provisional"]) == (False, False, False)


async def test_a_thousand_journeys_are_paged_through_without_gap_or_repeat(
    http: httpx2.AsyncClient, pool: Pool
) -> None:
    """Every journey comes once, last changed first, also where many changed at the same moment."""
    same = [samples.status(number, updated_at=samples.NOW) for number in range(1, 501)]
    await samples.write_all(pool, *same, *(samples.status(number) for number in range(501, 1001)))
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await http.get("/journeys", params={"limit": "150"} | cursor)).json()
        seen += [item["journey_id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    newest_first = [samples.journey_id(number) for number in [*range(1000, 500, -1), *range(1, 501)]]
    assert seen == newest_first


async def test_a_journey_that_changes_while_one_pages_hides_no_other(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Pages go on from where they ended, not from a count."""
    await samples.write_all(pool, *(samples.status(number) for number in range(1, 7)))
    first = (await http.get("/journeys", params={"limit": 3})).json()
    await samples.write_all(pool, samples.status(9))
    rest = await listed(http, cursor=first["next"])
    assert rest == ["CLM-000003", "CLM-000002", "CLM-000001"]


async def test_sorted_by_due_the_most_urgent_comes_first(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Only journeys whose clock runs are in this list; it is paged like the other."""
    await samples.write_all(
        pool, samples.late(3), samples.late(1), samples.late(2), samples.stopped(4), samples.closed(5)
    )
    first = (await http.get("/journeys", params={"sort": "due", "limit": 2})).json()
    assert [item["claim_number"] for item in first["items"]] == ["CLM-000001", "CLM-000002"]
    assert await listed(http, sort="due", limit=2, cursor=first["next"]) == ["CLM-000003"]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"stage": "completed"}, [5]),
        ({"stage": "voucher"}, []),
        ({"product": "axa-excellence"}, [6]),
        ({"waiting_on": "insured"}, [4]),
        ({"waiting_for": "papers"}, [4]),
        ({"overdue": "true"}, [2]),
        ({"overdue": "false"}, [6, 5, 4, 3, 1]),
        ({"escalated": "true"}, [3]),
        ({"open": "false"}, [5]),
        ({"claim_number": "CLM-000003"}, [3]),
        ({"claim_number": "CLM-00000"}, []),
        ({"q": "clm-000003"}, [3]),
        ({"q": "pol-000006"}, [6]),
        ({"q": "帕博利珠"}, [6, 5, 4, 3, 2, 1]),
        ({"q": "%"}, []),
        ({"q": "' OR 1=1 --"}, []),
        ({"stage": "prescription_review", "overdue": "true", "waiting_on": "pharmacist"}, [2]),
    ],
)
async def test_each_filter_narrows_the_list(
    http: httpx2.AsyncClient, pool: Pool, wanted: dict[str, str], numbers: list[int]
) -> None:
    """Filters combine; what fits nothing gives an empty list."""
    await samples.write_all(
        pool,
        samples.status(1),
        samples.late(2),
        samples.escalated(3),
        samples.stopped(4),
        samples.closed(5),
        samples.status(6, product="axa-excellence"),
    )
    assert await listed(http, **wanted) == [f"CLM-{number:06d}" for number in numbers]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"stage": "nowhere"}, "stage"),
        ({"product": "No Product"}, "product"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"overdue": "perhaps"}, "overdue"),
        ({"q": ""}, "q"),
        ({"q": "\x00"}, "q"),
        ({"colour": "red"}, "colour"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "WyJkdWUiLDEsImEiXQ", "sort": "updated"}, "cursor"),
        ({"cursor": "WyJ1cGRhdGVkIiwxZTQwMCwiYSJd"}, "cursor"),
    ],
)
async def test_a_wrong_filter_is_named(http: httpx2.AsyncClient, wanted: dict[str, str], field: str) -> None:
    """The problem says which parameter is wrong and why."""
    answer = await http.get("/journeys", params=wanted)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_one_journey_shows_everything(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Stage, wait and clock, missing papers, decisions with their clauses, money, next steps and history."""
    written = samples.status(1)
    await samples.write(pool, Transition(status=written, entries=samples.entries(3)))
    answer = await http.get(f"/journeys/{written.journey_id}")
    shown = answer.json()
    assert shown == written.model_dump(mode="json") | {"timeline": shown["timeline"], "refused_later": []}
    assert [entry["seq"] for entry in shown["timeline"]] == [1, 2, 3]
    assert shown["decisions"][0]["decision"]["findings"][0]["citations"][0]["rule"] == samples.RULE
    assert isinstance(shown["money"]["reserved"], str)
    assert Decimal(shown["money"]["reserved"]) == Decimal("16126.20")


async def test_a_passed_deadline_shows_while_no_worker_runs(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Overdue is read off the clock, not off what a worker last wrote; a stopped clock cannot be late."""
    await samples.write_all(pool, samples.late(1), samples.stopped(2))
    assert (await http.get(f"/journeys/{samples.journey_id(1)}")).json()["wait"]["overdue"] is True
    assert (await http.get(f"/journeys/{samples.journey_id(2)}")).json()["wait"]["overdue"] is False


async def test_the_history_is_paged(http: httpx2.AsyncClient, pool: Pool) -> None:
    """A long history comes in parts; the journey itself shows the latest hundred."""
    await samples.write(pool, Transition(status=samples.status(1), entries=samples.entries(250)))
    base = f"/journeys/{samples.journey_id(1)}"
    latest = [entry["seq"] for entry in (await http.get(base)).json()["timeline"]]
    assert latest == list(range(151, 251))
    first = (await http.get(f"{base}/timeline", params={"limit": 200})).json()
    rest = (await http.get(f"{base}/timeline", params={"limit": 200, "after": first["next"]})).json()
    assert [entry["seq"] for entry in first["items"] + rest["items"]] == list(range(1, 251))
    assert rest["next"] is None


async def test_a_journey_without_history_has_an_empty_one(http: httpx2.AsyncClient, pool: Pool) -> None:
    """No entries is an answer."""
    await samples.write_all(pool, samples.status(1))
    answer = await http.get(f"/journeys/{samples.journey_id(1)}/timeline")
    assert answer.json() == {"items": [], "next": None}


async def test_the_actions_possible_now_say_what_they_take(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Each offer carries the JSON schema of its fields."""
    await samples.write_all(pool, samples.status(1), samples.closed(2))
    [offer] = (await http.get(f"/journeys/{samples.journey_id(1)}/actions")).json()
    assert (offer["action"], offer["roles"], offer["label"]["zh"]) == ("record_review", ["pharmacist"], "登记审核")
    assert offer["takes"]["type"] == "object"
    assert {"key", "actor", "result", "findings"} <= set(offer["takes"]["required"])
    assert (await http.get(f"/journeys/{samples.journey_id(2)}/actions")).json() == []


@pytest.mark.parametrize("rest", ["", "/timeline", "/actions"])
@pytest.mark.parametrize("journey_id", ["journey-aaaaaaaaaaaaaaaaaaaa", "journey-1", "%00", "CLM-000001"])
async def test_an_unknown_journey_is_not_found(http: httpx2.AsyncClient, journey_id: str, rest: str) -> None:
    """What is no journey, or no journey's id, is a 404 problem."""
    answer = await http.get(f"/journeys/{journey_id}{rest}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("rest", ["", "/timeline", "/actions"])
async def test_what_is_no_id_is_told_what_one_looks_like(http: httpx2.AsyncClient, rest: str) -> None:
    """In words and not as a regular expression, with the way from a claim number; what was sent is not repeated."""
    detail = (await http.get(f"/journeys/CLM-000001{rest}")).json()["detail"]
    assert detail.startswith("journey_id: must be the id of a journey: `journey-` and 20 of")
    assert "GET /journeys?claim_number=…" in detail
    assert "^" not in detail
    assert "CLM-000001" not in detail


@pytest.mark.parametrize("product", ["No Product", "no-such-product"])
async def test_an_unknown_product_is_told_which_there_are(http: httpx2.AsyncClient, product: str) -> None:
    """Whatever its form: the products that are known are listed."""
    answer = await http.get("/journeys", params={"product": product})
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, "product")
    assert error["reason"] == f"unknown product; known are {', '.join(sorted(load_products().ids))}"


@pytest.mark.parametrize("field", ["claim_number", "q"])
async def test_a_form_is_told_in_words(http: httpx2.AsyncClient, field: str) -> None:
    """No regular expression reaches whoever asks."""
    [error] = (await http.get("/journeys", params={field: "\x01"})).json()["errors"]
    assert error["field"] == field
    assert "^" not in error["reason"]


@pytest.mark.parametrize("address", ["/journeys", "/journeys/" + samples.journey_id(1), "/readyz"])
async def test_while_postgresql_is_away_the_door_says_so(absent_database: Pool, temporal: Client, address: str) -> None:
    """503 with Retry-After, as a problem, and without a word about hosts and users."""
    async with client_of(create_app(absent_database, Vault(absent_database, RING), temporal)) as http:
        answer = await http.get(address)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "127.0.0.1" not in answer.text


async def test_every_stage_can_be_read(http: httpx2.AsyncClient, pool: Pool) -> None:
    """Whatever the stage, list and status answer."""
    await samples.write_all(pool, *(samples.status(number, stage=stage) for number, stage in enumerate(Stage, 1)))
    assert len(await listed(http)) == len(Stage)
    for number in range(1, len(Stage) + 1):
        assert (await http.get(f"/journeys/{samples.journey_id(number)}")).status_code == 200


async def test_a_newer_workers_fields_do_not_disturb(http: httpx2.AsyncClient, pool: Pool, vault: Vault) -> None:
    """During a release a status may hold fields that this gateway does not know."""
    await samples.write_all(pool, samples.status(1))
    newer = samples.status(1).model_dump(mode="json") | {"hospice": True}
    sealed = await vault.seal(samples.journey_id(1), places.STATUS, newer)
    await pool.execute("UPDATE journey_status SET status = $1", sealed)
    assert (await http.get(f"/journeys/{samples.journey_id(1)}")).status_code == 200

"""What becomes of a partner's failures: each kind the right error, nothing personal in it, nothing done twice."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from pydantic import JsonValue
from temporalio.testing import ActivityEnvironment

from activities.errors import PartnerError
from activities.http import Limits, PartnerClient
from activities.insurer import Insurer
from activities.notifier import Notifier
from activities.problems import retry_after
from schemas.partners import PartnerName, PaymentOrder, PaymentQuery
from tests.activities.test_partners import COVERAGE, INSURED, KNOWN, MESSAGE, PAYMENT, POLICY, POLICY_FACTS, Vault
from tests.sandbox.serving import NOBODY, TOKEN, Sandbox, empty_database, sandbox
from tests.serving import serving
from workers.stack.postgres import EmbeddedPostgres

HASTY = Limits(connect=1.0, read=0.3, overall=0.5, answer_bytes=100_000)
FAILURES: list[tuple[dict[str, JsonValue], str, str]] = [
    ({"kind": "refuse", "status": 400, "field": "amount", "reason": "no"}, "PartnerRefused", "400 amount: no"),
    ({"kind": "refuse"}, "PartnerRefused", "422 refused as told"),
    ({"kind": "not_found"}, "PartnerRefused", "404 not known here"),
    ({"kind": "conflict"}, "PartnerRefused", "409 contradicts what is in the books"),
    ({"kind": "unauthorized"}, "PartnerCredentials", "401 this token is not accepted any more"),
    ({"kind": "refuse", "status": 403}, "PartnerCredentials", "403 refused as told"),
    ({"kind": "too_many", "seconds": 7}, "PartnerBusy", "429 slow down"),
    ({"kind": "fail"}, "PartnerUnavailable", "500 failed as told"),
    ({"kind": "fail", "status": 503}, "PartnerUnavailable", "503 failed as told"),
    ({"kind": "silent", "seconds": 5}, "PartnerUnavailable", "no answer"),
    ({"kind": "nonsense"}, "PartnerNonsense", "Invalid JSON"),
    ({"kind": "nonsense", "form": "shape"}, "PartnerNonsense", "payment_id: Field required; status: Field required"),
    ({"kind": "nonsense", "form": "huge"}, "PartnerNonsense", "answer is longer than 100000 bytes"),
]


@pytest.fixture(scope="module")
async def playing(postgres: EmbeddedPostgres) -> AsyncIterator[Sandbox]:
    async with empty_database(postgres) as database, sandbox(database) as running:
        await running.put("policies", KNOWN)
        yield running


@pytest.fixture
def payment() -> PaymentOrder:
    """An order of a journey that no other test knows."""
    letters = uuid.uuid4().hex.translate(str.maketrans("0189", "wxyz"))[:20]
    changes = {"journey_id": f"journey-{letters}", "key": f"pay:{letters}", "dispensing_id": f"disp-{letters}"}
    return PAYMENT.model_copy(update=changes)


@pytest.fixture
async def insurer(playing: Sandbox) -> AsyncIterator[Insurer]:
    client = PartnerClient(PartnerName.INSURER, f"{playing.url}/insurer", TOKEN, limits=HASTY)
    yield Insurer(client)
    await client.aclose()


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_failure_is_typed_and_says_why(
    playing: Sandbox, insurer: Insurer, payment: PaymentOrder, failure: tuple[dict[str, JsonValue], str, str]
) -> None:
    """The error's type tells whether to try again; afterwards the same order goes through, once."""
    told, kind, says = failure
    await playing.tell("insurer", "order_payment", told)
    with pytest.raises(PartnerError) as failed:
        await insurer.order_payment(payment)
    assert failed.value.type == kind
    assert failed.value.non_retryable == (kind in {"PartnerRefused", "PartnerCredentials"})
    assert failed.value.message.startswith("insurer.order_payment: ")
    assert says in failed.value.message
    assert POLICY not in failed.value.message
    await insurer.order_payment(payment)
    assert len(await playing.kept("payments", payment.journey_id)) == 1


async def test_an_answer_lost_on_the_way_does_not_pay_twice(
    playing: Sandbox, insurer: Insurer, payment: PaymentOrder
) -> None:
    """The insurer paid but its answer never came: the repeat gets that answer."""
    await playing.tell("insurer", "order_payment", {"kind": "lost_answer", "seconds": 5})
    with pytest.raises(PartnerError, match="no answer"):
        await insurer.order_payment(payment)
    receipt = await insurer.order_payment(payment)
    assert [row["payment_id"] for row in await playing.kept("payments", payment.journey_id)] == [receipt.payment_id]


async def test_a_busy_partner_says_when_to_come_back(playing: Sandbox, insurer: Insurer) -> None:
    """Retry-After becomes the delay before the next try."""
    await playing.tell("insurer", "payment", {"kind": "too_many", "seconds": 7})
    with pytest.raises(PartnerError) as busy:
        await insurer.payment(PaymentQuery(payment_id="pay-1"))
    assert busy.value.next_retry_delay == timedelta(seconds=7)


async def test_a_slow_answer_within_bounds_is_good(playing: Sandbox, insurer: Insurer, payment: PaymentOrder) -> None:
    """A delay below the time-out is no failure."""
    await playing.tell("insurer", "order_payment", {"kind": "delay", "seconds": 0.05})
    assert (await insurer.order_payment(payment)).status == "accepted"


async def test_nobody_at_the_address_is_unavailable() -> None:
    """A refused connection is tried again."""
    client = PartnerClient(PartnerName.INSURER, NOBODY, TOKEN)
    with pytest.raises(PartnerError, match=r"insurer.payment: no answer \(ConnectError\)") as failed:
        await Insurer(client).payment(PaymentQuery(payment_id="pay-1"))
    await client.aclose()
    assert failed.value.type == "PartnerUnavailable"


async def test_a_wrong_token_is_a_matter_of_credentials(playing: Sandbox) -> None:
    """The sandbox lets nobody in without the agreed token."""
    client = PartnerClient(PartnerName.INSURER, f"{playing.url}/insurer", "another-token")
    with pytest.raises(PartnerError, match="401 show the agreed token") as failed:
        await Insurer(client).payment(PaymentQuery(payment_id="pay-1"))
    await client.aclose()
    assert failed.value.type == "PartnerCredentials"


async def test_what_a_partner_repeats_of_a_person_is_masked() -> None:
    """A partner that echoes name and phone in its refusal does not get them into our errors."""
    app = FastAPI()

    @app.post("/messages")
    async def send() -> Response:
        said = f"{INSURED.name} has no line {INSURED.phone}"
        return JSONResponse({"errors": [{"field": "person.phone", "reason": said}]}, 422)

    async with serving(app) as url:
        client = PartnerClient(PartnerName.NOTIFIER, url, TOKEN)
        with pytest.raises(PartnerError) as failed:
            await Notifier(client, Vault()).send(MESSAGE)
        await client.aclose()
    assert failed.value.message == "notifier.send: 422 person.phone: [personal] has no line [personal]"


async def test_an_answer_about_another_policy_is_nonsense() -> None:
    """A well-formed answer to a question nobody asked is not taken."""
    app = FastAPI()

    @app.get("/policies/{number}/coverage")
    async def coverage(number: str) -> JSONResponse:
        return JSONResponse({"policy": POLICY_FACTS | {"policy_number": f"{number}-other"}, "in_catalogue": None})

    async with serving(app) as url:
        client = PartnerClient(PartnerName.INSURER, url, TOKEN)
        with pytest.raises(PartnerError, match="the answer is about another policy") as failed:
            await Insurer(client).coverage(COVERAGE)
        await client.aclose()
    assert failed.value.type == "PartnerNonsense"


async def test_a_partner_that_does_not_answer_is_spared_by_workflow_tasks_for_a_while(
    playing: Sandbox, insurer: Insurer, payment: PaymentOrder
) -> None:
    """After a silence others do not wait at once; the partner's queue still asks, and its answer ends the pause."""
    at_once = ActivityEnvironment()
    at_once.info = replace(at_once.info, is_local=True)
    await playing.tell("insurer", "order_payment", {"kind": "silent", "seconds": 5})
    with pytest.raises(PartnerError, match="no answer "):
        await at_once.run(insurer.order_payment, payment)
    with pytest.raises(PartnerError, match="did not answer a moment ago") as spared:
        await at_once.run(insurer.order_payment, payment)
    assert spared.value.type == "PartnerUnavailable"
    first = await ActivityEnvironment().run(insurer.order_payment, payment)
    assert await at_once.run(insurer.order_payment, payment) == first


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("30", timedelta(seconds=30)),
        ("999999999", timedelta(hours=1)),
        ("Mon, 01 Jun 2026 12:00:20 GMT", timedelta(seconds=20)),
        ("Mon, 01 Jun 2026 11:00:00 GMT", timedelta(0)),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str, wait: timedelta | None) -> None:
    """Seconds or an HTTP date, within an hour; anything else counts as not said."""
    assert retry_after(header, datetime(2026, 6, 1, 12, tzinfo=UTC)) == wait

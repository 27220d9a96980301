"""The relay: notices leave once, with the voucher's code where it belongs, and come back when they could not."""

import asyncio
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

import asyncpg
import pytest

from activities.errors import PartnerError, PartnerUnavailableError
from activities.ledger import Ledger
from activities.notifier import Notifier
from activities.ports import Order
from privacy.vault import Vault
from schemas.journey import Notice
from schemas.ledger import IssueVoucher, Reserve
from schemas.names import PersonRef
from schemas.people import ActorRole, InsuredPerson
from schemas.shape import Shape
from schemas.text import Bilingual
from tests.conftest import RING
from workers.outbox import CODE, OutboxRelay

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
A = TypeVar("A", bound=Shape)
JOURNEY = "journey-" + "a" * 20
PERSON = "person-" + "b" * 20


class Port:
    """The notifier's port, played: takes orders, or fails with the errors it was given first."""

    def __init__(self, *failures: PartnerError) -> None:
        """Fail with `failures`, one a call."""
        self.failures = list(failures)
        self.orders: list[Order] = []

    async def read(
        self, operation: str, path: tuple[str, ...], answer: type[A], query: Mapping[str, object] | None = None
    ) -> A:
        """The relay asks nothing."""
        raise NotImplementedError

    async def write(self, operation: str, path: tuple[str, ...], answer: type[A], order: Order) -> A:
        """Keep the order."""
        assert (operation, path) == ("send", ("messages",))
        if self.failures:
            raise self.failures.pop(0)
        self.orders.append(order)
        return answer.model_validate({"message_id": "msg-1"})

    def expect(self, operation: str, reason: str, *, sound: bool) -> None:
        """Nothing is asked, so no answer contradicts."""
        raise NotImplementedError


class Records:
    """Personal records that hold one person."""

    async def person(self, ref: PersonRef) -> InsuredPerson:
        """That one person."""
        assert ref == PERSON
        return InsuredPerson.model_validate(
            {
                "name": "测试·甲",
                "id_document": {"type": "passport", "number": "E12345678"},
                "birth_date": "1968-03-12",
                "sex": "female",
                "citizenship": "mainland",
                "phone": "10000000001",
                "address": {"province": "上海", "city": "上海"},
            }
        )


def relay(pool: Pool, port: Port) -> OutboxRelay:
    return OutboxRelay(pool, Vault(pool, RING), Notifier(port, Records()))


async def queue(pool: Pool, notice: Notice) -> None:
    await pool.execute(
        "INSERT INTO outbox (journey_id, key, payload) VALUES ($1, $2, $3)",
        JOURNEY,
        notice.key,
        notice.model_dump(mode="json"),
    )


def notice(number: int = 1, **fields: Any) -> Notice:
    text = Bilingual(zh=f"凭证 {CODE}", en=f"your code is {CODE}")
    return Notice.model_validate(
        {"key": f"{JOURNEY}/note/{number}", "to": ActorRole.INSURED, "template": "note", "text": text} | fields
    )


async def voucher(pool: Pool) -> str:
    order = IssueVoucher(
        key=f"{JOURNEY}/voucher/1",
        journey_id=JOURNEY,
        reserve=Reserve(
            key=f"{JOURNEY}/reserve/1",
            journey_id=JOURNEY,
            product="pingan-longterm-b",
            policy_number="P-0001",
            period_from=date(2026, 1, 1),
            sum_insured=Decimal(1000),
            wanted=Decimal(10),
        ),
        issued_on=date(2026, 3, 2),
    )
    return (await Ledger(pool, Vault(pool, RING)).issue_voucher(order)).voucher_id


async def test_a_notice_reaches_the_person_once(pool: Pool) -> None:
    """It leaves under its own key, addressed to the person, and is not due again."""
    port = Port()
    await queue(pool, notice(person=PERSON))
    assert await relay(pool, port).send_due() == 1
    assert await relay(pool, port).send_due() == 0
    (order,) = port.orders
    assert (order.key, order.journey_id, order.body["template"]) == (f"{JOURNEY}/note/1", JOURNEY, "note")
    assert order.person == {"name": "测试·甲", "phone": "10000000001"}


async def test_a_notice_for_a_team_goes_to_the_team(pool: Pool) -> None:
    """Without a person, the role it is for names the team."""
    port = Port()
    await queue(pool, notice(to=ActorRole.SUPERVISOR))
    await relay(pool, port).send_due()
    assert (port.orders[0].body["team"], port.orders[0].person) == ("supervisor", None)


async def test_the_voucher_code_is_put_in_when_the_message_leaves(pool: Pool) -> None:
    """The code stands in neither journey nor outbox: the relay reads it from the ledger."""
    port = Port()
    voucher_id = await voucher(pool)
    await queue(pool, notice(person=PERSON, voucher_id=voucher_id))
    await relay(pool, port).send_due()
    code = await pool.fetchval("SELECT code FROM voucher WHERE voucher_id = $1", voucher_id)
    assert port.orders[0].body["text"] == {"zh": f"凭证 {code}", "en": f"your code is {code}"}


@pytest.mark.parametrize(
    ("fields", "failures", "reason"),
    [
        ({"person": PERSON}, [PartnerUnavailableError("notifier", "send", "no answer")], "notifier.send: no answer"),
        ({"voucher_id": "voucher-unknown"}, [], "no voucher voucher-unknown in the ledger"),
    ],
)
async def test_what_could_not_be_sent_stays_with_its_reason(
    pool: Pool, fields: dict[str, Any], failures: list[PartnerError], reason: str
) -> None:
    """It is tried again later; nothing is lost."""
    await queue(pool, notice(**fields))
    await relay(pool, Port(*failures)).send_due()
    row = await pool.fetchrow("SELECT sent_at, last_error, next_attempt_at > now() AS later FROM outbox")
    assert row is not None
    assert tuple(row) == (None, reason, True)


async def test_a_notice_that_cannot_be_read_does_not_hold_up_the_others(pool: Pool) -> None:
    """Its reason quotes nothing of it."""
    port = Port()
    await pool.execute(
        "INSERT INTO outbox (journey_id, key, payload) VALUES ($1, 'broken', $2)", JOURNEY, {"text": "张三"}
    )
    await queue(pool, notice(person=PERSON))
    await relay(pool, port).send_due()
    assert len(port.orders) == 1
    reason = await pool.fetchval("SELECT last_error FROM outbox WHERE key = 'broken'")
    assert reason == "the notice cannot be read"


async def test_a_running_relay_sends_what_is_announced_until_it_is_stopped(pool: Pool) -> None:
    """NOTIFY wakes it; a set stop event ends it."""
    port, stop = Port(), asyncio.Event()
    running = asyncio.create_task(relay(pool, port).run(stop))
    await queue(pool, notice(person=PERSON))
    await pool.execute("SELECT pg_notify('outbox', '')")
    async with asyncio.timeout(10):
        while not port.orders:
            await asyncio.sleep(0.01)
        stop.set()
        await running
    assert len(port.orders) == 1


async def test_a_relay_outlives_its_database_connections(pool: Pool) -> None:
    """PostgreSQL cuts every connection: the relay takes new ones and goes on."""
    port, stop = Port(), asyncio.Event()
    running = asyncio.create_task(relay(pool, port).run(stop))
    connection = await pool.acquire()
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await pool.release(connection)
    await queue(pool, notice(person=PERSON))
    async with asyncio.timeout(20):
        while not port.orders:
            await asyncio.sleep(0.01)
        stop.set()
        await running
    assert len(port.orders) == 1

"""The benefit ledger: idempotent, balanced and never overspent, whoever posts side by side."""

import asyncio
import random
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import asyncpg
import pytest

from activities.ledger import Ledger, LedgerConflictError
from privacy.vault import Vault
from schemas.ledger import (
    Commit,
    IssueVoucher,
    LimitQuery,
    Posted,
    Recover,
    Release,
    Reservation,
    Reserve,
    Voucher,
)
from storage.pool import open_pool

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
JOURNEY = "journey-" + "a" * 20


@pytest.fixture
def ledger(pool: Pool, vault: Vault) -> Ledger:
    """The ledger on the test's own database."""
    return Ledger(pool, vault)


def wish(number: int, wanted: str, *, insured: str = "1000", **other: str) -> IssueVoucher:
    """A request for voucher `number` of policy PN-0001, with up to `wanted` yuan."""
    reserve = Reserve(
        key=f"reserve-{number}",
        journey_id=other.get("journey_id", JOURNEY),
        product=other.get("product", "pingan-longterm-b"),
        policy_number=other.get("policy", "PN-0001"),
        period_from=date.fromisoformat(other.get("period_from", "2026-01-01")),
        sum_insured=Decimal(insured),
        wanted=Decimal(wanted),
    )
    return IssueVoucher(key=f"voucher-{number}", journey_id=JOURNEY, reserve=reserve, issued_on=date(2026, 3, 2))


def paid(number: int, amount: str) -> Commit:
    return Commit(key=f"commit-{number}", reservation=f"reserve-{number}", amount=Decimal(amount))


def given_back(number: int) -> Release:
    return Release(key=f"release-{number}", reservation=f"reserve-{number}")


def came_back(part: int, amount: str, **other: str) -> Recover:
    """Part number `part` of what the first commit paid."""
    return Recover(
        key=f"recover-{part}",
        journey_id=other.get("journey_id", JOURNEY),
        commit=other.get("commit", "commit-1"),
        amount=Decimal(amount),
    )


async def left(ledger: Ledger, insured: str = "1000", **other: str) -> Decimal:
    """What the limit of policy PN-0001 holds."""
    return (await ledger.available(limit(insured, **other))).available


def limit(insured: str = "1000", **other: str) -> LimitQuery:
    """A question about policy PN-0001."""
    return LimitQuery(
        product=other.get("product", "pingan-longterm-b"),
        policy_number=other.get("policy", "PN-0001"),
        period_from=date.fromisoformat(other.get("period_from", "2026-01-01")),
        sum_insured=Decimal(insured),
    )


async def test_what_is_only_set_aside_is_told_beside_what_is_left(ledger: Ledger) -> None:
    """What is paid does not come free again, what is set aside may."""
    told = [await ledger.available(limit())]
    await ledger.issue_voucher(wish(1, "700"))
    told.append(await ledger.available(limit()))
    await ledger.commit(paid(1, "600"))
    await ledger.issue_voucher(wish(2, "500"))
    told.append(await ledger.available(limit()))
    assert [f"{one.available} {one.reserved}" for one in told] == ["1000.00 0", "300.00 700.00", "0.00 400.00"]


def amounts(posted: Posted) -> tuple[object, ...]:
    return posted.committed, posted.released, posted.available


async def balances(pool: Pool) -> tuple[object, ...]:
    """(sum insured, available, reserved, committed) of the only period."""
    rows = await pool.fetch("SELECT sum_insured, available, reserved, committed FROM benefit_period")
    assert len(rows) == 1
    return tuple(rows[0])


async def test_reserve_takes_what_is_wanted_or_what_is_left(ledger: Ledger, pool: Pool) -> None:
    """The second claim gets the rest of the limit, the third nothing, and nobody is refused."""
    reservations = [(await ledger.issue_voucher(wish(number, "600"))).reservation for number in (1, 2, 3)]
    assert [one.granted for one in reservations] == [Decimal(600), Decimal(400), Decimal(0)]
    assert [one.available for one in reservations] == [Decimal(400), Decimal(0), Decimal(0)]
    assert await balances(pool) == (1000, 0, 1000, 0)


async def test_what_is_left_is_the_sum_insured_less_what_is_reserved_and_committed(ledger: Ledger) -> None:
    """What was released or came back counts as left again."""
    await ledger.issue_voucher(wish(1, "600"))
    assert await left(ledger) == 400
    await ledger.commit(paid(1, "450.50"))
    await ledger.issue_voucher(wish(2, "100"))
    assert await left(ledger) == Decimal("449.50")
    await ledger.release(given_back(2))
    await ledger.recover(came_back(1, "50.50"))
    assert await left(ledger) == 600
    await ledger.issue_voucher(wish(3, "600"))
    assert await left(ledger) == 0


@pytest.mark.parametrize(
    "other", [{"product": "pingan-cancer-drug"}, {"policy": "PN-0002"}, {"period_from": "2027-01-01"}]
)
async def test_a_period_that_nobody_opened_holds_the_sum_insured(
    ledger: Ledger, pool: Pool, other: dict[str, str]
) -> None:
    """Asking opens none and books nothing."""
    await ledger.issue_voucher(wish(1, "600"))
    assert await left(ledger, "1000.50", **other) == Decimal("1000.50")
    assert await pool.fetchval("SELECT count(*) FROM benefit_period") == 1
    assert await pool.fetchval("SELECT count(*) FROM journal") == 2


@pytest.mark.parametrize("insured", ["1000", "1500", "800", "600", "400"])
async def test_what_is_left_is_what_the_next_reserve_finds(ledger: Ledger, pool: Pool, insured: str) -> None:
    """Also when the contract states another sum insured by now: raised, lowered, or below what is bound."""
    await ledger.issue_voucher(wish(1, "600"))
    told = await left(ledger, insured)
    assert told == max(Decimal(insured) - 600, Decimal(0))
    assert await balances(pool) == (1000, 400, 600, 0)
    assert (await ledger.issue_voucher(wish(2, "9999", insured=insured))).reservation.granted == told


async def test_amounts_keep_their_fen(ledger: Ledger) -> None:
    """Money stays decimal on its way through the database."""
    voucher = await ledger.issue_voucher(wish(1, "0.10", insured="999999999999.99"))
    assert voucher.reservation.available == Decimal("999999999999.89")


async def test_commit_pays_and_releases_the_rest(ledger: Ledger, pool: Pool) -> None:
    """What was reserved and not needed goes back to the limit."""
    await ledger.issue_voucher(wish(1, "600"))
    answer = await ledger.commit(paid(1, "450.50"))
    assert answer == Posted(
        key="commit-1", committed=Decimal("450.50"), released=Decimal("149.50"), available=Decimal("549.50")
    )
    assert await balances(pool) == (1000, Decimal("549.50"), 0, Decimal("450.50"))


async def test_a_therapy_reserves_without_a_voucher(ledger: Ledger, pool: Pool) -> None:
    """It gets what the limit holds; a repeat that wants another amount gets the first answer."""
    first = await ledger.reserve(wish(1, "600").reserve)
    second = await ledger.reserve(wish(2, "600").reserve)
    assert [first.granted, second.granted, second.available] == [600, 400, 0]
    assert await ledger.reserve(wish(1, "900").reserve) == first
    assert await pool.fetchval("SELECT count(*) FROM voucher") == 0
    assert await balances(pool) == (1000, 0, 1000, 0)


async def test_a_therapy_is_settled_from_its_reservation_then_from_the_limit(ledger: Ledger, pool: Pool) -> None:
    """A dearer therapy takes what is free, never what a drug has reserved; given up, it gives everything back."""
    await ledger.reserve(wish(1, "500").reserve)
    await ledger.issue_voucher(wish(2, "300"))
    assert amounts(await ledger.commit(paid(1, "900"))) == (700, 0, 0)
    await ledger.reserve(wish(3, "100").reserve)
    await ledger.release(given_back(2))
    await ledger.release(given_back(3))
    assert await balances(pool) == (1000, 300, 0, 700)


async def test_a_reservation_key_belongs_to_one_journey(ledger: Ledger, pool: Pool) -> None:
    """The same key for another policy period is refused for good, with or without a voucher."""
    await ledger.issue_voucher(wish(1, "300"))
    with pytest.raises(LedgerConflictError, match="key reserve-1 was booked before"):
        await ledger.reserve(wish(1, "300", policy="PN-0002").reserve)
    assert await balances(pool) == (1000, 700, 300, 0)


async def test_commit_draws_on_the_limit_but_never_on_what_others_reserved(ledger: Ledger, pool: Pool) -> None:
    """A bill above its reservation takes what the limit still holds and no more."""
    await ledger.issue_voucher(wish(1, "300"))
    await ledger.issue_voucher(wish(2, "500"))
    answer = await ledger.commit(paid(1, "900"))
    assert amounts(answer) == (500, 0, 0)
    assert await balances(pool) == (1000, 0, 500, 500)


async def test_release_gives_everything_back(ledger: Ledger, pool: Pool) -> None:
    """A released reservation is as if it had never been made."""
    await ledger.issue_voucher(wish(1, "300"))
    answer = await ledger.release(given_back(1))
    assert amounts(answer) == (0, 300, 1000)
    assert await balances(pool) == (1000, 1000, 0, 0)


async def test_a_repeat_gets_the_first_answer(ledger: Ledger, pool: Pool) -> None:
    """The same key with the same content books nothing and answers as it did then, whatever happened since."""
    first: list[Voucher | Posted] = [await ledger.issue_voucher(wish(1, "300"))]
    first.append(await ledger.commit(paid(1, "200")))
    await ledger.issue_voucher(wish(2, "500"))
    assert await ledger.issue_voucher(wish(1, "300.00", insured="1000.00")) == first[0]
    assert await ledger.commit(paid(1, "200.0")) == first[1]
    assert await pool.fetchval("SELECT count(*) FROM journal") == 4
    assert await pool.fetchval("SELECT count(*) FROM voucher") == 2


@pytest.mark.parametrize(("wanted", "short"), [("250", "0"), ("450", "150")])
async def test_a_repeat_that_wants_another_amount_gets_the_first_reservation(
    ledger: Ledger, pool: Pool, wanted: str, short: str
) -> None:
    """The price may have changed between two tries of a workflow task; settling draws on the limit or releases."""
    first = await ledger.issue_voucher(wish(1, "300"))
    assert await ledger.issue_voucher(wish(1, wanted)) == first
    assert await balances(pool) == (1000, 700, 300, 0)
    posted = await ledger.commit(paid(1, wanted))
    assert (posted.committed, posted.available) == (Decimal(wanted), 700 - Decimal(short) + posted.released)


@pytest.mark.parametrize(
    "changed",
    [
        wish(1, "300", insured="2000"),
        wish(1, "300", policy="PN-0002"),
        wish(1, "300", period_from="2027-01-01"),
        wish(1, "300", product="pingan-cancer-drug"),
        wish(1, "300", journey_id="journey-" + "b" * 20),
    ],
    ids=["another sum insured", "another policy", "another period", "another product", "another journey"],
)
async def test_a_key_that_returns_with_other_content_is_refused(
    ledger: Ledger, pool: Pool, changed: IssueVoucher
) -> None:
    """The refusal names the key, is not retried, and leaves every balance and period as it was."""
    await ledger.issue_voucher(wish(1, "300"))
    with pytest.raises(LedgerConflictError, match="key reserve-1 was booked before") as caught:
        await ledger.issue_voucher(changed)
    assert (caught.value.type, caught.value.non_retryable) == ("LedgerConflict", True)
    assert await balances(pool) == (1000, 700, 300, 0)


async def test_a_commit_key_that_returns_with_another_amount_is_refused(ledger: Ledger, pool: Pool) -> None:
    """A second bill needs a second reservation."""
    await ledger.issue_voucher(wish(1, "300"))
    await ledger.commit(paid(1, "200"))
    with pytest.raises(LedgerConflictError, match="key commit-1 was booked before"):
        await ledger.commit(paid(1, "201"))
    assert await balances(pool) == (1000, 800, 0, 200)


async def test_a_reservation_is_closed_once(ledger: Ledger, pool: Pool) -> None:
    """After a commit there is nothing to release, and after a release nothing to commit."""
    await ledger.issue_voucher(wish(1, "300"))
    await ledger.issue_voucher(wish(2, "300"))
    await ledger.commit(paid(1, "100"))
    await ledger.release(given_back(2))
    with pytest.raises(LedgerConflictError, match="reservation reserve-1 was closed before"):
        await ledger.release(given_back(1))
    with pytest.raises(LedgerConflictError, match="reservation reserve-2 was closed before"):
        await ledger.commit(paid(2, "100"))
    assert await balances(pool) == (1000, 900, 0, 100)


async def test_an_unknown_reservation_is_refused(ledger: Ledger) -> None:
    """There is nothing to commit without a reservation."""
    with pytest.raises(LedgerConflictError, match="no reservation reserve-1"):
        await ledger.commit(paid(1, "1"))


async def test_what_came_back_returns_to_the_limit(ledger: Ledger, pool: Pool) -> None:
    """A benefit that was paid wrongly can be paid to another claim once it is back."""
    await ledger.issue_voucher(wish(1, "1000"))
    await ledger.commit(paid(1, "1000"))
    answer = await ledger.recover(came_back(1, "1000"))
    assert answer == Posted(key="recover-1", committed=Decimal(0), released=Decimal(1000), available=Decimal(1000))
    assert await balances(pool) == (1000, 1000, 0, 0)
    assert (await ledger.issue_voucher(wish(2, "700"))).reservation.granted == 700


async def test_a_benefit_may_come_back_in_parts(ledger: Ledger, pool: Pool) -> None:
    """Each part has its key and says what stays paid; together they reach what was paid, to the fen."""
    await ledger.issue_voucher(wish(1, "300"))
    await ledger.commit(paid(1, "250.50"))
    parts = [await ledger.recover(came_back(part, amount)) for part, amount in enumerate(("100", "150.49", "0.01"))]
    assert [one.committed for one in parts] == [Decimal("150.50"), Decimal("0.01"), 0]
    assert await balances(pool) == (1000, 1000, 0, 0)
    assert await pool.fetchval("SELECT sum(amount) FROM entry") == 0


@pytest.mark.parametrize(("earlier", "amount"), [("0", "250.51"), ("250.50", "0.01"), ("100", "150.51")])
async def test_no_more_comes_back_than_was_paid(ledger: Ledger, pool: Pool, earlier: str, amount: str) -> None:
    """The commit counts, not its reservation nor what others were paid; the refusal names all three sums."""
    for number, bill in ((1, "250.50"), (2, "300")):
        await ledger.issue_voucher(wish(number, "400"))
        await ledger.commit(paid(number, bill))
    await ledger.recover(came_back(1, earlier))
    before = await balances(pool)
    refusal = rf"{amount} cannot come back of commit commit-1: it paid 250\.50, of which {earlier}(\.00)? came back"
    with pytest.raises(LedgerConflictError, match=refusal) as caught:
        await ledger.recover(came_back(2, amount))
    assert (caught.value.type, caught.value.non_retryable) == ("LedgerConflict", True)
    assert await balances(pool) == before


async def test_a_recovery_that_is_repeated_is_booked_once(ledger: Ledger, pool: Pool) -> None:
    """It answers as it did then, although nothing of the commit is left to come back."""
    await ledger.issue_voucher(wish(1, "300"))
    await ledger.commit(paid(1, "300"))
    first = await ledger.recover(came_back(1, "100"))
    await ledger.recover(came_back(2, "200"))
    assert await ledger.recover(came_back(1, "100.00")) == first
    assert await balances(pool) == (1000, 1000, 0, 0)
    assert await pool.fetchval("SELECT count(*) FROM journal WHERE kind = 'recover'") == 2


@pytest.mark.parametrize(
    "changed",
    [
        came_back(1, "99"),
        came_back(1, "100", commit="commit-2"),
        Recover(**(came_back(1, "1").model_dump() | {"key": "commit-1"})),
    ],
    ids=["another amount", "another commit", "the commit's own key"],
)
async def test_a_recovery_key_that_returns_with_other_content_is_refused(
    ledger: Ledger, pool: Pool, changed: Recover
) -> None:
    """A second recovery needs a key of its own."""
    for number in (1, 2):
        await ledger.issue_voucher(wish(number, "300"))
        await ledger.commit(paid(number, "300"))
    await ledger.recover(came_back(1, "100"))
    with pytest.raises(LedgerConflictError, match=f"key {changed.key} was booked before"):
        await ledger.recover(changed)
    assert await balances(pool) == (1000, 500, 0, 500)


@pytest.mark.parametrize(
    "wrong",
    [
        came_back(1, "1", commit="commit-9"),
        came_back(1, "1", commit="reserve-1"),
        came_back(1, "1", commit="release-2"),
        came_back(1, "1", journey_id="journey-" + "b" * 20),
    ],
    ids=["no commit", "a reservation", "a release", "another journey's commit"],
)
async def test_only_what_this_journey_was_paid_comes_back(ledger: Ledger, pool: Pool, wrong: Recover) -> None:
    """The refusal names the commit that there is not."""
    await ledger.issue_voucher(wish(1, "300"))
    await ledger.issue_voucher(wish(2, "300"))
    await ledger.commit(paid(1, "300"))
    await ledger.release(given_back(2))
    with pytest.raises(LedgerConflictError, match=f"no commit {wrong.commit} of this journey"):
        await ledger.recover(wrong)
    assert await balances(pool) == (1000, 700, 0, 300)


async def test_what_came_back_meets_a_lowered_sum_insured(ledger: Ledger, pool: Pool) -> None:
    """The next reserve takes the limit the rest of the way down, as after a release."""
    await ledger.issue_voucher(wish(1, "600"))
    await ledger.commit(paid(1, "600"))
    await ledger.issue_voucher(wish(2, "0", insured="400"))
    assert await balances(pool) == (600, 0, 0, 600)
    await ledger.recover(came_back(1, "500"))
    assert (await ledger.issue_voucher(wish(3, "400", insured="400"))).reservation.granted == 300
    assert await balances(pool) == (400, 0, 300, 100)


async def test_a_changed_sum_insured_is_an_adjustment(ledger: Ledger, pool: Pool) -> None:
    """A higher sum adds to the limit; a lower one takes what is free and, later, what was released."""
    await ledger.issue_voucher(wish(1, "600"))
    raised = await ledger.issue_voucher(wish(2, "100", insured="1500"))
    assert raised.reservation.available == 800
    lowered = await ledger.issue_voucher(wish(3, "50", insured="400"))
    assert lowered.reservation.granted == 0
    assert await balances(pool) == (700, 0, 700, 0)
    await ledger.release(given_back(1))
    assert (await ledger.issue_voucher(wish(4, "400", insured="400"))).reservation.granted == 300
    assert await balances(pool) == (400, 0, 400, 0)


async def test_the_journal_tells_what_was_asked(ledger: Ledger, pool: Pool) -> None:
    """Whoever reads the books sees the sum insured of an opening, and what was wanted beside what was granted."""
    await ledger.issue_voucher(wish(1, "1200.5"))
    rows = await pool.fetch("SELECT kind, request, answer FROM journal ORDER BY journal_id")
    opened, reserved = ({"kind": row["kind"]} | row["request"] | row["answer"] for row in rows)
    assert (opened["kind"], opened["sum_insured"]) == ("open", "1000")
    assert (reserved["wanted"], reserved["sum_insured"], reserved["granted"]) == ("1200.50", "1000.00", "1000.00")


async def test_periods_and_policies_do_not_share_a_limit(ledger: Ledger, pool: Pool) -> None:
    """Each policy period has accounts of its own."""
    await ledger.issue_voucher(wish(1, "1000"))
    other = await ledger.issue_voucher(wish(2, "1000", policy="PN-0002"))
    assert other.reservation.granted == 1000
    assert await pool.fetchval("SELECT count(*) FROM benefit_period") == 2


async def test_fifty_reserves_at_once_never_overspend(database: str, vault: Vault) -> None:
    """Of 50 claims for 100 each against a limit of 1000, on a connection each, ten are granted in full."""
    pool = await open_pool(database, min_size=50, max_size=50)
    ledger = Ledger(pool, vault)
    vouchers = await asyncio.gather(*(ledger.issue_voucher(wish(number, "100")) for number in range(50)))
    granted = sorted(voucher.reservation.granted for voucher in vouchers)
    assert granted == [0] * 40 + [100] * 10
    assert await balances(pool) == (1000, 0, 1000, 0)
    await pool.close()


async def test_therapies_and_drugs_at_once_never_overspend(database: str, vault: Vault) -> None:
    """25 therapies without a voucher and 25 drugs with one, for 100 each against a limit of 1000: ten are granted."""
    pool = await open_pool(database, min_size=50, max_size=50)
    ledger = Ledger(pool, vault)

    async def claim(number: int) -> Reservation:
        if number % 2:
            return await ledger.reserve(wish(number, "100").reserve)
        return (await ledger.issue_voucher(wish(number, "100"))).reservation

    granted = [one.granted for one in await asyncio.gather(*(claim(number) for number in range(50)))]
    assert sorted(granted) == [0] * 40 + [100] * 10
    assert await balances(pool) == (1000, 0, 1000, 0)
    posted = await asyncio.gather(*(ledger.commit(paid(number, str(60 + number))) for number in range(50)))
    total = sum(one.committed for one in posted)
    # who draws what a cheap one of the ten gives back depends on who comes first; what the ten were granted does not
    least = sum(min(60 + number, 100) for number, amount in enumerate(granted) if amount)
    assert least <= total <= 1000
    assert await balances(pool) == (1000, 1000 - total, 0, total)
    assert all(one.committed <= 60 + number for number, one in enumerate(posted))
    assert await pool.fetchval("SELECT count(*) FROM voucher") == 25
    await pool.close()


async def test_one_request_sent_many_times_at_once_is_booked_once(database: str, vault: Vault) -> None:
    """Twenty copies of one request get one voucher and one reservation."""
    pool = await open_pool(database, min_size=20, max_size=20)
    ledger = Ledger(pool, vault)
    vouchers = await asyncio.gather(*(ledger.issue_voucher(wish(1, "100")) for _ in range(20)))
    assert len(set(vouchers)) == 1
    assert await balances(pool) == (1000, 900, 100, 0)
    await pool.close()


async def test_commits_and_releases_at_once_keep_the_sum(database: str, vault: Vault) -> None:
    """While 40 claims reserve, overspend and give back side by side, the accounts always add up."""
    pool = await open_pool(database, min_size=20, max_size=20)
    ledger = Ledger(pool, vault)

    async def claim(number: int) -> Posted:
        await ledger.issue_voucher(wish(number, "70"))
        closing = (
            ledger.release(given_back(number)) if number % 3 == 0 else ledger.commit(paid(number, str(number * 2)))
        )
        return await closing

    posted = await asyncio.gather(*(claim(number) for number in range(40)))
    total = sum(one.committed for one in posted)
    assert await balances(pool) == (1000, 1000 - total, 0, total)
    assert await pool.fetchval("SELECT sum(amount) FROM entry") == 0
    await pool.close()


async def test_recoveries_at_once_never_exceed_what_was_paid(database: str, vault: Vault) -> None:
    """Of 20 parts of 100 that come back side by side of a benefit of 1000, on a connection each, ten are taken."""
    pool = await open_pool(database, min_size=20, max_size=20)
    ledger = Ledger(pool, vault)
    await ledger.issue_voucher(wish(1, "1000"))
    await ledger.commit(paid(1, "1000"))
    answers = await asyncio.gather(
        *(ledger.recover(came_back(part, "100")) for part in range(20)), return_exceptions=True
    )
    refused = [one for one in answers if isinstance(one, LedgerConflictError)]
    assert (len(answers), len(refused)) == (20, 10)
    assert sorted(one.committed for one in answers if isinstance(one, Posted)) == list(range(0, 1000, 100))
    assert await balances(pool) == (1000, 1000, 0, 0)
    await pool.close()


async def test_one_recovery_sent_many_times_at_once_is_booked_once(database: str, vault: Vault) -> None:
    """Twenty copies get one answer, while another claim reserves."""
    pool = await open_pool(database, min_size=21, max_size=21)
    ledger = Ledger(pool, vault)
    await ledger.issue_voucher(wish(1, "1000"))
    await ledger.commit(paid(1, "1000"))
    copies = asyncio.gather(*(ledger.recover(came_back(1, "300")) for _ in range(20)))
    await ledger.issue_voucher(wish(2, "0"))
    assert len(set(await copies)) == 1
    assert await balances(pool) == (1000, 300, 0, 700)
    await pool.close()


@pytest.mark.parametrize("seed", range(5))
async def test_any_sequence_agrees_with_a_simple_model(ledger: Ledger, pool: Pool, seed: int) -> None:
    """Random postings, repeats included, leave the balances that plain arithmetic gives."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable test, no secret
    available, committed = Decimal(1000), Decimal(0)
    open_: dict[int, Decimal] = {}
    benefits: dict[int, Decimal] = {}
    for number in range(60):
        move = dice.choice(["reserve", "commit", "release", "recover"])
        if move == "reserve" or not open_:
            request = wish(number, str(Decimal(dice.randrange(30_000)) / 100))
            for _ in range(dice.choice([1, 1, 2])):
                voucher = await ledger.issue_voucher(request)
            open_[number] = min(request.reserve.wanted, available)
            assert voucher.reservation.granted == open_[number]
            available -= open_[number]
        elif move == "commit":
            closed = dice.choice(list(open_))
            bill = Decimal(dice.randrange(40_000)) / 100
            answer = await ledger.commit(paid(closed, str(bill)))
            held = open_.pop(closed)
            assert answer.committed == min(bill, held + available)
            available += held - answer.committed
            committed += answer.committed
            benefits[closed] = answer.committed
        elif move == "recover" and benefits:
            benefit = dice.choice(list(benefits))
            back = Decimal(dice.randrange(int(benefits[benefit] * 100) + 1)) / 100
            benefits[benefit] -= back
            for _ in range(dice.choice([1, 1, 2])):
                answer = await ledger.recover(came_back(number, str(back), commit=f"commit-{benefit}"))
                assert answer.committed == benefits[benefit]
            available += back
            committed -= back
        else:
            closed = dice.choice(list(open_))
            await ledger.release(given_back(closed))
            available += open_.pop(closed)
        assert await balances(pool) == (1000, available, sum(open_.values()), committed)


async def test_a_lost_connection_is_not_a_refusal(ledger: Ledger, pool: Pool) -> None:
    """What Temporal should retry reaches it as it is."""
    await pool.close()
    with pytest.raises(asyncpg.InterfaceError):
        await ledger.commit(paid(1, "1"))

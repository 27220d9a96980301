"""Vouchers: issued once with their reservation, checked against guessing, redeemed once."""

import asyncio
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
    PrescriptionsQuery,
    Release,
    Reserve,
    Voucher,
    VoucherCheck,
    VoucherRenewal,
)
from storage import queries

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
JOURNEY = "journey-" + "a" * 20
TODAY = date(2026, 3, 2)
LAST_DAY = date(2026, 4, 1)
OTHER_JOURNEY = "journey-" + "b" * 20


@pytest.fixture
def ledger(pool: Pool, vault: Vault) -> Ledger:
    """The ledger on the test's own database."""
    return Ledger(pool, vault)


def wish(key: str = "voucher-1", reserve_key: str = "reserve-1", last_day: date | None = LAST_DAY) -> IssueVoucher:
    reserve = Reserve(
        key=reserve_key,
        journey_id=JOURNEY,
        product="yuanxin-cancer-drug",
        policy_number="PN-0001",
        period_from=date(2026, 1, 1),
        sum_insured=Decimal(1000),
        wanted=Decimal(100),
    )
    return IssueVoucher(key=key, journey_id=JOURNEY, reserve=reserve, issued_on=TODAY, last_day=last_day)


async def code_of(pool: Pool, voucher: Voucher) -> str:
    row = await pool.fetchrow(queries.load("ledger")["voucher_code"], voucher.voucher_id)
    assert row
    return str(row["code"])


async def check(ledger: Ledger, voucher: Voucher, code: str, on: date = TODAY) -> str:
    return (await ledger.check_voucher(VoucherCheck(voucher_id=voucher.voucher_id, code=code, on=on))).standing


async def close(ledger: Ledger, voucher: Voucher, how: str, key: str = "closing-1") -> None:
    """Pay the benefit, give it back, or give it back although the drug was handed over."""
    reservation = voucher.reservation.key
    if how == "paid":
        await ledger.commit(Commit(key=key, reservation=reservation, amount=Decimal(80)))
    else:
        await ledger.release(Release(key=key, reservation=reservation, handed_over=how == "handed over, not paid"))


async def test_each_voucher_has_an_unguessable_code_of_its_own(ledger: Ledger, pool: Pool) -> None:
    """Twelve characters that cannot be misread, different each time, and never part of the answer."""
    vouchers = [await ledger.issue_voucher(wish(f"voucher-{n}", f"reserve-{n}")) for n in range(20)]
    codes = {await code_of(pool, voucher) for voucher in vouchers}
    assert len(codes) == 20
    assert all(len(code) == 12 and not set(code) & set("01ILOU") for code in codes)
    assert not any(code in voucher.model_dump_json() for code, voucher in zip(codes, vouchers, strict=True))


async def test_a_repeat_gets_the_same_voucher_and_code(ledger: Ledger, pool: Pool) -> None:
    """An issue that is sent again does not invalidate the code that the patient already has."""
    first = await ledger.issue_voucher(wish())
    code = await code_of(pool, first)
    assert await ledger.issue_voucher(wish()) == first
    assert await code_of(pool, first) == code


def tomorrow(wanted: str = "100") -> IssueVoucher:
    """The same request as a workflow task reckons it that is tried again after midnight."""
    first = wish()
    reserve = first.reserve.model_copy(update={"wanted": Decimal(wanted)})
    days = {"issued_on": date(2026, 3, 3), "last_day": date(2026, 4, 2)}
    return first.model_copy(update={"reserve": reserve, **days})


async def test_a_repeat_after_midnight_gets_the_first_voucher_with_its_days(ledger: Ledger, pool: Pool) -> None:
    """The patient holds one voucher, and its last day is the one that was issued."""
    first = await ledger.issue_voucher(wish())
    assert (first.issued_on, first.last_day) == (TODAY, LAST_DAY)
    assert await ledger.issue_voucher(tomorrow()) == first
    assert await check(ledger, first, await code_of(pool, first), date(2026, 4, 2)) == "expired"
    assert await pool.fetchval("SELECT count(*) FROM voucher") == 1


async def test_a_repeat_may_bring_a_last_day_that_the_first_had_not(ledger: Ledger) -> None:
    """A voucher issued without a last day keeps none."""
    lasting = await ledger.issue_voucher(wish(last_day=None))
    assert (lasting.issued_on, lasting.last_day) == (TODAY, None)
    assert await ledger.issue_voucher(wish()) == lasting


async def test_two_tries_of_one_task_at_once_get_one_voucher(ledger: Ledger, pool: Pool) -> None:
    """The one that comes second, on another day and after another price, answers as the one that was first."""
    tries = [wish() if number % 2 else tomorrow("120") for number in range(10)]
    vouchers = await asyncio.gather(*(ledger.issue_voucher(one) for one in tries))
    assert len(set(vouchers)) == 1
    assert await pool.fetchval("SELECT count(*) FROM voucher") == 1
    assert await pool.fetchval("SELECT reserved FROM benefit_period") == vouchers[0].reservation.granted


def test_an_answer_recorded_before_vouchers_told_their_days_is_still_read() -> None:
    """Histories of journeys in flight hold such answers."""
    reservation = {"key": "reserve-1", "granted": "100.00", "available": "900.00"}
    voucher = Voucher.model_validate({"voucher_id": "voucher-1", "reservation": reservation})
    assert (voucher.issued_on, voucher.last_day) == (None, None)


@pytest.mark.parametrize(
    "changed",
    [
        wish(key="voucher-2"),
        wish(reserve_key="reserve-2"),
        wish().model_copy(update={"journey_id": OTHER_JOURNEY}),
    ],
)
async def test_a_voucher_is_not_issued_twice_with_other_content(
    ledger: Ledger, pool: Pool, changed: IssueVoucher
) -> None:
    """One key means one voucher, one reservation has one voucher, and a refused issue reserves nothing."""
    await ledger.issue_voucher(wish())
    with pytest.raises(LedgerConflictError, match="was issued before"):
        await ledger.issue_voucher(changed)
    assert await pool.fetchval("SELECT reserved FROM benefit_period") == 100


async def test_the_right_code_is_verified_however_it_is_typed(ledger: Ledger, pool: Pool) -> None:
    """Groups with hyphens and small letters are the same code."""
    voucher = await ledger.issue_voucher(wish())
    code = await code_of(pool, voucher)
    assert await check(ledger, voucher, code) == "verified"
    assert await check(ledger, voucher, f"{code[:4]}-{code[4:8]}-{code[8:]}".lower()) == "verified"


async def test_a_voucher_is_good_on_its_last_day_and_expired_the_day_after(ledger: Ledger, pool: Pool) -> None:
    """The last day counts in full; a voucher without one does not expire."""
    voucher = await ledger.issue_voucher(wish())
    code = await code_of(pool, voucher)
    assert await check(ledger, voucher, code, LAST_DAY) == "verified"
    assert await check(ledger, voucher, code, date(2026, 4, 2)) == "expired"
    lasting = await ledger.issue_voucher(wish("voucher-2", "reserve-2", last_day=None))
    assert await check(ledger, lasting, await code_of(pool, lasting), date(2036, 1, 1)) == "verified"


async def test_five_different_wrong_codes_lock_a_voucher(ledger: Ledger, pool: Pool) -> None:
    """After the fifth not even the right code helps; the voucher goes back with what was set aside for it."""
    voucher = await ledger.issue_voucher(wish())
    answers = [await check(ledger, voucher, f"WRONG{number}") for number in range(5)]
    assert answers == ["wrong_code"] * 4 + ["locked"]
    assert await check(ledger, voucher, await code_of(pool, voucher)) == "locked"
    await close(ledger, voucher, "given back")
    assert await check(ledger, voucher, await code_of(pool, voucher)) == "void"


async def test_the_same_wrong_code_counts_once(ledger: Ledger, pool: Pool) -> None:
    """A repeated check, by a retry or by a person reading the same line again, is no new guess."""
    voucher = await ledger.issue_voucher(wish())
    assert {await check(ledger, voucher, "WRONG1") for _ in range(8)} == {"wrong_code"}
    assert await check(ledger, voucher, await code_of(pool, voucher)) == "verified"


async def test_guesses_at_once_are_counted_one_after_another(ledger: Ledger) -> None:
    """Many parallel guesses are no way round the lock."""
    voucher = await ledger.issue_voucher(wish())
    answers = await asyncio.gather(*(check(ledger, voucher, f"WRONG{number}") for number in range(10)))
    assert sorted(answers) == ["locked"] * 6 + ["wrong_code"] * 4


@pytest.mark.parametrize(
    ("how", "standing", "paid"),
    [("paid", "redeemed", 80), ("given back", "void", 0), ("handed over, not paid", "redeemed", 0)],
)
async def test_a_voucher_is_closed_once_and_with_its_reservation(
    ledger: Ledger, pool: Pool, how: str, standing: str, paid: int
) -> None:
    """The same key again is harmless; any other is refused, and the other voucher of the journey stays open."""
    voucher, other = await ledger.issue_voucher(wish()), await ledger.issue_voucher(wish("voucher-2", "reserve-2"))
    for _ in range(2):
        await close(ledger, voucher, how)
        assert await check(ledger, voucher, await code_of(pool, voucher)) == standing
    for another in ("paid", "given back"):
        with pytest.raises(LedgerConflictError, match="was closed before under another key"):
            await close(ledger, voucher, another, "closing-2")
    assert tuple(await pool.fetchrow("SELECT reserved, committed FROM benefit_period") or ()) == (100, paid)
    assert await check(ledger, other, await code_of(pool, other)) == "verified"
    assert await pool.fetchval("SELECT closed_by FROM voucher WHERE closed_at IS NOT NULL") == "closing-1"


async def renew(ledger: Ledger, voucher: Voucher, key: str = "renew-voucher-1") -> str:
    return (await ledger.renew_voucher(VoucherRenewal(voucher_id=voucher.voucher_id, key=key))).standing


async def test_another_code_opens_a_locked_voucher_and_the_one_before_nothing(ledger: Ledger, pool: Pool) -> None:
    """What was guessed is forgotten; reservation and last day stay."""
    voucher = await ledger.issue_voucher(wish())
    before = await code_of(pool, voucher)
    for number in range(5):
        await check(ledger, voucher, f"WRONG{number}")
    assert await renew(ledger, voucher) == "issued"
    assert [await check(ledger, voucher, f"WRONG{number}") for number in range(3)] == ["wrong_code"] * 3
    assert await check(ledger, voucher, before) == "wrong_code"
    code = await code_of(pool, voucher)
    assert [await check(ledger, voucher, code, on) for on in (LAST_DAY, date(2026, 4, 2))] == ["verified", "expired"]
    assert await pool.fetchval("SELECT reserved FROM benefit_period") == 100


async def test_a_repeated_renewal_gives_no_further_code(ledger: Ledger, pool: Pool) -> None:
    """The patient holds the code of the first; an earlier key counts as a repeat, too, and does not unlock."""
    voucher, other = await ledger.issue_voucher(wish()), await ledger.issue_voucher(wish("voucher-2", "reserve-2"))
    kept = await code_of(pool, other)
    codes = [await code_of(pool, voucher)]
    for key in ("renew-voucher-1", "renew-voucher-1", "renew-voucher-2", "renew-voucher-1"):
        assert await renew(ledger, voucher, key) == "issued"
        codes.append(await code_of(pool, voucher))
    assert [codes.index(code) for code in codes] == [0, 1, 1, 3, 3]
    for number in range(5):
        await check(ledger, voucher, f"WRONG{number}")
    assert await renew(ledger, voucher, "renew-voucher-2") == "locked"
    assert await code_of(pool, other) == kept


@pytest.mark.parametrize(("how", "standing"), [("paid", "redeemed"), ("given back", "void")])
async def test_a_closed_voucher_gets_no_other_code(ledger: Ledger, how: str, standing: str) -> None:
    """Nor one that nobody issued; the message says which."""
    voucher = await ledger.issue_voucher(wish())
    await close(ledger, voucher, how)
    with pytest.raises(LedgerConflictError, match=f"is {standing} and gets no other code"):
        await renew(ledger, voucher)
    with pytest.raises(LedgerConflictError, match="no voucher voucher-none"):
        await renew(ledger, voucher.model_copy(update={"voucher_id": "voucher-none"}))


async def test_an_unknown_voucher_is_refused(ledger: Ledger) -> None:
    """The message says what was asked for."""
    voucher = await ledger.issue_voucher(wish())
    with pytest.raises(LedgerConflictError, match="no voucher voucher-none"):
        await check(ledger, voucher.model_copy(update={"voucher_id": "voucher-none"}), "WRONG1")


# Prescriptions of other claims on the policy.


def prescribed(number: int, on: date | None, journey: str = OTHER_JOURNEY, drug: str = "osimertinib") -> IssueVoucher:
    """The voucher of a prescription of `on`."""
    order = wish(f"voucher-{number}", f"reserve-{number}")
    reserve = order.reserve.model_copy(update={"journey_id": journey})
    return order.model_copy(update={"reserve": reserve, "journey_id": journey, "drug_id": drug, "prescribed_on": on})


async def nearby(ledger: Ledger, on: date, **other: str) -> date | None:
    query = PrescriptionsQuery(
        product="yuanxin-cancer-drug",
        policy_number="PN-0001",
        journey_id=JOURNEY,
        drug_id="osimertinib",
        prescribed_on=on,
    )
    return (await ledger.prescribed_nearby(query.model_copy(update=other))).prescribed_on


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        (date(2026, 2, 1), date(2026, 2, 20)),
        (date(2026, 2, 20), date(2026, 2, 20)),
        (date(2026, 3, 1), date(2026, 2, 20)),
        (date(2026, 3, 2), date(2026, 2, 20)),  # as near as the other: the earlier one
        (date(2026, 3, 3), date(2026, 3, 12)),
        (date(2026, 6, 1), date(2026, 3, 12)),
    ],
)
async def test_the_nearest_prescription_of_another_claim_is_told(ledger: Ledger, asked: date, nearest: date) -> None:
    """chinalife-cancer-rider/LIM-2: whether it was written before or after."""
    for number, on in enumerate([date(2026, 2, 20), date(2026, 3, 12), date(2026, 1, 1)]):
        await ledger.issue_voucher(prescribed(number, on))
    assert await nearby(ledger, asked) == nearest


async def test_prescriptions_that_count_for_nothing_are_not_told(ledger: Ledger) -> None:
    """The claim's own, another drug's or policy's, an unknown day, and a voucher that was given back."""
    await ledger.issue_voucher(prescribed(1, TODAY, journey=JOURNEY))
    await ledger.issue_voucher(prescribed(2, TODAY, drug="another"))
    await ledger.issue_voucher(prescribed(3, None))
    await close(ledger, await ledger.issue_voucher(prescribed(4, TODAY)), "given back")
    assert await nearby(ledger, TODAY) is None
    await close(ledger, await ledger.issue_voucher(prescribed(5, TODAY)), "paid", "closing-2")
    assert await nearby(ledger, TODAY) == TODAY
    assert await nearby(ledger, TODAY, policy_number="PN-0002") is None
    assert await nearby(ledger, TODAY, product="axa-excellence") is None


async def test_a_voucher_tells_of_the_one_that_came_before_it(ledger: Ledger) -> None:
    """Of two at once the second sees the first: the period is held from the reservation to the voucher."""
    first, second = prescribed(1, date(2026, 3, 2)), prescribed(2, date(2026, 3, 9), journey=JOURNEY)
    vouchers = await asyncio.gather(ledger.issue_voucher(first), ledger.issue_voucher(second))
    seen = [voucher.prescribed_nearby_on for voucher in vouchers]
    assert seen in ([None, date(2026, 3, 2)], [date(2026, 3, 9), None])

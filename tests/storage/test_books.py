"""The database keeps the books by itself: what no posting function would send is refused all the same."""

from typing import TypeAlias

import asyncpg
import pytest

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

OPEN = "SELECT reserve('reserve-1', 'some journey', 'some-product', 'PN-0001', '2026-01-01', 1000, 600)"
POST = """
    WITH posting AS (
        INSERT INTO journal (key, kind, period_id, journey_id, request, answer)
        SELECT 'raw-posting', 'reserve', period_id, 'some journey', '{}', '{}' FROM benefit_period
        RETURNING journal_id
    )
    INSERT INTO entry
    SELECT journal_id, account, amount FROM posting, unnest($1::text[], $2::numeric[]) AS line (account, amount)
"""
POST_TWO_HALVES = """
    WITH posting AS (
        INSERT INTO journal (key, kind, period_id, journey_id, request, answer)
        SELECT account, 'reserve', period_id, 'some journey', '{}', '{}'
        FROM benefit_period, unnest(ARRAY['available', 'reserved']) AS account
        RETURNING journal_id, key
    )
    INSERT INTO entry SELECT journal_id, key, CASE key WHEN 'reserved' THEN 10 ELSE -10 END FROM posting
"""
OPEN_FULL = """
    INSERT INTO benefit_period (product, policy_number, period_from, sum_insured, available)
    VALUES ('some-product', 'PN-0002', '2026-01-01', 5, 5)
"""


@pytest.fixture
async def books(pool: Pool) -> Pool:
    """A database with one period of 1000, of which 600 are reserved."""
    await pool.execute(OPEN)
    return pool


async def balances(pool: Pool) -> list[int]:
    row = await pool.fetchrow("SELECT sum_insured, available, reserved, committed FROM benefit_period")
    assert row
    return [int(amount) for amount in row.values()]


async def test_a_balanced_posting_is_taken(books: Pool) -> None:
    """The statement that the tests below send is sound but for what they change in it."""
    await books.execute(POST, ["available", "reserved"], [-400, 400])
    assert await balances(books) == [1000, 0, 1000, 0]


async def test_overspending_is_refused(books: Pool) -> None:
    """A balanced posting beyond the limit fails on the balance."""
    with pytest.raises(asyncpg.CheckViolationError, match="available"):
        await books.execute(POST, ["available", "reserved"], [-401, 401])
    assert await balances(books) == [1000, 400, 600, 0]


async def test_money_from_nowhere_is_refused(books: Pool) -> None:
    """A posting with one side only breaks the sum of the accounts."""
    with pytest.raises(asyncpg.CheckViolationError, match="limit_is_never_overspent"):
        await books.execute(POST, ["reserved"], [1])


async def test_two_postings_that_balance_only_together_are_refused(books: Pool) -> None:
    """Each journal row must balance by itself when the transaction ends."""
    with pytest.raises(asyncpg.CheckViolationError, match="not to zero"):
        await books.execute(POST_TWO_HALVES)
    assert await balances(books) == [1000, 400, 600, 0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE benefit_period SET sum_insured = sum_insured + 1, available = available + 1",
        OPEN_FULL,
        "UPDATE entry SET amount = amount * 2",
        "DELETE FROM entry",
        "UPDATE journal SET answer = '{}'",
        "DELETE FROM journal",
        "TRUNCATE journal CASCADE",
        "TRUNCATE entry",
    ],
)
async def test_the_books_are_not_rewritten(books: Pool, statement: str) -> None:
    """Journal and entries are append-only, and balances move by entries alone."""
    with pytest.raises(asyncpg.RestrictViolationError, match="refused"):
        await books.execute(statement)
    assert await balances(books) == [1000, 400, 600, 0]


async def test_a_reservation_cannot_be_closed_twice(books: Pool) -> None:
    """Even past the posting functions, one reservation has one closing row."""
    close = """
        INSERT INTO journal (key, kind, period_id, journey_id, closes, request, answer)
        SELECT $1, 'release', period_id, journey_id, journal_id, '{}', '{}' FROM journal WHERE key = 'reserve-1'
    """
    await books.execute(close, "first-close")
    with pytest.raises(asyncpg.UniqueViolationError):
        await books.execute(close, "second-close")


@pytest.mark.parametrize(
    ("kind", "recovers", "closes"),
    [("recover", False, False), ("recover", True, True), ("reserve", True, False), ("commit", True, True)],
)
async def test_a_recovery_names_its_commit_and_nothing_else_does(
    books: Pool, kind: str, recovers: object, closes: object
) -> None:
    """Nor does a recovery close a reservation: the commit did."""
    row = """
        INSERT INTO journal (key, kind, period_id, journey_id, recovers, closes, request, answer)
        SELECT 'raw-posting', $1, period_id, journey_id,
            CASE WHEN $2 THEN journal_id END, CASE WHEN $3 THEN journal_id END, '{}', '{}'
        FROM journal WHERE key = 'reserve-1'
    """
    with pytest.raises(asyncpg.CheckViolationError):
        await books.execute(row, kind, recovers, closes)


@pytest.mark.parametrize("amount", [-1, 501])
async def test_a_recovery_neither_pays_nor_takes_more_than_was_paid(books: Pool, amount: int) -> None:
    """A negative amount would pay once more, past the commit."""
    await books.execute("SELECT close_reservation('commit-1', 'commit', 'reserve-1', 500)")
    with pytest.raises(asyncpg.PostgresError, match="cannot come back of commit commit-1") as caught:
        await books.execute("SELECT recover('recover-1', 'some journey', 'commit-1', $1)", amount)
    assert caught.value.sqlstate == "LC001"
    assert await balances(books) == [1000, 500, 0, 500]

"""The outbox as a relay reads it: each due notice goes to one relay, and comes back until it was sent."""

import asyncio
from typing import TypeAlias

import asyncpg
import pytest

from storage import queries

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
SQL = queries.load("status")
LEASE = 60


@pytest.fixture
async def outbox(pool: Pool) -> Pool:
    """A database with twenty notices to send."""
    await pool.execute(
        "INSERT INTO outbox (journey_id, key, payload) SELECT 'some journey', 'notice-' || n, '{}'"
        " FROM generate_series(1, 20) AS n"
    )
    return pool


async def claim(outbox: Pool, limit: int = 50) -> list[str]:
    return [row["key"] for row in await outbox.fetch(SQL["claim_notices"], limit, LEASE)]


async def seconds_to_wait(outbox: Pool) -> float:
    """Until the next attempt of the only notice that waits."""
    return float(
        await outbox.fetchval("SELECT extract(epoch FROM next_attempt_at - now()) FROM outbox WHERE sent_at IS NULL")
    )


async def test_relays_at_once_share_the_notices(outbox: Pool) -> None:
    """Four relays take five notices each, none of them twice."""
    taken = await asyncio.gather(*(claim(outbox, 5) for _ in range(4)))
    assert len({key for keys in taken for key in keys}) == 20


async def test_a_claimed_notice_is_hidden_until_its_lease_ends(outbox: Pool) -> None:
    """A relay that dies with notices in hand loses none: they come back."""
    assert len(await claim(outbox)) == 20
    assert await claim(outbox) == []
    await outbox.execute("UPDATE outbox SET next_attempt_at = now() WHERE key = 'notice-7'")
    assert await claim(outbox) == ["notice-7"]
    assert await outbox.fetchval("SELECT attempts FROM outbox WHERE key = 'notice-7'") == 2


async def test_a_sent_notice_never_returns(outbox: Pool) -> None:
    """Nor does a late failure report bring it back."""
    await claim(outbox)
    await outbox.execute(SQL["mark_sent"], "some journey", "notice-1")
    await outbox.execute(SQL["mark_failed"], "some journey", "notice-1", "too late")
    await outbox.execute("UPDATE outbox SET next_attempt_at = now()")
    assert "notice-1" not in await claim(outbox)
    assert await outbox.fetchval("SELECT last_error FROM outbox WHERE key = 'notice-1'") is None


@pytest.mark.parametrize(("attempts", "wait"), [(1, 2), (5, 32), (12, 3600), (2000, 3600)])
async def test_a_failed_notice_waits_longer_each_time(pool: Pool, attempts: int, wait: int) -> None:
    """Doubling from two seconds to an hour; the reason stays readable."""
    await pool.execute(
        "INSERT INTO outbox (journey_id, key, payload, attempts) VALUES ('some journey', 'notice-1', '{}', $1)",
        attempts,
    )
    await pool.execute(SQL["mark_failed"], "some journey", "notice-1", "notifier answered 503")
    assert wait - 5 < await seconds_to_wait(pool) <= wait
    assert await pool.fetchval("SELECT last_error FROM outbox") == "notifier answered 503"

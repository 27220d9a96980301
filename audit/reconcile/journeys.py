"""Which journeys there are, by what any table, the archive or the Temporal server tells."""

from datetime import datetime

from asyncpg import Pool, Record
from temporalio.client import Client

from audit import listing, live
from audit.reconcile.rows import SQL
from storage.away import ACQUIRE_SECONDS


async def journeys(pool: "Pool[Record]", client: Client, since: datetime | None) -> list[str]:
    """Ids, in order, of every journey, or of those of which something began at `since` or later.

    Raises RPCError, and whatever PostgreSQL raises.
    """
    query = f"{listing.OURS} AND {live.since(since)}" if since else listing.OURS
    found = {run.journey_id async for page in listing.runs(client, query) for run in page}
    async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
        found |= {row["journey_id"] for row in await connection.fetch(SQL["journeys"], since)}
    return sorted(found)

"""The rows of one journey as PostgreSQL has them at one moment."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from asyncpg import Pool, Record

from audit.reconcile.unheld import UNHELD, bearing
from storage.away import ACQUIRE_SECONDS
from storage.queries import load

SQL = load("reconcile")
_CUSTODY = load("custody")

Row = Mapping[str, Any]


class Rows(NamedTuple):
    """All of a journey; personal columns are sealed."""

    claimed: bool
    person: str | None
    """Whom the claim is of."""
    start: str | None
    """How its start stands; None where none was ordered."""
    status: Row | None
    decisions: Sequence[Row]
    entries: Sequence[Row]
    messages: Sequence[Row]
    postings: Sequence[Row]
    vouchers: Sequence[Row]
    links: Sequence[Row]

    @property
    def any(self) -> bool:
        """Whether there is anything but claim and start."""
        return bool(self.status) or any(self[4:])


async def rows_of(pool: "Pool[Record]", journey_id: str) -> Rows:
    """Read all of them in one snapshot; raises whatever PostgreSQL raises.

    A value that Python cannot hold is an Unheld.
    """
    async with (
        pool.acquire(timeout=ACQUIRE_SECONDS) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):

        async def read(query: str) -> list[Row]:
            try:
                rows = await connection.fetch(query, journey_id)
            except UNHELD:  # once more: most journeys hold nothing of the kind, and bearing it costs questions
                async with bearing(connection):
                    rows = await connection.fetch(query, journey_id)
            return [dict(row) for row in rows]

        [start], status = await read(SQL["start"]), await read(SQL["status"])
        return Rows(
            claimed=start["claimed"],
            person=start["person_ref"],
            start=start["status"],
            status=status[0] if status else None,
            decisions=await read(SQL["decisions"]),
            entries=await read(SQL["entries"]),
            messages=await read(SQL["messages"]),
            postings=await read(SQL["postings"]),
            vouchers=await read(SQL["vouchers"]),
            links=await read(_CUSTODY["chain"]),
        )

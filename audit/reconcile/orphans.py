"""Entries of the ledger that belong to no posting: no journey and no policy period has them, so all are looked at."""

from asyncpg import Pool, Record

from audit.reconcile.beside import told
from audit.reconcile.finding import Fault, Finding, Part, Reconciled, Verdict
from audit.reconcile.rows import SQL
from storage.away import ACQUIRE_SECONDS


async def orphans(pool: "Pool[Record]") -> list[Reconciled]:
    """Each of them."""
    async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
        rows = await connection.fetch(SQL["orphans"])
    return [_orphan(row) for row in rows]


def _orphan(row: Record) -> Reconciled:
    found = Finding(part=Part.ENTRY, fault=Fault.SURPLUS, what=row["account"], database=told(row["amount"]))
    return Reconciled(name=f"journal {row['journal_id']}", verdict=Verdict.DISAGREES, findings=(found,))

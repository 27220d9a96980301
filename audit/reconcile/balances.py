"""Accounts of policy periods, held against the sum of what was booked on them."""

from collections.abc import Sequence

from asyncpg import Pool, Record

from audit.reconcile.beside import differing
from audit.reconcile.finding import Fault, Part, Reconciled, Verdict
from audit.reconcile.rows import SQL
from storage.away import ACQUIRE_SECONDS

_BOOKED = {
    "sum_insured": "booked_insurer",
    "available": "booked_available",
    "reserved": "booked_reserved",
    "committed": "booked_committed",
}


async def balances(pool: "Pool[Record]", journeys: Sequence[str] | None) -> list[Reconciled]:
    """Every period that does not add up, of those that these `journeys` booked on, of all without them."""
    async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
        rows = await connection.fetch(SQL["periods_off"], journeys)
    return [_off(row) for row in rows]


def _off(row: Record) -> Reconciled:
    name = f"benefit_period {row['period_id']}"
    expected = {account: row[booked] for account, booked in _BOOKED.items()}
    findings = differing(Part.BALANCE, name, expected, dict(row))
    broken = tuple(found.model_copy(update={"fault": Fault.BROKEN}) for found in findings)
    return Reconciled(name=name, verdict=Verdict.DISAGREES, findings=broken)

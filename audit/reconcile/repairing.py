"""Writing anew what people read, from histories, through the statement by which journeys write it.

Money, vouchers, cells and histories are never touched: a person has to see what became of them.
"""

from collections.abc import Collection

import structlog
from asyncpg import Pool, Record
from asyncpg.pool import PoolConnectionProxy

from activities.status import ENTER, sealed_transition
from audit.reconcile.finding import Finding, Part
from audit.reconcile.reconciling import Look, Reconciler
from audit.reconcile.rows import SQL
from audit.reconcile.told import Said
from privacy import places
from privacy.errors import PrivacyError
from privacy.vault import Vault
from schemas.journey import JourneyStatus, Transition
from storage.away import ACQUIRE_SECONDS


class Repair:
    """Repairs one journey after the other; each in one transaction."""

    def __init__(self, pool: "Pool[Record]", vault: Vault, reconciler: Reconciler) -> None:
        """Write into the database of `pool`, sealed by `vault`, what `reconciler` finds."""
        self._pool = pool
        self._vault = vault
        self._reconciler = reconciler
        self._log = structlog.get_logger(__name__)

    async def repair(self, journey_id: str, announced: Collection[Finding], by: str) -> Look:
        """Write anew what was `announced` and is still so, and look once more; each repair is logged with who did it.

        A journey that moves, or of which not everything is known, is left as it is.
        """
        look = await self._reconciler.look(journey_id)
        still = tuple(found for found in look.came.findings if found.repairable and found in announced)
        said = look.said
        if not (still and look.rested and said.whole and said.status):
            return look
        try:
            written = await self._written(said, said.status, look, still)
        except PrivacyError:  # erased since it was looked at
            written = False
        if not written:
            return await self._reconciler.look(journey_id)
        rows = sorted({f"{found.part} {found.what}".strip() for found in still})
        self._log.warning("reconcile.repaired", journey_id=journey_id, by=by, rows=rows)
        after = await self._reconciler.look(journey_id)
        return after._replace(came=after.came.model_copy(update={"repaired": still}))

    async def _written(self, said: Said, status: JourneyStatus, look: Look, wrong: Collection[Finding]) -> bool:
        """Whether it was written; not, where the journey has written its status since it was looked at."""
        numbers, seqs = ([int(each) for each in _of(wrong, part)] for part in (Part.DECISIONS, Part.TIMELINE))
        transition = Transition(
            status=status,
            decisions=tuple(said.decisions[each] for each in numbers if each in said.decisions),
            entries=tuple(said.entries[each] for each in seqs if each in said.entries),
            decided=max(said.decisions, default=0),
            told=max(said.entries, default=0),
        )
        written = await sealed_transition(self._vault, transition)
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
            if not await _unchanged(connection, said.journey_id, look):
                return False
            if any(found.part is Part.STATUS for found in wrong):
                await connection.execute(SQL["drop_status"], said.journey_id)
            await connection.execute(SQL["drop_decisions"], said.journey_id, numbers)
            await connection.execute(SQL["drop_entries"], said.journey_id, seqs)
            await connection.execute(ENTER, written)
            for key in _of(wrong, Part.MESSAGES):
                whole = said.notices[key].model_dump(mode="json")
                sealed = await self._vault.seal(said.journey_id, places.notice(key), whole)
                await connection.execute(SQL["restore_message"], said.journey_id, key, sealed)
        return True


def _of(wrong: Collection[Finding], part: Part) -> list[str]:
    return sorted({found.what for found in wrong if found.part is part})


async def _unchanged(connection: "PoolConnectionProxy[Record]", journey_id: str, look: Look) -> bool:
    version, seen = await connection.fetchval(SQL["lock_status"], journey_id), look.rows.status
    return bool(version == (seen["version"] if seen else None))

"""What a closed journey leaves for the case that it has to be taken up again."""

import asyncpg
from temporalio import activity

from privacy import places
from privacy.vault import Vault
from schemas.claims import Left
from storage import queries

_SQL = queries.load("left_behind")


class Closing:
    """Keeps what closed journeys leave longer than Temporal keeps their histories."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault) -> None:
        """Keep through `pool`, sealed by `vault`."""
        self._pool = pool
        self._vault = vault

    @activity.defn(name="journey.leave")
    async def leave(self, left: Left) -> None:
        """Keep the input of the run that would take the journey up again. Harmless to repeat."""
        journey_id = left.claim.journey_id
        sealed = await self._vault.seal(journey_id, places.LEFT, left.claim.model_dump(mode="json"))
        await self._pool.execute(_SQL["leave"], journey_id, sealed)

"""The vault as every process of ours opens it: the key ring of the settings, the data keys of the database."""

from pathlib import Path

import structlog
from asyncpg import Pool, Record

from privacy.key_ring import KeyRing, read_ring
from privacy.older_rows import seal_older
from privacy.rewrapping import unknown_wrappings
from privacy.vault import Vault
from storage.pool import open_pool
from workers.settings import Settings

_log = structlog.get_logger(__name__)


def key_ring(settings: Settings) -> KeyRing:
    """The ring of `settings`; raises KeyRingError where there is none, or none that can be used."""
    file = settings.key_ring_file
    return read_ring(Path(file) if file else None, settings.key_ring.get_secret_value())


def open_vault(pool: "Pool[Record]", settings: Settings) -> Vault:
    """The vault of `settings` with data keys in the database of `pool`; raises KeyRingError."""
    return Vault(pool, key_ring(settings))


async def seal_all(url: str, ring: KeyRing) -> int:
    """Seal whatever is plain in the migrated database at `url`; gives how many rows were."""
    pool = await open_pool(url, min_size=0, max_size=2)
    try:
        return await seal_older(
            pool, Vault(pool, ring), lambda table, rows: _log.info("sealed", table=table, rows=rows)
        )
    finally:
        await pool.close()


async def check_ring(pool: "Pool[Record]", ring: KeyRing) -> None:
    """Say at the start which data keys cannot be unwrapped; what they sealed is told again wherever it is asked for."""
    for key_id, count in (await unknown_wrappings(pool, ring)).items():
        _log.error("keys.missing", key_id=key_id, data_keys=count, hint="put it back on the key ring")

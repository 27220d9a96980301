"""Sealing of what was written before there was sealing: table by table, in small transactions, safe to break off."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from asyncpg import Pool, Record
from asyncpg.pool import PoolConnectionProxy

from privacy import places
from privacy.vault import Vault
from storage.queries import load

_SQL = load("privacy")
_BATCH = 1000
_PATIENCE = 3600
"""Seconds for what goes through a whole table."""
Arguments: TypeAlias = tuple[object, ...]


async def seal_older(pool: "Pool[Record]", vault: Vault, progress: Callable[[str, int], object]) -> int:
    """Seal every plain row; `progress` hears table and number of rows. Gives how many rows were plain.

    A table that was gone through is never looked at again. Whoever read a row before keeps what it read; what was
    written is wiped from the table's free space and statistics, and stays in backups: docs/operations.md says more.
    """
    known = {row["name"] for row in await pool.fetch(_SQL["sealed_tables"])}
    total = 0
    for table, sealed in _TABLES.items():
        if table in known:
            continue
        found = await _seal_table(pool, vault, table, sealed)
        if found:
            progress(table, found)
            await pool.execute(f"VACUUM (FULL, ANALYZE) {table}", timeout=_PATIENCE)
        await pool.execute(_SQL["note_sealed"], table)
        total += found
    return total


async def _seal_table(pool: "Pool[Record]", vault: Vault, table: str, sealed: "_Sealer") -> int:
    total = 0
    while found := await _seal_batch(pool, vault, table, sealed):
        total += found
    return total


async def _seal_batch(pool: "Pool[Record]", vault: Vault, table: str, sealed: "_Sealer") -> int:
    async with pool.acquire() as connection, connection.transaction():
        rows = await _plain(connection, table)
        changed = [await sealed(vault, row) for row in rows]
        await connection.executemany(_SQL[f"seal_{table}"], changed)
    return len(rows)


async def _plain(connection: "PoolConnectionProxy[Record]", table: str) -> list[Record]:
    return await connection.fetch(_SQL[f"plain_{table}"], _BATCH, timeout=_PATIENCE)


async def _person(vault: Vault, row: Record) -> Arguments:
    document = {"type": row["id_type"], "number": row["id_number"]}
    address = {"province": row["province"], "city": row["city"], "detail": row["address_detail"]}
    known = {name: row[name] for name in ("name", "sex", "citizenship", "phone")}
    told = known | {"birth_date": row["birth_date"].isoformat(), "id_document": document, "address": address}
    digest = vault.digest("document", row["id_type"], row["id_number"])
    return row["ref"], digest, await vault.seal(row["ref"], places.PERSON, told)


async def _claim(vault: Vault, row: Record) -> Arguments:
    journey, digest = row["journey_id"], vault.digest("claim", row["product"], row["claim_number"])
    return journey, digest, await vault.seal(journey, places.CLAIM, row["content"])


async def _inbox(vault: Vault, row: Record) -> Arguments:
    source, event_id = row["source"], row["event_id"]
    payload = vault.digest("payload", row["payload_sha256"].hex()).encode()
    return source, event_id, vault.digest("event", source, event_id), payload


async def _start(vault: Vault, row: Record) -> Arguments:
    return row["journey_id"], await vault.seal(row["journey_id"], places.START, row["claim"])


async def _letter(vault: Vault, row: Record) -> Arguments:
    digest = vault.digest("message", row["digest"].hex())
    subject, latest = places.letter(digest), row["corrected"]
    return (
        row["id"],
        subject,
        digest.encode(),
        await vault.seal(subject, places.LETTER_HEADERS, row["headers"]),
        await vault.seal_bytes(subject, places.LETTER, row["raw"]),
        await vault.seal(subject, places.LETTER_FIELDS, row["fields"]),
        None if latest is None else await vault.seal_bytes(subject, places.LETTER_CORRECTED, latest),
    )


async def _action(vault: Vault, row: Record) -> Arguments:
    return row["action_id"], await vault.seal(row["journey_id"], places.action(row["key"]), row["body"])


async def _callback(vault: Vault, row: Record) -> Arguments:
    return row["id"], await vault.seal(row["journey_id"], places.receipt(row["id"]), row["result"])


async def _status(vault: Vault, row: Record) -> Arguments:
    return row["journey_id"], await vault.seal(row["journey_id"], places.STATUS, row["status"])


async def _decision(vault: Vault, row: Record) -> Arguments:
    journey, number = row["journey_id"], row["number"]
    return journey, number, await vault.seal(journey, places.decision(number), row["record"])


async def _entry(vault: Vault, row: Record) -> Arguments:
    journey, seq = row["journey_id"], row["seq"]
    return journey, seq, await vault.seal(journey, places.entry(seq), row["entry"])


async def _notice(vault: Vault, row: Record) -> Arguments:
    journey, key = row["journey_id"], row["key"]
    return journey, key, await vault.seal(journey, places.notice(key), row["payload"])


async def _period(vault: Vault, row: Record) -> Arguments:
    return row["period_id"], vault.digest("policy", row["product"], row["policy_number"])


async def _posting(vault: Vault, row: Record) -> Arguments:
    return row["journal_id"], vault.digest("policy", row["product"], row["policy_number"])


_Sealer: TypeAlias = Callable[[Vault, Record], Awaitable[Arguments]]
_TABLES: dict[str, _Sealer] = {
    "person": _person,
    "claim": _claim,
    "inbox": _inbox,
    "journey_start": _start,
    "dead_letter": _letter,
    "action": _action,
    "callback": _callback,
    "journey_status": _status,
    "decision": _decision,
    "timeline": _entry,
    "outbox": _notice,
    "benefit_period": _period,
    "journal": _posting,
}
"""Who is found by what first: claims that come in meanwhile must meet what was there."""

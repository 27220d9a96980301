"""Filling the insurer's core system with policies."""

from collections.abc import Sequence
from pathlib import Path

import asyncpg
from pydantic import TypeAdapter

from sandbox.database import load
from schemas.policy import Policy
from schemas.shape import Strict

_BOOKS = load("books")


class KnownPolicy(Strict):
    """A policy, and whether its insured's place has the drug in the social-insurance catalogue."""

    policy: Policy
    in_catalogue: bool | None = None


_FILE = TypeAdapter(list[KnownPolicy])


async def put_policies(
    pool: "asyncpg.Pool[asyncpg.Record]", known: Sequence[KnownPolicy], *, replace: bool = True
) -> int:
    """Write policies into the books; without `replace` those already there stay as they are. Returns how many."""
    rows = [
        (each.policy.policy_number, each.policy.product, each.policy.model_dump(mode="json"), each.in_catalogue)
        for each in known
    ]
    await pool.executemany(_BOOKS["put_policy" if replace else "seed_policy"], rows)
    return len(rows)


def read_policies(path: Path) -> list[KnownPolicy]:
    """The policies in a JSON file, a list of {"policy": …, "in_catalogue": …}."""
    return _FILE.validate_json(path.read_bytes())

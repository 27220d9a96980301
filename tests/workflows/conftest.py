"""A running house for journeys to travel through."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from temporalio.client import Client

from tests.rig import Rig, running
from workers.stack.postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
async def house(temporal: Client, postgres: EmbeddedPostgres, template: str) -> AsyncIterator[Rig]:
    """Temporal, PostgreSQL, partners, gateway and workers, all real, for the whole run."""
    admin = await asyncpg.connect(postgres.url())
    await admin.execute(f"CREATE DATABASE house TEMPLATE {template}")
    await admin.close()
    async with running(temporal, postgres.url("house")) as rig:
        yield rig


@pytest.fixture
async def rig(house: Rig) -> AsyncIterator[Rig]:
    """The running house, its partners well-behaved again after each test."""
    yield house
    await house.calm()

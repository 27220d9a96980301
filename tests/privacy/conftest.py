"""A running house whose journeys can be erased."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.conftest import temporal_server
from tests.rig import Rig, running
from workers.stack.postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
async def sealed_house(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[Rig]:
    """Temporal, PostgreSQL, partners, gateway and workers, all real, for the tests of this folder."""
    admin = await asyncpg.connect(postgres.url())
    await admin.execute(f"CREATE DATABASE sealed_house TEMPLATE {template}")
    await admin.close()
    async with temporal_server() as client, running(client, postgres.url("sealed_house")) as rig:
        yield rig


@pytest.fixture
async def rig(sealed_house: Rig) -> AsyncIterator[Rig]:
    """The running house, its partners well-behaved again after each test."""
    yield sealed_house
    await sealed_house.calm()

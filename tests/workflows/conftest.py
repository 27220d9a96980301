"""A running house for journeys to travel through."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from tests.rig import Rig, running


@pytest.fixture
async def rig(temporal: Client, database: str) -> AsyncIterator[Rig]:
    """Temporal, PostgreSQL, partners, gateway and workers, all real; its database is the test's own."""
    async with running(temporal, database) as house:
        yield house

"""A house for simulated journeys, for the whole run."""

from collections.abc import AsyncIterator

import pytest

from simulation.house import House, open_house


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """PostgreSQL, a Temporal server that skips time, and the worker of production."""
    async with open_house() as opened:
        yield opened

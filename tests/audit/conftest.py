"""Journeys that travelled, once for all tests that reconcile them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from audit.archive.register import Register
from privacy.vault import Vault
from storage.pool import open_pool
from tests.audit.travelled import ROADS, Books, Travelled, database_like, namespace, reconciling, sent, watched
from tests.conftest import RING
from tests.rig import running
from workers.stack.postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
async def travelled(temporal: Client, postgres: EmbeddedPostgres, template: str) -> AsyncIterator[Travelled]:
    """Every journey at its end or its wait; no worker runs any more."""
    client = await namespace(temporal)
    async with database_like(postgres, template) as name:
        async with running(client, postgres.url(name)) as rig, watched(rig) as seen:
            journeys = await asyncio.gather(*(road(rig) for road in ROADS))
            await sent(rig)
        yield Travelled._make((name, client, *journeys, tuple(seen)))


@pytest.fixture
def reached(travelled: Travelled, books: Books, monkeypatch: pytest.MonkeyPatch) -> Books:
    """The copy of this test, which commands are set to, with the server that has the histories."""
    monkeypatch.setenv("DATABASE_URL", books.url)
    monkeypatch.setenv("TEMPORAL_ADDRESS", travelled.client.service_client.config.target_host)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", travelled.client.namespace)
    return books


@pytest.fixture
async def books(travelled: Travelled, postgres: EmbeddedPostgres) -> AsyncIterator[Books]:
    """A copy of its own for each test."""
    async with database_like(postgres, travelled.template) as name:
        url = postgres.url(name)
        pool = await open_pool(url)
        vault = Vault(pool, RING)
        async with reconciling(pool, vault, travelled.client) as reconciler:
            yield Books(url, pool, vault, reconciler, Register(pool))
        await pool.close()

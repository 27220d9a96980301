"""The gateway process: loopback only, up without its servers, and down without a loose end."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from temporalio.client import Client

from workers.gateway import GatewayAddressError, listening_address
from workers.stack.ports import free_port


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:8080/", "http://[::1]:8080"])
def test_loopback_addresses_are_listened_on(url: str) -> None:
    """Each way to write this machine's own address is accepted."""
    assert listening_address(url)[1] == 8080


@pytest.mark.parametrize(
    "url", ["http://0.0.0.0:8080", "http://192.168.1.4:8080", "http://[::]:8080", "http://here:80"]
)
def test_an_address_that_others_can_reach_is_refused(url: str) -> None:
    """Until callers are asked who they are, nobody else can reach the doors."""
    with pytest.raises(GatewayAddressError, match="loopback only"):
        listening_address(url)


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8080", "https://127.0.0.1:8080", "http://127.0.0.1", "http://127.0.0.1:1/x"]
)
def test_a_malformed_address_is_refused(url: str) -> None:
    """The message shows the form that is wanted."""
    with pytest.raises(GatewayAddressError, match=r"http://127\.0\.0\.1:8080"):
        listening_address(url)


async def start(tmp_path: Path, **settings: str) -> Process:
    """The gateway as the stack starts it."""
    environment = os.environ | {"JOURNEYS_STATE": str(tmp_path), "LOG_FORMAT": "json"} | settings
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "workers.gateway", env=environment, stdout=PIPE, stderr=PIPE
    )


@asynccontextmanager
async def answering(url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the gateway, once it answers."""
    async with httpx2.AsyncClient(base_url=url) as client, asyncio.timeout(30):
        while not await _answers(client):
            await asyncio.sleep(0.02)
        yield client


async def _answers(client: httpx2.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz")).is_success
    except httpx2.ConnectError:
        return False


async def test_it_serves_every_door_and_stops_when_told(tmp_path: Path, database: str, temporal: Client) -> None:
    """Status, intake and call-backs on one address; SIGTERM ends it with status 0."""
    url = f"http://127.0.0.1:{free_port()}"
    address = temporal.service_client.config.target_host
    process = await start(tmp_path, GATEWAY_URL=url, DATABASE_URL=database, TEMPORAL_ADDRESS=address)
    async with answering(url) as http:
        assert (await http.get("/readyz")).json() == {"status": "ok"}
        assert (await http.get("/journeys")).json()["items"] == []
        paths = (await http.get("/openapi.json")).json()["paths"]
        assert {"/journeys", "/callbacks/{partner}", "/events"} <= set(paths)
    process.send_signal(signal.SIGTERM)
    _, log = await process.communicate()
    assert process.returncode == 0, log.decode()
    assert b"loopback only" in log


async def test_it_starts_before_its_servers_and_says_what_is_missing(tmp_path: Path) -> None:
    """With PostgreSQL and Temporal away it lives and is not ready."""
    url = f"http://127.0.0.1:{free_port()}"
    nobody = f"127.0.0.1:{free_port()}"
    process = await start(
        tmp_path, GATEWAY_URL=url, DATABASE_URL=f"postgresql://x:y@{nobody}/z", TEMPORAL_ADDRESS=nobody
    )
    async with answering(url) as http:
        answer = await http.get("/readyz")
    process.send_signal(signal.SIGINT)
    _, log = await process.communicate()
    assert answer.status_code == 503
    assert [error["field"] for error in answer.json()["errors"]] == ["postgresql", "temporal"]
    assert process.returncode == 0, log.decode()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"GATEWAY_URL": "http://0.0.0.0:8080"}, b"loopback only"),
        ({"WEBHOOK_SECRET": "not-a-secret"}, b"WEBHOOK_SECRET"),
    ],
)
async def test_a_wrong_setting_is_named(tmp_path: Path, settings: dict[str, str], message: bytes) -> None:
    """It ends at once with the setting to correct, and never shows a secret."""
    process = await start(tmp_path, **settings)
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert message in errors
    assert b"not-a-secret" not in errors

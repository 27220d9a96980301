"""Health checks of containers, against real processes."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from schemas.partners import PartnerName
from schemas.routing import partner_queue
from workers.probe import NotWellError, check_gateway, check_worker
from workers.settings import Settings
from workers.stack.parts import TEMPORAL_BINARY


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Client]:
    """A client of a Temporal server for this module."""
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=str(TEMPORAL_BINARY)) as environment:
        yield environment.client


def settings_for(tmp_path: Path, **named: str) -> Settings:
    return Settings.model_validate({"journeys_state": tmp_path, **named})


@activity.defn
async def _rest() -> None:
    """Does nothing: a worker needs something to offer."""


async def test_a_worker_that_asks_for_work_is_well(server: Client, tmp_path: Path) -> None:
    """A worker of this machine polls a partner's queue, so the check passes here and for no other machine."""
    settings = settings_for(tmp_path, temporal_address=server.service_client.config.target_host)
    queue = partner_queue(PartnerName.NOTIFIER)
    async with Worker(server, task_queue=queue, activities=[_rest]):
        async with asyncio.timeout(30):
            while not await _well(settings):
                await asyncio.sleep(0.1)
        with pytest.raises(NotWellError, match="no worker on elsewhere has asked for work"):
            await check_worker(settings, "elsewhere")


async def test_a_good_worker_never_fails_the_check(server: Client) -> None:
    """As a container runs it, again and again: the exit status is 0 each time."""
    address = server.service_client.config.target_host
    environment = os.environ | {"TEMPORAL_ADDRESS": address, "JOURNEYS_STATE": "/nonexistent"}
    command = (sys.executable, "-m", "workers.probe", "worker")
    async with Worker(server, task_queue=partner_queue(PartnerName.NOTIFIER), activities=[_rest]):
        while not await _well(Settings.model_validate({"temporal_address": address})):
            await asyncio.sleep(0.1)
        for _ in range(4):
            process = await asyncio.create_subprocess_exec(*command, env=environment)
            assert await process.wait() == 0


async def _well(settings: Settings) -> bool:
    try:
        await check_worker(settings, socket.gethostname())
    except NotWellError:
        return False
    return True


async def test_a_worker_whose_server_is_away_is_not_well(tmp_path: Path) -> None:
    """Without Temporal nothing can be said for the worker: the address that does not answer is named."""
    with pytest.raises(NotWellError, match=r"Temporal at 127\.0\.0\.1:1"):
        await check_worker(settings_for(tmp_path, temporal_address="127.0.0.1:1"))


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, status: bytes) -> None:
    await reader.readline()
    writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("status", [b"200 OK", b"500 Internal Server Error"])
async def test_a_gateway_is_well_when_it_answers_with_success(status: bytes, tmp_path: Path) -> None:
    """Success is well, an error is not."""
    server = await asyncio.start_server(lambda reader, writer: _answer(reader, writer, status), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        settings = settings_for(tmp_path, gateway_url=f"http://127.0.0.1:{port}")
        if status.startswith(b"200"):
            await check_gateway(settings)
        else:
            with pytest.raises(NotWellError, match="healthz: Server error '500"):
                await check_gateway(settings)


async def test_a_silent_gateway_fails_the_check_with_a_reason() -> None:
    """As a container runs it: exit status 1 and the address that was asked."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "workers.probe",
        "gateway",
        env={"GATEWAY_URL": "http://127.0.0.1:1", "JOURNEYS_STATE": "/nonexistent"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 1
    assert said.startswith(b"gateway: http://127.0.0.1:1/healthz: ")


async def test_an_unknown_process_is_bad_usage() -> None:
    """Exit status 2 and the names that may be asked for."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workers.probe", "sandbox", stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert (process.returncode, said) == (2, b"usage: python -m workers.probe {worker|gateway}\n")

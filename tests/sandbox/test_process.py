"""The sandbox as a process of its own."""

import asyncio
import os
import sys
from pathlib import Path

import httpx2

from tests.activities.test_partners import COVERAGE
from tests.sandbox.serving import NOBODY, PATIENCE, SECRET, TOKEN
from workers.stack.ports import free_port

SAMPLES = Path(__file__).parents[2] / "samples" / "policies.json"


async def test_it_starts_from_the_environment_and_ends_when_told(database: str) -> None:
    """`python -m sandbox` migrates, seeds the policies, serves, and leaves cleanly on SIGTERM."""
    url = f"http://127.0.0.1:{free_port()}"
    settings = {
        "SANDBOX_URL": url,
        "SANDBOX_DATABASE_URL": database,
        "GATEWAY_URL": NOBODY,
        "PARTNER_TOKEN": TOKEN,
        "WEBHOOK_SECRET": SECRET,
        "SANDBOX_POLICIES": str(SAMPLES),
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "sandbox", env=os.environ | settings)
    question = COVERAGE.model_dump(mode="json", exclude={"policy_number"})
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False) as client, asyncio.timeout(PATIENCE):
        answer = await until_served(client, process, "/insurer/policies/PALB-P-2026-0001/coverage", question)
        process.terminate()
        ended = await process.wait()
    assert answer.json()["policy"]["product"] == COVERAGE.product
    assert ended in {0, -15}


async def until_served(
    client: httpx2.AsyncClient, process: asyncio.subprocess.Process, path: str, params: dict[str, str]
) -> httpx2.Response:
    while process.returncode is None:
        try:
            return await client.get(path, params=params)
        except httpx2.ConnectError:
            await asyncio.sleep(0.05)
    message = f"the sandbox ended with {process.returncode}"
    raise AssertionError(message)

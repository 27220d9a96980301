"""Real sockets for tests: the sandbox, and a gateway that takes its call-backs, each on a free port."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple

import asyncpg
import httpx2
from fastapi import FastAPI, Request, Response
from pydantic import JsonValue, SecretStr

from sandbox.app import create_app
from sandbox.database import SCHEMA, prepare
from storage.pool import open_pool
from tests.serving import TRUST, serving
from workers.stack.postgres import EmbeddedPostgres

TOKEN = "a-token-for-tests"  # noqa: S105 - opens nothing but a test's own server
SECRET = "whsec_dGhpcyBpcyBhIHNlY3JldCBmb3IgdGVzdHM="  # noqa: S105 - as above
JOURNEY = "journey-aaaaaaaaaaaaaaaaaaaa"
NOBODY = "http://127.0.0.1:9"
PATIENCE = 20.0


class Sandbox(NamedTuple):
    """A running sandbox and its control API."""

    url: str
    control: httpx2.AsyncClient

    async def tell(self, partner: str, operation: str, *script: JsonValue, journey_id: str | None = None) -> None:
        """Tell a partner what to do next."""
        match = {"journey_id": journey_id}
        told = {"partner": partner, "operation": operation, "match": match, "script": list(script)}
        answer = await self.control.post("/_sandbox/behaviours", json=told)
        assert answer.status_code == 201, answer.text

    async def put(self, what: str, *values: JsonValue) -> None:
        """Put values into the partners' books."""
        answer = await self.control.post(f"/_sandbox/{what}", json=list(values))
        assert answer.status_code == 201, answer.text

    async def kept(self, what: str, journey_id: str = "") -> list[dict[str, JsonValue]]:
        """What the partners keep, of one journey or all."""
        answer = await self.control.get(f"/_sandbox/{what}", params={"journey_id": journey_id})
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, JsonValue]] = answer.json()
        return rows

    async def until(self, what: str, **expected: JsonValue) -> dict[str, JsonValue]:
        """Wait until something kept has these values, and return it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for row in await self.kept(what):
                    if expected.items() <= row.items():
                        return row
                await asyncio.sleep(0.02)


@asynccontextmanager
async def empty_database(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """URL of an empty database, for tests that share one."""
    name = f"test_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres.url())
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        yield postgres.url(name)
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@asynccontextmanager
async def sandbox(database: str, gateway_url: str = NOBODY, pace: float = 0.0) -> AsyncIterator[Sandbox]:
    """The sandbox on `database`, over HTTP."""
    await prepare(database)
    pool = await open_pool(database, schema=SCHEMA)
    secret, token = SecretStr(SECRET), SecretStr(TOKEN)
    app = create_app(pool, gateway_url=gateway_url, token=token, webhook_secret=secret, pace=pace)
    try:
        async with (
            serving(app) as url,
            httpx2.AsyncClient(
                base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False, verify=TRUST
            ) as control,
        ):
            yield Sandbox(url, control)
    finally:
        await pool.close()


class Received(NamedTuple):
    """One call-back as it came in."""

    partner: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, JsonValue]:
        """The body, read."""
        said: dict[str, JsonValue] = json.loads(self.body)
        return said


class Gateway:
    """Takes call-backs: answers 202, or first whatever stands in `answers`."""

    def __init__(self, *answers: int) -> None:
        """Answer the first call-backs with `answers`."""
        self.answers = list(answers)
        self.closed = False
        """Whether the journey takes nothing any more."""
        self.received: list[Received] = []

    def serve(self) -> AbstractAsyncContextManager[str]:
        """Serve on a free port."""
        app = FastAPI()

        @app.post("/callbacks/{partner}")
        async def take(partner: str, request: Request) -> Response:
            self.received.append(Received(partner, dict(request.headers), await request.body()))
            if self.closed:
                return Response('{"type": "urn:patient-journeys:problem:journey-closed"}', 409)
            return Response(status_code=self.answers.pop(0) if self.answers else 202)

        return serving(app)

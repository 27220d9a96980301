"""Whether the gateway lives, and whether the servers behind it answer."""

import asyncio
from datetime import timedelta
from http import HTTPStatus

import asyncpg
from fastapi import APIRouter
from temporalio.client import Client
from temporalio.service import RPCError

from console.database import DatabaseAwayError, connected
from console.problems import FieldProblem, ProblemError, responses
from schemas.shape import Shape

_PATIENCE = timedelta(seconds=2)
_RETRY_SECONDS = 5


class Health(Shape):
    """The process answers."""

    status: str = "ok"


class Readiness:
    """Asks PostgreSQL and Temporal whether they answer."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", client: Client) -> None:
        """Ask through the connections that the doors themselves use."""
        self._pool = pool
        self._client = client

    def router(self) -> APIRouter:
        """`GET /healthz` and `GET /readyz`."""
        router = APIRouter(tags=["health"])
        router.add_api_route("/healthz", self.alive, methods=["GET"])
        away = responses(HTTPStatus.SERVICE_UNAVAILABLE)
        router.add_api_route("/readyz", self.ready, methods=["GET"], responses=away)
        return router

    async def alive(self) -> Health:
        """The gateway process answers, whatever the servers behind it do."""
        return Health()

    async def ready(self) -> Health:
        """PostgreSQL and Temporal answer; else 503 naming which does not."""
        answers = await asyncio.gather(self._postgresql(), self._temporal())
        if away := [name for name, answered in zip(("postgresql", "temporal"), answers, strict=True) if not answered]:
            errors = tuple(FieldProblem(field=name, reason="does not answer") for name in away)
            detail = f"{' and '.join(away)}: no answer just now."
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "not-ready", detail, errors, retry_after=_RETRY_SECONDS)
        return Health()

    async def _postgresql(self) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()), connected(self._pool) as connection:
                return bool(await connection.fetchval("SELECT true"))
        except (DatabaseAwayError, TimeoutError):
            return False

    async def _temporal(self) -> bool:
        try:
            return await self._client.service_client.check_health(timeout=_PATIENCE)
        except (RPCError, RuntimeError):  # RuntimeError: a lazy client that never connected
            return False

"""The application that plays the partners: eight APIs, a control API, and the task that calls back."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import asyncpg
import structlog
from fastapi import Depends, FastAPI
from pydantic import SecretStr

from sandbox import (
    appointments,
    control,
    courier,
    cryo_courier,
    foundation,
    hospital,
    institution,
    insurer,
    manufacturer,
    notifier,
    pharmacy,
    problems,
)
from sandbox.access import known_caller
from sandbox.desk import Desk
from sandbox.sender import Sender

log = structlog.get_logger(__name__)

_PARTNERS = (
    insurer,
    pharmacy,
    foundation,
    hospital,
    institution,
    appointments,
    courier,
    manufacturer,
    cryo_courier,
    notifier,
)


def create_app(
    pool: "asyncpg.Pool[asyncpg.Record]",
    *,
    gateway_url: str,
    token: SecretStr,
    webhook_secret: SecretStr,
    pace: float = 0.2,
) -> FastAPI:
    """The partners on `pool` (search path: schema `sandbox`, migrated).

    Callers show `token`; call-backs go to `gateway_url`, signed with `webhook_secret`, `pace` seconds after the order.
    """
    desk = Desk(pool, pace)
    app = FastAPI(
        title="Partners of the patient journeys, played",
        version="1",
        summary="Insurer, pharmacies, foundations, hospitals, couriers, manufacturer and notifier that behave as told.",
        # The pages would load scripts from outside.
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(known_caller)],
        lifespan=_calling_back(Sender(desk, gateway_url, webhook_secret.get_secret_value())),
    )
    app.state.desk, app.state.token = desk, token.get_secret_value()
    problems.install(app)
    for part in (*_PARTNERS, control):
        app.include_router(part.router)
    return app


def _calling_back(sender: Sender) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(sender.run())
        task.add_done_callback(_end_with_it)
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return lifespan


def _end_with_it(sending: "asyncio.Task[None]") -> None:
    """Partners that answer but never call back would hold up every journey unseen: better end and be started again."""
    if not sending.cancelled():
        log.critical("sandbox.sender_ended", exc_info=sending.exception())
        signal.raise_signal(signal.SIGTERM)

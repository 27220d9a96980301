"""The sandbox as a process of its own: `python -m sandbox`."""

from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
import uvloop
from fastapi import FastAPI
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from sandbox.app import create_app
from sandbox.database import SCHEMA, prepare
from sandbox.policies import put_policies, read_policies
from storage.pool import open_pool


class SandboxSettings(BaseSettings):
    """Settings, each from the environment variable of its name."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    sandbox_url: str = "http://127.0.0.1:8090"
    """Where to serve: host and port of this address."""
    sandbox_database_url: SecretStr
    gateway_url: str = "http://127.0.0.1:8080"
    partner_token: SecretStr
    """Bearer token that callers must show."""
    webhook_secret: SecretStr
    """Standard Webhooks secret (`whsec_…`) to sign call-backs with."""
    sandbox_pace: float = Field(default=0.2, ge=0, le=3600)
    """Seconds between an order and its call-back; 2 or 3 make a demonstration easy to follow."""
    sandbox_policies: Path | None = None
    """JSON file of policies that the insurer knows from the start."""


async def serve(settings: SandboxSettings) -> None:
    """Migrate, seed and serve until the process is told to end (SIGINT, SIGTERM)."""
    url = settings.sandbox_database_url.get_secret_value()
    await prepare(url)
    pool = await open_pool(url, schema=SCHEMA)
    try:
        if settings.sandbox_policies:
            await put_policies(pool, read_policies(settings.sandbox_policies), replace=False)
        app = create_app(
            pool,
            gateway_url=settings.gateway_url,
            token=settings.partner_token,
            webhook_secret=settings.webhook_secret,
            pace=settings.sandbox_pace,
        )
        await uvicorn.Server(server_config(app, settings)).serve()
    finally:
        await pool.close()


def server_config(app: FastAPI, settings: SandboxSettings) -> uvicorn.Config:
    """How the server runs: no access log, because addresses hold policy numbers, and a short farewell."""
    place = urlsplit(settings.sandbox_url)
    return uvicorn.Config(
        app,
        host=place.hostname or "127.0.0.1",
        port=place.port or 80,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )


def main() -> None:
    """Read the settings and serve."""
    uvloop.run(serve(SandboxSettings()))

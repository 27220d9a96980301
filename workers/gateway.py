"""The gateway process: every HTTP door on one loopback address, `python -m workers.gateway`."""

import asyncio
import ipaddress
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import structlog
import uvicorn
import uvloop

from console.app import create_app
from console.codec import PATH as CODEC_PATH
from console.codec import Codec
from console.signatures import SecretError
from intake.api import router as intake_router
from intake.door import Door
from privacy.errors import KeyRingError
from products.loader import load_products
from storage.pool import open_pool
from workers.clients import connect
from workers.logs import configure_logs
from workers.settings import Settings
from workers.vaults import open_vault

log = structlog.get_logger(__name__)
_GRACE_SECONDS = 5
_CONNECTIONS = 20


class GatewayAddressError(ValueError):
    """GATEWAY_URL cannot be listened on: give an http address of this machine, e.g. http://127.0.0.1:8080."""


def listening_address(url: str) -> tuple[str, int]:
    """Host and port of `url`; raises GatewayAddressError for anything but plain HTTP on loopback."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or parts.port is None or parts.path.strip("/"):
        message = f"GATEWAY_URL: {url!r} is not of the form http://127.0.0.1:8080"
        raise GatewayAddressError(message)
    if not _is_loopback(host):
        message = (
            f"GATEWAY_URL: the gateway listens on loopback only, because it does not ask yet who calls; {host} is"
            " reachable from elsewhere. Use 127.0.0.1, localhost or [::1]."
        )
        raise GatewayAddressError(message)
    return host, parts.port


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: it would end the process before our connections are closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `main`."""
        yield


async def run_gateway(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop` is set; requests in hand are finished. Neither server behind it need be up at the start."""
    host, port = listening_address(settings.gateway_url)
    pool = await open_pool(settings.database_url.get_secret_value(), min_size=0, max_size=_CONNECTIONS)
    try:
        vault = open_vault(pool, settings)
        client = await connect(settings, vault, lazy=True)
        door = Door(pool, vault, load_products())
        secret = settings.webhook_secret.get_secret_value()
        routers = [intake_router(lambda: door)]
        app = create_app(
            pool,
            vault,
            client,
            webhook_secret=secret,
            hours=settings.working_hours,
            routers=routers,
        )
        engineers = {name: token.get_secret_value() for name, token in settings.codec_engineers.items()}
        app.mount(CODEC_PATH, Codec(pool, vault, engineers).app(settings.temporal_ui_url))
        config = uvicorn.Config(
            app,
            host,
            port,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        await _serve(_Server(config), stop, settings.gateway_url)
    finally:
        pool.terminate()


async def _serve(server: uvicorn.Server, stop: asyncio.Event, url: str) -> None:
    async def end() -> None:
        await stop.wait()
        server.should_exit = True

    ending = asyncio.create_task(end())
    log.info("gateway.starting", url=url, access="loopback only, until access control lands")
    try:
        await server.serve()
    finally:
        ending.cancel()
    log.info("gateway.stopped")


async def _main() -> None:
    settings = Settings()
    configure_logs(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        await run_gateway(settings, stop)
    except (GatewayAddressError, SecretError, KeyRingError) as error:
        sys.exit(f"journeys gateway: {error}")


if __name__ == "__main__":
    uvloop.run(_main())

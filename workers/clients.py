"""The Temporal client as every process of ours opens it."""

import atexit
import logging
import time
from functools import cache

from temporalio.client import Client
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import GrpcCompression

from privacy.vault import Vault
from workers.converter import data_converter
from workers.settings import Settings

_FAREWELL_SECONDS = 0.05
_THIS_MACHINE = {"127.0.0.1", "[::1]", "localhost"}


async def connect(settings: Settings, vault: Vault | None = None, *, lazy: bool = False) -> Client:
    """Connect to the Temporal server of `settings`; with `lazy`, on first use. Raises RuntimeError when it is away.

    `vault` seals what goes there; leave it out only where no payload goes there or comes back.
    """
    client = await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=data_converter(vault),
        lazy=lazy,
        runtime=_runtime(),
        grpc_compression=_compression(settings.temporal_address),
    )
    # The client's own threads outlive its last call for a moment; an interpreter that ends in it aborts (status 134).
    atexit.register(time.sleep, _FAREWELL_SECONDS)
    return client


def _compression(address: str) -> GrpcCompression:
    """None on the way to a server on this machine, where it costs both sides more than it saves."""
    return GrpcCompression.NONE if address.rpartition(":")[0] in _THIS_MACHINE else GrpcCompression.GZIP


@cache
def _runtime() -> Runtime:
    """The SDK's core, its warnings among our own logs: by itself it prints them, and stands still when nobody reads."""
    forwarding = LogForwardingConfig(
        logger=logging.getLogger("temporalio.core"), append_target_to_name=False, prepend_target_on_message=False
    )
    heard = TelemetryFilter(core_level="WARN", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=heard, forwarding=forwarding)))

"""The Temporal client as every process of ours opens it."""

import atexit
import logging
import time
from functools import cache

from temporalio.client import Client
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from workers.converter import data_converter
from workers.settings import Settings

_FAREWELL_SECONDS = 0.05


async def connect(settings: Settings, *, lazy: bool = False) -> Client:
    """Connect to the Temporal server of `settings`; with `lazy`, on first use. Raises RuntimeError when it is away."""
    client = await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=data_converter(),
        lazy=lazy,
        runtime=_runtime(),
    )
    # The client's own threads outlive its last call for a moment; an interpreter that ends in it aborts (status 134).
    atexit.register(time.sleep, _FAREWELL_SECONDS)
    return client


@cache
def _runtime() -> Runtime:
    """The SDK's core, its warnings among our own logs: by itself it prints them, and stands still when nobody reads."""
    forwarding = LogForwardingConfig(
        logger=logging.getLogger("temporalio.core"), append_target_to_name=False, prepend_target_on_message=False
    )
    heard = TelemetryFilter(core_level="WARN", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=heard, forwarding=forwarding)))

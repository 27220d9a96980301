"""The Temporal client as every process of ours opens it."""

import atexit
import time

from temporalio.client import Client

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
    )
    # The client's own threads outlive its last call for a moment; an interpreter that ends in it aborts (status 134).
    atexit.register(time.sleep, _FAREWELL_SECONDS)
    return client

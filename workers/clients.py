"""The Temporal client as every process of ours opens it."""

from temporalio.client import Client

from workers.converter import data_converter
from workers.settings import Settings


async def connect(settings: Settings, *, lazy: bool = False) -> Client:
    """Connect to the Temporal server of `settings`; with `lazy`, on first use. Raises RuntimeError when it is away."""
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=data_converter(),
        lazy=lazy,
    )

"""The Temporal client: what goes to a server elsewhere is compressed, what stays on the machine is not."""

import pytest
from temporalio.service import GrpcCompression

from workers import clients
from workers.settings import Settings


@pytest.mark.parametrize(
    ("address", "compression"),
    [
        ("127.0.0.1:7233", GrpcCompression.NONE),
        ("localhost:7233", GrpcCompression.NONE),
        ("temporal.example.com:7233", GrpcCompression.GZIP),
        ("10.127.0.0:7233", GrpcCompression.GZIP),
    ],
)
async def test_only_what_leaves_the_machine_is_compressed(address: str, compression: GrpcCompression) -> None:
    """By the host of the address."""
    settings = Settings.model_validate({"temporal_address": address})
    client = await clients.connect(settings, lazy=True)
    assert client.service_client.config.grpc_compression is compression

"""A request read as it streams in: whole up to the limit, beyond it only measured, so that memory stays bounded."""

from fastapi import Request

from intake.received import BATCH, MAX_BATCH_BYTES, MAX_EVENT_BYTES, Gathering, Received

_MAX_READ_BYTES = 4 * MAX_BATCH_BYTES
"""Where reading stops for good; the connection is closed after the answer."""


async def receive(request: Request) -> Received:
    """The message in `request`, with its ce-* headers unless it says it is structured."""
    media_type = request.headers.get("content-type", "")
    base = media_type.partition(";")[0].strip().lower()
    gathering = Gathering(MAX_BATCH_BYTES if base == BATCH else MAX_EVENT_BYTES)
    async for chunk in request.stream():
        gathering.add(chunk)
        if gathering.size > _MAX_READ_BYTES:
            break
    return gathering.received(media_type, {} if base.startswith("application/cloudevents") else _attributes(request))


def _attributes(request: Request) -> dict[str, str]:
    return {name: ", ".join(request.headers.getlist(name)) for name in request.headers if name.startswith("ce-")}

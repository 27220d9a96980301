"""A request read as it streams in: whole up to the limit, beyond it only measured, so that memory stays bounded."""

import hashlib

from fastapi import Request

from intake.received import BATCH, KEPT_BYTES, MAX_BATCH_BYTES, MAX_EVENT_BYTES, Received

_MAX_READ_BYTES = 4 * MAX_BATCH_BYTES
"""Where reading stops for good; the connection is closed after the answer."""


async def receive(request: Request) -> Received:
    """The message in `request`, with its ce-* headers unless it says it is structured."""
    media_type = request.headers.get("content-type", "")
    base = media_type.partition(";")[0].strip().lower()
    limit = MAX_BATCH_BYTES if base == BATCH else MAX_EVENT_BYTES
    body, size, digest = bytearray(), 0, hashlib.sha256()
    async for chunk in request.stream():
        size += len(chunk)
        digest.update(chunk)
        body += chunk
        if size > limit:
            del body[KEPT_BYTES:]
        if size > _MAX_READ_BYTES:
            break
    headers = {} if base.startswith("application/cloudevents") else _attributes(request)
    return Received(bytes(body), media_type, headers, size=size, sha256=digest.digest(), whole=size <= limit)


def _attributes(request: Request) -> dict[str, str]:
    return {name: ", ".join(request.headers.getlist(name)) for name in request.headers if name.startswith("ce-")}

"""A bound on what a door reads into memory: a larger body is refused before anything looks at it."""

from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.problems import ProblemError, document


class BodyLimit:
    """ASGI middleware: bodies sent to addresses under `prefixes` hold at most `limit` bytes, else 413."""

    def __init__(self, app: ASGIApp, *, limit: int, prefixes: tuple[str, ...]) -> None:
        """Wrap `app`."""
        self._app = app
        self._limit = limit
        self._prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body of a bounded request first, then hand it on."""
        if scope["type"] != "http" or not scope["path"].startswith(self._prefixes):
            await self._app(scope, receive, send)
            return
        body = await self._read(receive)
        if body is None:
            detail = f"The body is larger than {self._limit} bytes."
            answer = document(ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", detail))
            await answer(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self._limit:
                return None
            more = message.get("more_body", False)
        return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def next_message() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return next_message

"""How the partners say no: RFC 9457 problem documents that name the field and the reason."""

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

MEDIA_TYPE = "application/problem+json"


class ProblemDocument(BaseModel):
    """The body of every refusal."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []
    """One entry for each wrong field: `field` and `reason`."""


class ProblemError(Exception):
    """Refuse the request with this status, field and reason."""

    def __init__(self, status: int, reason: str, *, field: str = "", headers: dict[str, str] | None = None) -> None:
        """`reason` says what is wrong and what would be right; it repeats no personal data."""
        super().__init__(reason)
        self.status = status
        self.headers = headers or {}
        errors = [{"field": field, "reason": reason}] if field else []
        self.document = ProblemDocument(
            title=_TITLES.get(status, "Failed"), status=status, detail=reason, errors=errors
        )


class NonsenseError(Exception):
    """Answer 200 with a body that no client can make sense of."""

    def __init__(self, body: bytes) -> None:
        """Send `body` as it is."""
        super().__init__("nonsense")
        self.body = body


_TITLES = {
    400: "Malformed request",
    401: "Credentials not accepted",
    403: "Not permitted",
    404: "Unknown",
    409: "Conflict with what is in the books",
    422: "Not acceptable as stated",
    429: "Too many requests",
    503: "Out of service",
    504: "No answer",
}

RESPONSES: dict[int | str, dict[str, object]] = {
    status: {"description": title, "content": {MEDIA_TYPE: {"schema": ProblemDocument.model_json_schema()}}}
    for status, title in _TITLES.items()
    if status in {401, 404, 409, 422, 429, 503}
}
"""For the OpenAPI document of every operation."""


def install(app: FastAPI) -> None:
    """Make `app` answer every failure with a problem document."""
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(NonsenseError, _nonsense)
    app.add_exception_handler(RequestValidationError, _invalid)
    for away in (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError):
        app.add_exception_handler(away, _out_of_service)


def _answer(document: ProblemDocument, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(document.model_dump(), document.status, headers, MEDIA_TYPE)


async def _problem(_: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemError):
        raise error
    return _answer(error.document, error.headers)


async def _nonsense(_: Request, error: Exception) -> Response:
    if not isinstance(error, NonsenseError):
        raise error
    return Response(error.body, media_type="application/json")


async def _invalid(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [
        {"field": ".".join(str(part) for part in each["loc"][1:]) or "body", "reason": each["msg"]}
        for each in error.errors()
    ]
    detail = "; ".join(f"{each['field']}: {each['reason']}" for each in errors)
    return _answer(ProblemDocument(title=_TITLES[422], status=422, detail=detail, errors=errors))


async def _out_of_service(_: Request, __: Exception) -> Response:
    document = ProblemDocument(title=_TITLES[503], status=503, detail="our database is away, try again")
    return _answer(document, {"Retry-After": "1"})

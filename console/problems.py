"""Errors of the HTTP doors as RFC 9457 problem documents: what went wrong, which field, what to do."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from console.wording import field_and_reason
from schemas.shape import Shape

_log = structlog.get_logger("console.problems")
MEDIA_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:patient-journeys:problem:"


class FieldProblem(Shape):
    """One field that was not accepted, and why; the value itself is never repeated."""

    field: str
    reason: str


class Problem(Shape):
    """A problem document (RFC 9457); `errors` names the fields where fields are at fault."""

    type: str = Field(examples=[f"{_TYPE_PREFIX}journey-unknown"])
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = ""
    errors: tuple[FieldProblem, ...] = ()


class ProblemError(Exception):
    """A request cannot be served; the client gets `problem` with its status. Read `detail` for what to do."""

    def __init__(
        self,
        status: HTTPStatus,
        name: str,
        detail: str,
        errors: tuple[FieldProblem, ...] = (),
        *,
        retry_after: int | None = None,
    ) -> None:
        """`name` is the last part of the problem's type; `retry_after` in seconds where a repeat makes sense."""
        super().__init__(detail)
        self.problem = Problem(
            type=_TYPE_PREFIX + name, title=status.phrase, status=status.value, detail=detail, errors=errors
        )
        self.headers = {} if retry_after is None else {"Retry-After": str(retry_after)}

    @property
    def is_refusal(self) -> bool:
        """Whether this is the answer to what was sent; else a server was away or failed, and a repeat may succeed."""
        return self.problem.status < HTTPStatus.INTERNAL_SERVER_ERROR


class InvalidRequestError(ProblemError):
    """Fields of a request are wrong; `problem.errors` names each with its reason. Correct them and send again."""

    def __init__(self, errors: tuple[FieldProblem, ...]) -> None:
        """`errors` holds at least one field."""
        detail = "The request is not valid; `errors` names each field and what is wrong with it."
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", detail, errors)


def field_problems(error: ValidationError | RequestValidationError) -> tuple[FieldProblem, ...]:
    """Each field that validation refused, in the sender's own names."""
    found = map(field_and_reason, error.errors())
    return tuple(FieldProblem(field=field, reason=reason) for field, reason in found)


def responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """OpenAPI declarations of the problems that an operation may answer."""
    return {status.value: _declaration(status) for status in statuses}


def _declaration(status: HTTPStatus) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    declared: dict[str, Any] = {"description": status.phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        wait = {"description": "Seconds after which to repeat.", "schema": {"type": "string", "pattern": r"^\d+$"}}
        declared["headers"] = {"Retry-After": wait}
    return declared


def document(error: ProblemError) -> JSONResponse:
    """The HTTP answer that carries a problem."""
    return JSONResponse(
        error.problem.model_dump(mode="json"), error.problem.status, headers=error.headers, media_type=MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Let every error of `app` leave as a problem document."""
    app.add_exception_handler(ProblemError, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_fault)


async def _answer_problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)  # noqa: S101 - the handler is registered for this class alone
    if not error.is_refusal:
        _log.warning("request_failed", problem=error.problem.type, cause=type(error.__cause__).__name__)
    return document(error)


async def _answer_invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is registered for this class alone
    fields = field_problems(error)
    if all(part["loc"][0] == "path" for part in error.errors()):
        detail = "; ".join(f"{one.field}: {one.reason}" for one in fields)
        return document(ProblemError(HTTPStatus.NOT_FOUND, "no-such-address", detail))
    return document(InvalidRequestError(fields))


async def _answer_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is registered for this class alone
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(_methods(request, headers["Allow"])))
    answer = document(ProblemError(status, status.phrase.lower().replace(" ", "-"), _why(error, headers)))
    answer.headers.update(headers)
    return answer


def _methods(request: Request, named: str) -> set[str]:
    """What the address of `request` takes: the framework has `named` one operation's method, the document knows all."""
    paths = request.app.openapi()["paths"].items()
    fitting = (operations for path, operations in paths if compile_path(path)[0].match(request.url.path))
    return {*named.split(", "), *(method.upper() for operations in fitting for method in operations)}


def _why(error: HTTPException, headers: Mapping[str, str]) -> str:
    """What the framework refused, and what there is instead; the address is not repeated: it may hold anything."""
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return "There is nothing at this address; GET /openapi.json describes every address that there is."
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return f"This address does not take that method, only {headers['Allow']}."
    return str(error.detail)


async def _answer_fault(_request: Request, _error: Exception) -> JSONResponse:
    # The server logs the error itself: this handler's framework raises it again once the answer has left.
    detail = "A fault of ours; it has been logged. Repeating the request with the same key is safe."
    return document(ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, "fault", detail))

"""Refusals and failures of the intake door as RFC 9457 problem documents, in both languages."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import Field
from starlette.requests import ClientDisconnect

from intake.dead_letters import LetterNotOpenError, UnknownLetterError
from intake.refusals import FieldProblem, RefusalKind, Refused
from intake.wording import field_problem
from privacy.errors import PrivacyError
from schemas.shape import Shape
from schemas.text import Bilingual
from storage.away import DATABASE_AWAY, fault_of_ours

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:patient-journeys:problem:"
_RETRY_SECONDS = "2"
_log = structlog.get_logger(__name__)

_STATUS = {
    RefusalKind.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    RefusalKind.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RefusalKind.UNREADABLE: HTTPStatus.BAD_REQUEST,
    RefusalKind.NOT_A_CLOUDEVENT: HTTPStatus.BAD_REQUEST,
    RefusalKind.UNKNOWN_TYPE: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalKind.INVALID_DATA: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalKind.UNKNOWN_PRODUCT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalKind.CONFLICT: HTTPStatus.CONFLICT,
    RefusalKind.CANNOT_START: HTTPStatus.CONFLICT,
    RefusalKind.ERASED: HTTPStatus.CONFLICT,
}


class IntakeFieldError(Shape):
    """One field that was not accepted, and why; the value itself is never repeated."""

    field: str = Field(examples=["data.prescription.days_supply"])
    reason: str
    reason_zh: str


class IntakeProblem(Shape):
    """A problem document of the intake door; where the message is kept, `dead_letter_id` says as what."""

    type: str = Field(examples=[_TYPE + RefusalKind.INVALID_DATA])
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    detail_zh: str
    errors: tuple[IntakeFieldError, ...] = ()
    dead_letter_id: int | None = None


def of_refusal(refusal: Refused, dead_letter: int | None = None) -> IntakeProblem:
    """The problem document of a refusal, kept as `dead_letter`."""
    problem = _problem(_STATUS[refusal.kind], refusal.kind.value, refusal.reason)
    return problem.model_copy(update={"errors": _field_errors(refusal.fields), "dead_letter_id": dead_letter})


def _field_errors(fields: Iterable[FieldProblem]) -> tuple[IntakeFieldError, ...]:
    return tuple(
        IntakeFieldError(field=found.field, reason=found.reason.en, reason_zh=found.reason.zh) for found in fields
    )


def answer(problem: IntakeProblem, headers: dict[str, str] | None = None) -> JSONResponse:
    """The HTTP answer that carries `problem`."""
    return JSONResponse(problem.model_dump(mode="json"), problem.status, headers=headers, media_type=MEDIA_TYPE)


def responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """OpenAPI declarations of the problems an operation may answer, database away included."""
    schema = {"$ref": f"#/components/schemas/{IntakeProblem.__name__}"}
    every = (*statuses, HTTPStatus.SERVICE_UNAVAILABLE)
    return {
        status.value: {"description": status.phrase, "content": {MEDIA_TYPE: {"schema": schema}}} for status in every
    }


class ProblemRoute(APIRoute):
    """A route whose every failure leaves as a problem document."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The ordinary handler, its exceptions translated."""
        handle = super().get_route_handler()

        async def translated(request: Request) -> Response:
            try:
                return await handle(request)
            except ClientDisconnect:
                return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody reads it
            except DATABASE_AWAY as error:
                if fault_of_ours(error):
                    raise
                _log.warning("intake.database_away", error=type(error).__name__)
                return answer(_away(), {"Retry-After": _RETRY_SECONDS})
            except (Refused, UnknownLetterError, LetterNotOpenError, RequestValidationError, PrivacyError) as error:
                return answer(_translate(error))

        return translated


def _translate(error: Exception) -> IntakeProblem:
    if isinstance(error, Refused):
        return of_refusal(error)
    if isinstance(error, UnknownLetterError):
        text = Bilingual(zh="没有此死信；请先列出。", en=f"{error}; list them to see which there are.")
        return _problem(HTTPStatus.NOT_FOUND, "unknown-dead-letter", text)
    if isinstance(error, LetterNotOpenError):
        text = Bilingual(zh="此死信已处理。", en=f"{error}.")
        return _problem(HTTPStatus.CONFLICT, "dead-letter-not-open", text)
    if isinstance(error, PrivacyError):
        _log.error("intake.not_readable", why=str(error))
        text = Bilingual(zh="所存内容无法读取，请联系运维。", en=f"{error}. An operator has to look.")
        return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "not-readable", text)
    return _of_parameters(error.errors() if isinstance(error, RequestValidationError) else ())


def _of_parameters(found: Iterable[Mapping[str, Any]]) -> IntakeProblem:
    """The problem of wrong parameters in an address: each with what is allowed, never with the value itself."""
    wrong = [field_problem({**part, "loc": ()}, str(part["loc"][-1])) for part in found]
    listed = Bilingual(
        zh="请求参数有误：" + "；".join(f"{one.field} {one.reason.zh}" for one in wrong) + "。",
        en="The request is not valid as given. " + "; ".join(f"{one.field}: {one.reason.en}" for one in wrong) + ".",
    )
    problem = _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", listed)
    return problem.model_copy(update={"errors": _field_errors(wrong)})


def _away() -> IntakeProblem:
    text = Bilingual(
        zh="数据库暂时不可用，事件未被受理；请稍后重发。",
        en="The database does not answer just now; the event was not taken. Send it again in a moment.",
    )
    return _problem(HTTPStatus.SERVICE_UNAVAILABLE, "database-away", text)


def _problem(status: HTTPStatus, name: str, text: Bilingual) -> IntakeProblem:
    return IntakeProblem(type=_TYPE + name, title=status.phrase, status=status.value, detail=text.en, detail_zh=text.zh)

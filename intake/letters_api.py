"""Dead letters over HTTP: see what could not be taken, correct it and send it again, or drop it with a reason."""

import base64
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, Self, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, ValidationError, model_validator

from intake import http_body, strict_json
from intake.cloudevents import too_large
from intake.dead_letters import DeadLetter, LetterStatus, letter
from intake.door import Answer, Correction, Door
from intake.problems import responses
from intake.received import MAX_EVENT_BYTES
from intake.refusals import RefusalKind, refused
from intake.wording import field_problem
from schemas.shape import Shape, Strict

_ID = r"^[A-Za-z0-9._:-]+$"
_BY = Field(min_length=1, max_length=64, pattern=_ID, description="Opaque id of the person who does this.")
_LetterId = Annotated[int, Field(ge=1, lt=1 << 63)]
T = TypeVar("T", bound=Strict)


class DeadLetterPage(Shape):
    """Some dead letters, oldest first; ask on with `after` = `next_after` while it is not null."""

    letters: tuple[DeadLetter, ...]
    next_after: int | None


class DeadLetterWhole(DeadLetter):
    """One dead letter with what was sent: personal data, for whoever corrects it."""

    headers: dict[str, str]
    raw_sha256: str
    raw_base64: str
    raw_text: str | None
    """The bytes as text, null when they are not UTF-8."""
    corrected_text: str | None
    """The last correction that was tried, as a structured event."""


class Resend(Strict):
    """How to send a dead letter again: as it is, with other `data`, or as another whole `event`."""

    by: str = _BY
    data: dict[str, Any] | None = None
    event: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _one_correction(self) -> Self:
        if self.data is not None and self.event is not None:
            message = "event: give either data or event"
            raise ValueError(message)
        return self


class Drop(Strict):
    """Why a dead letter is not sent again."""

    by: str = _BY
    reason: str = Field(min_length=1, max_length=500)


def add_routes(
    routes: APIRouter, door: Callable[[], Door], respond: Callable[[Answer], Response], accepted: type[Shape]
) -> None:
    """Add the dead-letter routes; `respond` turns the door's answer into HTTP, `accepted` is its shape on success."""
    _add_reading(routes, door)

    @routes.post(
        "/dead-letters/{letter_id}/resend",
        status_code=HTTPStatus.ACCEPTED,
        response_model=accepted,
        summary="Send a dead letter again",
        responses=_PROBLEMS,
        openapi_extra=_body(Resend),
    )
    async def resend_dead_letter(letter_id: _LetterId, request: Request) -> Response:
        """Send it through the door again, corrected or not. A second refusal answers why and leaves it open."""
        wanted = await _read(request, Resend)
        correction = Correction(data=wanted.data, event=wanted.event)
        return respond(await door().resend(letter_id, correction, by=wanted.by))

    @routes.post(
        "/dead-letters/{letter_id}/drop",
        summary="Drop a dead letter",
        responses=_PROBLEMS,
        openapi_extra=_body(Drop),
    )
    async def drop_dead_letter(letter_id: _LetterId, request: Request) -> DeadLetter:
        """Close it without sending it; its bytes and the reason stay on record."""
        wanted = await _read(request, Drop)
        await door().drop(letter_id, by=wanted.by, reason=wanted.reason)
        return letter(await door().letters.row(letter_id))


_PROBLEMS = responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


def _add_reading(routes: APIRouter, door: Callable[[], Door]) -> None:
    @routes.get("/dead-letters", summary="List dead letters", responses=responses(HTTPStatus.UNPROCESSABLE_ENTITY))
    async def list_dead_letters(
        status: LetterStatus | None = None,
        after: Annotated[int, Query(ge=0, lt=1 << 63)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> DeadLetterPage:
        """What could not be taken or started, oldest first, without what was sent."""
        letters = await door().letters.listed(status, after=after, limit=limit)
        return DeadLetterPage(letters=letters, next_after=letters[-1].id if len(letters) == limit else None)

    @routes.get(
        "/dead-letters/{letter_id}",
        summary="One dead letter with what was sent",
        responses=responses(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
    )
    async def show_dead_letter(letter_id: _LetterId) -> DeadLetterWhole:
        """Everything kept of it, the sender's bytes included."""
        return whole(await door().letters.row(letter_id))


def whole(row: Mapping[str, Any]) -> DeadLetterWhole:
    """A row with everything that was sent."""
    shown = letter(row).model_dump()
    return DeadLetterWhole.model_validate(
        shown
        | {
            "headers": row["headers"],
            "raw_sha256": row["raw_sha256"].hex(),
            "raw_base64": base64.b64encode(row["raw"]).decode(),
            "raw_text": _text(row["raw"]),
            "corrected_text": _text(row["corrected"]),
        }
    )


def _text(raw: bytes | None) -> str | None:
    try:
        return None if raw is None else raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


async def _read(request: Request, shape: type[T]) -> T:
    received = await http_body.receive(request)
    if received.too_large:
        raise too_large(MAX_EVENT_BYTES)
    value = strict_json.parse(received.body)
    try:
        return shape.model_validate(value, strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise refused(
            RefusalKind.INVALID_DATA,
            "请求有误；请更正所列字段。",
            "The request is wrong: correct the fields listed.",
            *(field_problem(part, "body") for part in found),
        ) from None


def _body(shape: type[Strict]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": shape.model_json_schema()}}}}

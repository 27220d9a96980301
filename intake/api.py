"""The intake door over HTTP: events in, journeys' addresses out; everything else becomes a dead letter."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from intake import http_body, letters_api
from intake.contract import binary_headers, request_body
from intake.door import Accepted, Answer, Door, TurnedAway
from intake.problems import IntakeProblem, ProblemRoute, answer, of_refusal, responses
from schemas.shape import Shape

_log = structlog.get_logger(__name__)
STATUS_PATH = "/journeys/{journey_id}"


class EventAccepted(Shape):
    """An event was taken: the journey of its claim, and where its status is."""

    event_id: str
    source: str
    journey_id: str
    status_url: str
    repeated: bool
    """True when the event or its claim had come before: nothing happened a second time."""


class BatchTaken(Shape):
    """What became of each event of a batch, in order; the refused ones are kept as dead letters."""

    accepted: int
    refused: int
    results: Annotated[tuple[EventAccepted | IntakeProblem, ...], Field(description="One entry an event, in order.")]


class _Addresses:
    """Turns answers of the door into answers over HTTP."""

    def __init__(self, status_path: str) -> None:
        self._status_path = status_path

    def accepted(self, taken: Accepted) -> EventAccepted:
        return EventAccepted(
            event_id=taken.event_id,
            source=taken.source,
            journey_id=taken.journey_id,
            status_url=self._status_path.format(journey_id=taken.journey_id),
            repeated=taken.repeated,
        )

    def one(self, result: Answer) -> Response:
        if isinstance(result, TurnedAway):
            return answer(of_refusal(result.refusal, result.dead_letter))
        taken = self.accepted(result)
        return JSONResponse(taken.model_dump(mode="json"), HTTPStatus.ACCEPTED, {"Location": taken.status_url})

    def several(self, results: list[Answer]) -> Response:
        shown = tuple(
            of_refusal(result.refusal, result.dead_letter) if isinstance(result, TurnedAway) else self.accepted(result)
            for result in results
        )
        refused = sum(isinstance(result, TurnedAway) for result in results)
        taken = BatchTaken(accepted=len(results) - refused, refused=refused, results=shown)
        return JSONResponse(taken.model_dump(mode="json"), HTTPStatus.ACCEPTED)


def router(door: Callable[[], Door], *, status_path: str = STATUS_PATH) -> APIRouter:
    """Routes of the intake door: POST /events and the dead letters.

    `door` is called for each request, so that the pool may be opened after the routes are made; `status_path` is
    where a journey's status is served, with `{journey_id}` in it.
    """
    addresses = _Addresses(status_path)
    routes = APIRouter(route_class=ProblemRoute, tags=["intake"])

    @routes.post(
        "/events",
        status_code=HTTPStatus.ACCEPTED,
        response_model=EventAccepted | BatchTaken,
        summary="Report a claim",
        responses=responses(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.CONFLICT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        ),
        openapi_extra={"requestBody": request_body(), "parameters": binary_headers()},
    )
    async def report_claim(request: Request) -> Response:
        """Take a claim-intake event: CloudEvents 1.0 in structured, binary or batch mode, at most 1 MiB an event.

        202 means it is stored and its journey will be started exactly once; sending it again is harmless and gives
        the same answer. What is refused is kept as a dead letter, whose id the problem names: do not repeat it
        unchanged. In a batch each event is answered for itself. 503 means nothing was stored: send it again.
        """
        received = await http_body.receive(request)
        if not received.is_batch:
            return addresses.one(_logged(await door().receive(received)))
        results = await door().receive_batch(received)
        if isinstance(results, TurnedAway):
            return addresses.one(_logged(results))
        return addresses.several([_logged(result) for result in results])

    letters_api.add_routes(routes, door, addresses.one, EventAccepted)
    return routes


def _logged(result: Answer) -> Answer:
    if isinstance(result, TurnedAway):
        _log.info("intake.refused", dead_letter=result.dead_letter, kind=result.refusal.kind.value)
    return result

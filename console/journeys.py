"""The door of the service agents: list journeys, see one, and act on it."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from console.catalogue import ACTIONS
from console.custody import Chains, CustodyView
from console.kept import KeptActions
from console.performing import Pending
from console.problems import responses
from console.reads import Reads
from console.views import JourneyFilter, JourneyPage, JourneyView, PossibleAction, TimelinePage, possible
from schemas.actions import Action, Receipt
from schemas.names import JourneyId

_ID = Annotated[JourneyId, Path()]
_AWAY = HTTPStatus.SERVICE_UNAVAILABLE
_UNKNOWN = HTTPStatus.NOT_FOUND
_INVALID = HTTPStatus.UNPROCESSABLE_ENTITY
_ACTION_PROBLEMS = (
    HTTPStatus.BAD_REQUEST,
    _UNKNOWN,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    _INVALID,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    _AWAY,
)
_PENDING: dict[int | str, dict[str, Any]] = {
    202: {"model": Pending, "description": "Taken; the journey is still at work on it."}
}


class Journeys:
    """The status API. Reading asks PostgreSQL alone; acting asks Temporal."""

    def __init__(self, reads: Reads, actions: KeptActions, chains: Chains) -> None:
        """Read by `reads` and `chains`; `actions` keeps what people do and delivers it."""
        self._reads = reads
        self._actions = actions
        self._chains = chains

    def router(self) -> APIRouter:
        """Everything under `/journeys`."""
        router = APIRouter(prefix="/journeys", tags=["journeys"])
        router.add_api_route("", self.list, methods=["GET"], responses=responses(_INVALID, _AWAY))
        one = responses(_UNKNOWN, _AWAY)
        router.add_api_route("/{journey_id}", self.show, methods=["GET"], responses=one)
        history = responses(_UNKNOWN, _INVALID, _AWAY)
        router.add_api_route("/{journey_id}/timeline", self.timeline, methods=["GET"], responses=history)
        router.add_api_route("/{journey_id}/custody", self.custody, methods=["GET"], responses=one)
        router.add_api_route("/{journey_id}/actions", self.actions, methods=["GET"], responses=one)
        router.add_api_route(
            "/{journey_id}/actions",
            self.act,
            methods=["POST"],
            response_model=Receipt,
            responses=_PENDING | responses(*_ACTION_PROBLEMS),
        )
        return router

    async def list(self, wanted: Annotated[JourneyFilter, Query()]) -> JourneyPage:
        """List journeys, a page at a time."""
        return await self._reads.page(wanted)

    async def show(self, journey_id: _ID) -> JourneyView:
        """Show one journey: stage, wait and clock, missing papers, decisions with clauses, money, history."""
        return await self._reads.view(journey_id)

    async def timeline(
        self,
        journey_id: _ID,
        after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> TimelinePage:
        """The history of one journey, in order."""
        return await self._reads.timeline(journey_id, after, limit)

    async def custody(self, journey_id: _ID) -> CustodyView:
        """The chain of custody of a patient's cells: each event, as an EPCIS document too, and whether it is whole."""
        return await self._chains.view(journey_id)

    async def actions(self, journey_id: _ID) -> tuple[PossibleAction, ...]:
        """The actions possible now, who may take each, and what it takes."""
        offers = (await self._reads.status(journey_id)).actions
        return tuple(possible(offer) for offer in offers if offer.action in ACTIONS)

    async def act(self, journey_id: _ID, action: Action) -> Receipt | Response:
        """Take an action. Repeating it with the same key gets the first answer and acts once."""
        taken = await self._actions.perform(journey_id, action)
        if isinstance(taken, Receipt):
            return taken
        return Response(taken.model_dump_json(), HTTPStatus.ACCEPTED, media_type="application/json")

"""The door of the supervisors: what has been escalated, and what our own code fails on."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from console.escalations import EscalationFilter, EscalationPage, Escalations
from console.problems import responses


class Supervisor:
    """The supervisor's queue over HTTP."""

    def __init__(self, escalations: Escalations) -> None:
        """Read by `escalations`."""
        self._escalations = escalations

    def router(self) -> APIRouter:
        """`GET /escalations`."""
        router = APIRouter(tags=["journeys"])
        problems = responses(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
        router.add_api_route("/escalations", self.escalations, methods=["GET"], responses=problems)
        return router

    async def escalations(self, wanted: Annotated[EscalationFilter, Query()]) -> EscalationPage:
        """List what a supervisor has to see, the oldest first, a page at a time."""
        return await self._escalations.page(wanted)

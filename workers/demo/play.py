"""The play itself: every sample claim handed in, every person's move made, until each journey has ended."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import structlog

from console.views import JourneyView
from schemas.action_input import ActionInput
from schemas.claim import ClaimReport
from schemas.claims import REPORTS
from schemas.journey import CLOSED_STAGES, WaitingFor
from workers.demo.aid import AidAttempt
from workers.demo.clients import Clients, NotNowError
from workers.demo.people import People

_LOOK_SECONDS = 0.15
_AWAY_SECONDS = 0.5
_CODE = re.compile(r"(?<![0-9A-Za-z-])(?=[0-9-]*[A-Z])[0-9A-Z][0-9A-Z-]{4,30}[0-9A-Z](?![0-9A-Za-z-])")
"""A voucher code in a message: capitals and digits with at least one capital, which keeps dates apart."""
_log = structlog.get_logger("workers.demo")


class Play:
    """Plays the people of some claims through the doors that real people use."""

    def __init__(self, clients: Clients, events: list[dict[str, Any]], *, pace: float) -> None:
        """Hand in `events` and act on them; `pace` is the time between two people's moves in seconds."""
        self._clients = clients
        self._events = events
        self._pace = pace
        self._onlookers = asyncio.Lock()
        self.views: dict[str, JourneyView] = {}
        """The latest known state by claim number."""
        self.last_move = ""
        """What somebody just did, in words."""

    async def run(self) -> None:
        """Hand in every claim and play until all journeys have ended; safe to repeat after any interruption."""
        async with asyncio.TaskGroup() as claims:
            for event in self._events:
                claims.create_task(self._travel(event))

    async def _travel(self, event: dict[str, Any]) -> None:
        claim = REPORTS[event["type"]].model_validate(event["data"])
        people, aid = People(claim), AidAttempt(self._clients, claim)
        await self._until_done(lambda: self._hand_in(event, claim, aid))
        await self._until_done(lambda: self._advance(claim, people, aid))

    async def _until_done(self, step: Callable[[], Awaitable[bool]]) -> None:
        """Repeat `step` until it says True, whoever is away meanwhile."""
        while True:
            try:
                if await step():
                    return
            except NotNowError as error:
                _log.debug("demo.not_now", reason=str(error))
                await asyncio.sleep(_AWAY_SECONDS)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _hand_in(self, event: dict[str, Any], claim: ClaimReport, aid: AidAttempt) -> bool:
        if await self._clients.find(claim.claim_number) is None:
            await aid.open_program()
            async with self._turn(f"insurer reports claim {claim.claim_number} ({claim.product})"):
                await self._clients.report(event)
        return True

    async def _advance(self, claim: ClaimReport, people: People, aid: AidAttempt) -> bool:
        """Look at the journey and make the move that is due, if any; True once it has ended."""
        row = await self._clients.find(claim.claim_number)
        if row is None:
            return False
        view = self.views[claim.claim_number] = await self._clients.view(row.journey_id)
        if view.stage in CLOSED_STAGES:
            return True
        if view.wait.what is WaitingFor.REVIEW:
            await aid.close_program(view)
        if move := people.next_action(view, await self._code(view)):
            await self._make(view, move)
        return False

    async def _make(self, view: JourneyView, move: ActionInput) -> None:
        name = str(type(move).model_fields["action"].default)
        async with self._turn(f"{move.actor.role} · {name} · {view.claim_number}"):
            await self._clients.act(view.journey_id, move)

    async def _code(self, view: JourneyView) -> str:
        """The voucher code as the insured person reads it in the message, where it is needed."""
        if view.wait.what is not WaitingFor.HAND_OVER or view.fulfilment is None:
            return ""
        messages = await self._clients.kept("messages", view.journey_id)
        texts = [message["text"]["en"] for message in messages if message["template"] == "voucher_issued"]
        found = _CODE.search(texts[-1]) if texts else None
        return found.group() if found else ""

    @contextlib.asynccontextmanager
    async def _turn(self, move: str) -> AsyncIterator[None]:
        """One person's turn: with a pace, one after another with a pause, so that an onlooker can follow."""
        async with self._onlookers if self._pace else contextlib.nullcontext():
            await asyncio.sleep(self._pace)
            self.last_move = move
            yield

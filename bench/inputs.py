"""The inputs of one journey on the main road, sent as soon as the journey waits for them."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from asyncpg import Pool, Record
from temporalio.client import Client, WorkflowHandle

from console.kept import KeptActions
from console.performing import Performer
from console.reads import Reads
from privacy.vault import Vault
from schemas.actions import Action, ChooseFulfilment, RecordHandOver, RecordPayment, RecordReview, ReviewResult
from schemas.decision import FulfilmentMode, PharmacistFindings
from schemas.drug_claim import DrugClaim
from schemas.journey import JourneyResult, WaitingFor
from schemas.papers import Paper, PaperForm, PaperKind
from schemas.people import Actor, ActorRole

_SEEN = (
    "SELECT waiting_for, money ->> 'committed', coalesce(code, '')"
    " FROM journey_status LEFT JOIN voucher USING (journey_id) WHERE journey_id = $1"
)
_PAPERS = tuple(Paper(kind=kind, form=PaperForm.ORIGINAL) for kind in PaperKind)
_FINDINGS = PharmacistFindings(
    on_label=True, recist_progression=False, tests_support=True, drug_has_target=False, injection=False
)
_PATIENCE = 120
_CALLED_BACK = frozenset({WaitingFor.HAND_OVER, WaitingFor.PAYMENT})
Handle: TypeAlias = WorkflowHandle[Any, JourneyResult]


class Seen(NamedTuple):
    """What a journey's status says of the next input."""

    journey: str
    what: str
    committed: str
    code: str


class Inputs:
    """Plays the people of a journey."""

    def __init__(self, client: Client, pool: "Pool[Record]", vault: Vault, queue: str, place: tuple[str, str]) -> None:
        """Start and update journeys through `client`; see through `pool` what they wait for; collect at `place`."""
        self._client = client
        self._pool = pool
        self._queue = queue
        self._bells: dict[str, asyncio.Event] = {}
        self._partners = Performer(client, Reads(pool, vault), wait_seconds=_PATIENCE)
        self._people = KeptActions(pool, vault, self._partners)
        self._place = {"pharmacy_province": place[0], "pharmacy_city": place[1]}

    async def listen(self) -> None:
        """Hear from PostgreSQL which journeys changed, so that nobody has to look again and again."""
        connection = await self._pool.acquire()
        await connection.add_listener("journey_status", lambda *told: self._ring(str(told[-1])))

    def _ring(self, journey: str) -> None:
        self._bells.setdefault(journey, asyncio.Event()).set()

    async def travel(self, claim: DrugClaim, *, bare: bool) -> JourneyResult:
        """One journey, started to settled; a bare one waits for nothing and gets the same inputs."""
        handle = await self._client.start_workflow(
            "SpecialtyDrugJourney", claim, id=claim.journey_id, task_queue=self._queue, result_type=JourneyResult
        )
        send = self._send_at_once if bare else self._send
        await send(handle, WaitingFor.REVIEW, self._review)
        await send(handle, WaitingFor.BOOKING, self._booking)
        await send(handle, WaitingFor.HAND_OVER, self._hand_over)
        await send(handle, WaitingFor.PAYMENT, self._payment)
        result: JourneyResult = await handle.result()
        return result

    async def _send(self, handle: Handle, what: WaitingFor, make: Callable[[Seen], Action]) -> None:
        async with asyncio.timeout(_PATIENCE):
            while (seen := await self._seen(handle.id)).what != what:
                if seen.what == WaitingFor.HAND_OFF_HELP:
                    message = f"{handle.id} needs help before {what}"
                    raise RuntimeError(message)
                await self._bells[handle.id].wait()
        action = make(seen)
        door = self._partners if what in _CALLED_BACK else self._people
        await door.perform(handle.id, action)

    async def _send_at_once(self, handle: Handle, what: WaitingFor, make: Callable[[Seen], Action]) -> None:
        action = make(Seen(handle.id, what, "0.00", "BARE-CODE"))
        await handle.execute_update(action.action, action, id=action.key)

    async def _seen(self, journey: str) -> Seen:
        self._bells.setdefault(journey, asyncio.Event()).clear()
        row = await self._pool.fetchrow(_SEEN, journey)
        return Seen(journey, *row) if row else Seen(journey, "", "", "")

    def _by(self, role: ActorRole, what: str) -> dict[str, object]:
        return {"key": f"bench/{what}/1", "actor": Actor(role=role, id="bench")}

    def _review(self, _: Seen) -> RecordReview:
        by = self._by(ActorRole.PHARMACIST, "review")
        return RecordReview(**by, result=ReviewResult.PASSED, findings=_FINDINGS)

    def _booking(self, _: Seen) -> ChooseFulfilment:
        by = self._by(ActorRole.INSURED, "booking")
        return ChooseFulfilment(**by, **self._place, mode=FulfilmentMode.PICK_UP)

    def _hand_over(self, seen: Seen) -> RecordHandOver:
        by = self._by(ActorRole.PHARMACY, "hand-over")
        return RecordHandOver(**by, voucher_code=seen.code, identity_verified=True, papers=_PAPERS)

    def _payment(self, seen: Seen) -> RecordPayment:
        by = self._by(ActorRole.INSURER, "payment")
        paid = Decimal(seen.committed)
        return RecordPayment(**by, payment_id=f"order_payment-{seen.journey}", paid=True, amount=paid)

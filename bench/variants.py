"""What is measured: our journey, one that only receives the same inputs, and ours written straightforwardly."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import SearchAttributeKey, VersioningBehavior

from activities import policies
from schemas.actions import ChooseFulfilment, Receipt, RecordHandOver, RecordPayment, RecordReview
from schemas.drug_claim import DrugClaim
from schemas.journey import JourneyResult, Stage
from schemas.partners import PartnerName, PartnerWrite
from workflows import own
from workflows.partner_desk import PartnerDesk
from workflows.record import JourneyRecord

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
Write = TypeVar("Write", bound=PartnerWrite)
INPUTS = 4
_STAGE = SearchAttributeKey.for_keyword("JourneyOutcome")


@workflow.defn(name="SpecialtyDrugJourney", versioning_behavior=VersioningBehavior.PINNED)
class BareJourney:
    """Receives the inputs of a journey and does nothing else: what the server and SDK cost by themselves."""

    @workflow.init
    def __init__(self, claim: DrugClaim) -> None:
        """Expect the inputs of `claim`."""
        self._claim = claim
        self._taken = 0

    @workflow.run
    async def run(self, claim: DrugClaim) -> JourneyResult:
        """Wait for every input."""
        await workflow.wait_condition(lambda: self._taken == INPUTS and workflow.all_handlers_finished())
        return JourneyResult(journey_id=claim.journey_id, stage=Stage.COMPLETED)

    def _take(self, name: str) -> Receipt:
        self._taken += 1
        return Receipt(journey_id=self._claim.journey_id, action=name, stage="", revision=self._taken)

    @workflow.update
    async def record_review(self, action: RecordReview) -> Receipt:
        """Take the review."""
        return self._take(action.action)

    @workflow.update
    async def choose_fulfilment(self, action: ChooseFulfilment) -> Receipt:
        """Take the booking."""
        return self._take(action.action)

    @workflow.update
    async def record_hand_over(self, action: RecordHandOver) -> Receipt:
        """Take the hand-over."""
        return self._take(action.action)

    @workflow.update
    async def record_payment(self, action: RecordPayment) -> Receipt:
        """Take the payment."""
        return self._take(action.action)


async def _as_activity(method: Callable[[Any, Asked], Awaitable[Answered]], request: Asked) -> Answered:
    return await workflow.execute_activity_method(method, request, start_to_close_timeout=timedelta(seconds=10))


async def _look_up_as_activity(
    _: PartnerDesk, partner: str, method: Callable[[Any, Asked], Awaitable[Answered]], query: Asked
) -> Answered:
    del partner
    return await _as_activity(method, query)


async def _hand_off_as_activity(
    desk: PartnerDesk,
    partner: PartnerName,
    method: Callable[[Any, Write], Awaitable[Answered]],
    request: Callable[[str], Write],
) -> Answered:
    return await desk.ask_patiently(partner, method, request, policies.hand_off(partner))


def _upsert_at_every_step(record: JourneyRecord) -> None:
    workflow.upsert_search_attributes([_STAGE.value_set(str(record.status.stage))])


def write_straightforwardly() -> None:
    """Turn the journey of this process into the straightforward one.

    Every decision, posting, status write, look-up and hand-off becomes an activity of its own, one after another, and
    the search attributes are upserted at every step.
    """
    own.ask = _as_activity
    PartnerDesk.hand_off = _hand_off_as_activity  # type: ignore[assignment,method-assign]  # as below
    PartnerDesk.look_up = _look_up_as_activity  # type: ignore[assignment,method-assign]  # the point of the exercise
    JourneyRecord._show = _upsert_at_every_step  # type: ignore[assignment,method-assign]  # noqa: SLF001 - as above

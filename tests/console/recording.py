"""A journey that takes some of the actions and remembers their keys: enough to see what the doors do."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from schemas.actions import Receipt, RecordAidOutcome, RecordPayment, RecordReview, RetryHandOff, SubmitPapers, Withdraw


@workflow.defn(name="RecordingJourney")
class RecordingJourney:
    """Takes papers, payments and a withdrawal; a review is not possible, a retry takes for ever or fails."""

    def __init__(self) -> None:
        """Nothing has been taken."""
        self._taken: list[str] = []
        self._withdrawn = False

    @workflow.run
    async def run(self) -> list[str]:
        """Go on until it is withdrawn."""
        await workflow.wait_condition(lambda: self._withdrawn)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._taken

    @workflow.query
    def taken(self) -> list[str]:
        """Keys of the actions taken, in order."""
        return self._taken

    @workflow.update
    async def submit_papers(self, action: SubmitPapers) -> Receipt:
        """Papers have come in."""
        return self._take(action.key, action.action)

    @workflow.update
    async def record_payment(self, action: RecordPayment) -> Receipt:
        """The insurer paid."""
        return self._take(action.key, action.action)

    @record_payment.validator
    def _may_record_payment(self, action: RecordPayment) -> None:
        if not action.payment_id.startswith("pay-"):
            message = "payment_id: is not the payment that was ordered"
            raise ApplicationError(message, type="ActionInvalid", non_retryable=True)

    @workflow.update
    async def record_review(self, action: RecordReview) -> Receipt:
        """The pharmacist reviewed: possible only once papers have come in."""
        return self._take(action.key, action.action)

    @record_review.validator
    def _may_record_review(self, action: RecordReview) -> None:
        del action
        self._needs_papers("record_review")

    @workflow.update
    async def record_aid_outcome(self, action: RecordAidOutcome) -> Receipt:
        """The foundation decided: possible only once papers have come in."""
        return self._take(action.key, action.action)

    @record_aid_outcome.validator
    def _may_record_aid_outcome(self, action: RecordAidOutcome) -> None:
        del action
        self._needs_papers("record_aid_outcome")

    @workflow.update
    async def retry_hand_off(self, action: RetryHandOff) -> Receipt:
        """Takes a second more than a door waits; with the reason `fail`, fails."""
        if action.reason == "fail":
            message = "a fault of ours"
            raise ApplicationError(message, type="Broken", non_retryable=True)
        await asyncio.sleep(30)
        return self._take(action.key, action.action)

    @workflow.update
    async def withdraw(self, action: Withdraw) -> Receipt:
        """The claim is taken back: the journey ends."""
        self._withdrawn = True
        return self._take(action.key, action.action)

    def _needs_papers(self, name: str) -> None:
        if not self._taken:
            message = f"{name} is not possible in stage authorization (possible now: submit_papers)"
            raise ApplicationError(message, type="ActionNotPossible", non_retryable=True)

    def _take(self, key: str, action: str) -> Receipt:
        self._taken.append(key)
        journey_id = workflow.info().workflow_id
        return Receipt(journey_id=journey_id, action=action, stage="authorization", revision=len(self._taken))

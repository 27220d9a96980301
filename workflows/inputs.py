"""The updates of a drug journey: one per action, each validated before it enters history and taken once by its key."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from schemas.actions import (
        ApplyForAid,
        ChooseFulfilment,
        DecideReferral,
        DeclineAid,
        Receipt,
        RecordAidCollection,
        RecordAidOutcome,
        RecordDeliveryProblem,
        RecordHandOver,
        RecordOwnSharePaid,
        RecordPayment,
        RecordReview,
        RetryHandOff,
        ReviewResult,
        SubmitPapers,
        Withdraw,
    )
    from schemas.decision import FulfilmentMode
    from schemas.papers import PaperKind

from workflows.journey import Journey


def _invalid(message: str) -> ApplicationError:
    return ApplicationError(message, type="ActionInvalid", non_retryable=True)


class DrugJourneyInputs:
    """Update handlers; what they do with an action is the business of `self.journey`."""

    journey: Journey

    @workflow.update
    async def submit_papers(self, action: SubmitPapers) -> Receipt:
        """Papers have come in."""
        return await self.journey.take(action)

    @submit_papers.validator
    def _may_submit_papers(self, action: SubmitPapers) -> None:
        self.journey.check(action)

    @workflow.update
    async def decide_referral(self, action: DecideReferral) -> Receipt:
        """A reviewer decided what the rules left open."""
        return await self.journey.take(action)

    @decide_referral.validator
    def _may_decide_referral(self, action: DecideReferral) -> None:
        self.journey.check(action)

    @workflow.update
    async def record_review(self, action: RecordReview) -> Receipt:
        """The pharmacist reviewed the prescription."""
        return await self.journey.take(action)

    @record_review.validator
    def _may_record_review(self, action: RecordReview) -> None:
        self.journey.check(action)
        if action.result is ReviewResult.PAPERS_NEEDED and not action.papers_needed:
            message = "papers_needed: name at least one kind of paper"
            raise _invalid(message)
        known = [str(kind) for kind in PaperKind]
        if unknown := [kind for kind in action.papers_needed if kind not in known]:
            message = f"papers_needed: unknown kinds {unknown}; known: {', '.join(known)}"
            raise _invalid(message)

    @workflow.update
    async def apply_for_aid(self, action: ApplyForAid) -> Receipt:
        """The insured person applies for charity aid."""
        return await self.journey.take(action)

    @apply_for_aid.validator
    def _may_apply_for_aid(self, action: ApplyForAid) -> None:
        self.journey.check(action)

    @workflow.update
    async def decline_aid(self, action: DeclineAid) -> Receipt:
        """The insured person does not apply for charity aid."""
        return await self.journey.take(action)

    @decline_aid.validator
    def _may_decline_aid(self, action: DeclineAid) -> None:
        self.journey.check(action)

    @workflow.update
    async def record_aid_outcome(self, action: RecordAidOutcome) -> Receipt:
        """The foundation decided."""
        return await self.journey.take(action)

    @record_aid_outcome.validator
    def _may_record_aid_outcome(self, action: RecordAidOutcome) -> None:
        self.journey.check(action)

    @workflow.update
    async def record_aid_collection(self, action: RecordAidCollection) -> Receipt:
        """The donated drug was collected, or was not."""
        return await self.journey.take(action)

    @record_aid_collection.validator
    def _may_record_aid_collection(self, action: RecordAidCollection) -> None:
        self.journey.check(action)

    @workflow.update
    async def choose_fulfilment(self, action: ChooseFulfilment) -> Receipt:
        """The insured person booked pick-up or delivery."""
        return await self.journey.take(action)

    @choose_fulfilment.validator
    def _may_choose_fulfilment(self, action: ChooseFulfilment) -> None:
        self.journey.check(action)
        if action.mode is not FulfilmentMode.PICK_UP and not action.destination_city:
            message = "destination_city: needed for a delivery"
            raise _invalid(message)

    @workflow.update
    async def record_own_share_paid(self, action: RecordOwnSharePaid) -> Receipt:
        """The insured person paid the own share."""
        return await self.journey.take(action)

    @record_own_share_paid.validator
    def _may_record_own_share_paid(self, action: RecordOwnSharePaid) -> None:
        self.journey.check(action)
        estimate = self.journey.record.status.money.estimate
        if estimate and action.amount != estimate.own_share:
            message = f"amount: the own share is {estimate.own_share} yuan, not {action.amount}"
            raise _invalid(message)

    @workflow.update
    async def record_hand_over(self, action: RecordHandOver) -> Receipt:
        """Voucher, identity and papers were checked at the counter or door."""
        return await self.journey.take(action)

    @record_hand_over.validator
    def _may_record_hand_over(self, action: RecordHandOver) -> None:
        self.journey.check(action)

    @workflow.update
    async def record_delivery_problem(self, action: RecordDeliveryProblem) -> Receipt:
        """The delivery failed or the drug was damaged."""
        return await self.journey.take(action)

    @record_delivery_problem.validator
    def _may_record_delivery_problem(self, action: RecordDeliveryProblem) -> None:
        self.journey.check(action)

    @workflow.update
    async def record_payment(self, action: RecordPayment) -> Receipt:
        """The insurer paid or refused to."""
        return await self.journey.take(action)

    @record_payment.validator
    def _may_record_payment(self, action: RecordPayment) -> None:
        self.journey.check(action)
        committed = self.journey.record.status.money.committed
        if action.paid and action.amount != committed:
            message = f"amount: {committed} yuan were ordered, not {action.amount}"
            raise _invalid(message)

    @workflow.update
    async def retry_hand_off(self, action: RetryHandOff) -> Receipt:
        """A service agent sends a failed hand-off once more."""
        return await self.journey.take(action)

    @retry_hand_off.validator
    def _may_retry_hand_off(self, action: RetryHandOff) -> None:
        self.journey.check(action)

    @workflow.update
    async def withdraw(self, action: Withdraw) -> Receipt:
        """The insured person takes the claim back."""
        return await self.journey.take(action)

    @withdraw.validator
    def _may_withdraw(self, action: Withdraw) -> None:
        self.journey.check(action)

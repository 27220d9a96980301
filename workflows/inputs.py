"""The updates that every journey takes, each validated before it enters history and taken once by its key."""

from datetime import date

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from schemas.actions import (
        AdoptDeadline,
        ConcludeInvestigation,
        CorrectClaim,
        DecideReferral,
        Hold,
        OpenInvestigation,
        Receipt,
        RecordCancellation,
        RecordDeath,
        RecordFraud,
        RecordPayment,
        RecordRefund,
        Resume,
        RetryHandOff,
        SubmitPapers,
        Withdraw,
    )
    from schemas.journey import JourneyStatus

from workflows.drug_case import today
from workflows.journey import Journey


def invalid(message: str) -> ApplicationError:
    """What a validator raises for a wrong field: `field: reason`."""
    return ApplicationError(message, type="ActionInvalid", non_retryable=True)


def not_in_future(field: str, day: date) -> None:
    """Refuse a day after today."""
    if day > today():
        message = f"{field}: lies in the future"
        raise invalid(message)


class JourneyInputs:
    """Update handlers; what they do with an action is the business of `self.journey`."""

    journey: Journey
    correctable: tuple[str, ...] = (
        "applicant",
        "diagnosis",
        "prescription",
        "hospital_lacks_drug",
        "planned_purchase_on",
        "papers",
    )
    """What of the claim can be corrected."""

    @workflow.query
    def state(self) -> JourneyStatus:
        """How the journey stands, with what is not written yet; a replay asks it after every event."""
        return self.journey.record.status

    @workflow.update
    async def submit_papers(self, action: SubmitPapers) -> Receipt:
        """Papers have come in."""
        return await self.journey.inbox.take(action)

    @submit_papers.validator
    def _may_submit_papers(self, action: SubmitPapers) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def decide_referral(self, action: DecideReferral) -> Receipt:
        """A reviewer decided what the rules left open."""
        return await self.journey.inbox.take(action)

    @decide_referral.validator
    def _may_decide_referral(self, action: DecideReferral) -> None:
        if not self.journey.inbox.check(action) or action.ratio is None:
            return
        asked = self.journey.referred
        if asked is None or not asked.asks_ratio:
            message = "ratio: is not what was referred; leave it out, the contract's or the document's ratio holds"
            raise invalid(message)

    @workflow.update
    async def record_payment(self, action: RecordPayment) -> Receipt:
        """The insurer paid or refused to."""
        return await self.journey.inbox.take(action)

    @record_payment.validator
    def _may_record_payment(self, action: RecordPayment) -> None:
        if not self.journey.inbox.check(action):
            return
        committed = self.journey.record.status.money.committed
        if action.paid and action.amount != committed:
            message = f"amount: {committed} yuan were ordered, not {action.amount}"
            raise invalid(message)

    @workflow.update
    async def retry_hand_off(self, action: RetryHandOff) -> Receipt:
        """A service agent sends a failed hand-off once more."""
        return await self.journey.inbox.take(action)

    @retry_hand_off.validator
    def _may_retry_hand_off(self, action: RetryHandOff) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def withdraw(self, action: Withdraw) -> Receipt:
        """The insured person takes the claim back."""
        return await self.journey.inbox.take(action)

    @withdraw.validator
    def _may_withdraw(self, action: Withdraw) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def hold(self, action: Hold) -> Receipt:
        """The journey is put on hold."""
        return await self.journey.inbox.take(action)

    @hold.validator
    def _may_hold(self, action: Hold) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def resume(self, action: Resume) -> Receipt:
        """A journey on hold goes on."""
        return await self.journey.inbox.take(action)

    @resume.validator
    def _may_resume(self, action: Resume) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def open_investigation(self, action: OpenInvestigation) -> Receipt:
        """The insurer investigates."""
        return await self.journey.inbox.take(action)

    @open_investigation.validator
    def _may_open_investigation(self, action: OpenInvestigation) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def conclude_investigation(self, action: ConcludeInvestigation) -> Receipt:
        """The investigation has ended."""
        return await self.journey.inbox.take(action)

    @conclude_investigation.validator
    def _may_conclude_investigation(self, action: ConcludeInvestigation) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def record_death(self, action: RecordDeath) -> Receipt:
        """The insured person died."""
        return await self.journey.inbox.take(action)

    @record_death.validator
    def _may_record_death(self, action: RecordDeath) -> None:
        if not self.journey.inbox.check(action):
            return
        not_in_future("died_on", action.died_on)
        if action.died_on < self.journey.insured.birth_date:
            message = "died_on: lies before the insured person's birth"
            raise invalid(message)

    @workflow.update
    async def record_cancellation(self, action: RecordCancellation) -> Receipt:
        """The policy was cancelled."""
        return await self.journey.inbox.take(action)

    @record_cancellation.validator
    def _may_record_cancellation(self, action: RecordCancellation) -> None:
        told = self.journey.record.status.cancellation
        to_come = told.effective_on if told and not told.heeded else None
        if self.journey.inbox.check(action) and action.revoked and action.effective_on != to_come:
            message = f"revoked: no cancellation from {action.effective_on} on is to come"
            raise invalid(message)

    @workflow.update
    async def record_fraud(self, action: RecordFraud) -> Receipt:
        """Fraud was found."""
        return await self.journey.inbox.take(action)

    @record_fraud.validator
    def _may_record_fraud(self, action: RecordFraud) -> None:
        if self.journey.inbox.check(action):
            not_in_future("found_on", action.found_on)

    @workflow.update
    async def correct_claim(self, action: CorrectClaim) -> Receipt:
        """The claim is corrected."""
        return await self.journey.inbox.take(action)

    @correct_claim.validator
    def _may_correct_claim(self, action: CorrectClaim) -> None:
        if not self.journey.inbox.check(action):
            return
        if not action.given:
            message = f"correct_claim: nothing is corrected; give at least one of {', '.join(self.correctable)}"
            raise invalid(message)
        for name in action.given:
            if name not in self.correctable:
                message = f"{name}: is not part of this claim; it has {', '.join(self.correctable)}"
                raise invalid(message)

    @workflow.update
    async def record_refund(self, action: RecordRefund) -> Receipt:
        """Money came back."""
        return await self.journey.inbox.take(action)

    @record_refund.validator
    def _may_record_refund(self, action: RecordRefund) -> None:
        if not self.journey.inbox.check(action):
            return
        due = self.journey.record.status.money.refund_due
        if action.amount > due:
            message = f"amount: {due} yuan are due, not {action.amount}"
            raise invalid(message)

    @workflow.update
    async def adopt_deadline(self, action: AdoptDeadline) -> Receipt:
        """The calendar of a year was published: the deadline that was provisional is reckoned on it."""
        return await self.journey.adopt_deadline(action)

    @adopt_deadline.validator
    def _may_adopt_deadline(self, action: AdoptDeadline) -> None:
        held = self.journey.record.status.wait.deadline
        if held is None or (held.budget, held.started_at, held.stops) != (
            action.deadline.budget,
            action.deadline.started_at,
            action.deadline.stops,
        ):
            message = "deadline: the journey waits for something else by now"
            raise ApplicationError(message, type="ActionNotPossible", non_retryable=True)

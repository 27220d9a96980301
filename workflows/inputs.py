"""The updates of a drug journey: one per action, each validated before it enters history and taken once by its key."""

from datetime import date, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from schemas.actions import (
        AcceptRefusal,
        AdoptDeadline,
        ApplyForAid,
        ChooseFulfilment,
        ConcludeInvestigation,
        ConfirmExpert,
        CorrectClaim,
        DecideReferral,
        DeclineAid,
        EndTreatment,
        Hold,
        OpenInvestigation,
        Receipt,
        RecommendExpert,
        RecordAidCollection,
        RecordAidOutcome,
        RecordAppointment,
        RecordCancellation,
        RecordConsultation,
        RecordDeath,
        RecordDeliveryProblem,
        RecordFollowUp,
        RecordFraud,
        RecordHandOver,
        RecordOwnSharePaid,
        RecordPayment,
        RecordRefund,
        RecordReview,
        ReissueVoucher,
        Resume,
        RetryHandOff,
        ReviewResult,
        SubmitPapers,
        SubmitPrescription,
        Withdraw,
    )
    from schemas.decision import FulfilmentMode
    from schemas.papers import PaperKind

from workflows.drug_case import DrugCase, today
from workflows.journey import Journey


def _invalid(message: str) -> ApplicationError:
    return ApplicationError(message, type="ActionInvalid", non_retryable=True)


def _not_in_future(field: str, day: date) -> None:
    if day > today():
        message = f"{field}: lies in the future"
        raise _invalid(message)


_CLOCKS_DIFFER = timedelta(minutes=5)
"""How far a partner's clock may be ahead of ours."""
_CORRECTABLE = ("applicant", "diagnosis", "prescription", "hospital_lacks_drug", "planned_purchase_on", "papers")


class DrugJourneyInputs:
    """Update handlers; what they do with an action is the business of `self.journey`."""

    case: DrugCase
    journey: Journey

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
        self.journey.inbox.check(action)

    @workflow.update
    async def record_review(self, action: RecordReview) -> Receipt:
        """The pharmacist reviewed the prescription."""
        return await self.journey.inbox.take(action)

    @record_review.validator
    def _may_record_review(self, action: RecordReview) -> None:
        if not self.journey.inbox.check(action):
            return
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
        return await self.journey.inbox.take(action)

    @apply_for_aid.validator
    def _may_apply_for_aid(self, action: ApplyForAid) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def decline_aid(self, action: DeclineAid) -> Receipt:
        """The insured person does not apply for charity aid."""
        return await self.journey.inbox.take(action)

    @decline_aid.validator
    def _may_decline_aid(self, action: DeclineAid) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def record_aid_outcome(self, action: RecordAidOutcome) -> Receipt:
        """The foundation decided."""
        return await self.journey.inbox.take(action)

    @record_aid_outcome.validator
    def _may_record_aid_outcome(self, action: RecordAidOutcome) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def record_aid_collection(self, action: RecordAidCollection) -> Receipt:
        """The donated drug was collected, or was not."""
        return await self.journey.inbox.take(action)

    @record_aid_collection.validator
    def _may_record_aid_collection(self, action: RecordAidCollection) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def choose_fulfilment(self, action: ChooseFulfilment) -> Receipt:
        """The insured person booked pick-up or delivery."""
        return await self.journey.inbox.take(action)

    @choose_fulfilment.validator
    def _may_choose_fulfilment(self, action: ChooseFulfilment) -> None:
        if not self.journey.inbox.check(action):
            return
        if action.mode is not FulfilmentMode.PICK_UP and not action.destination_city:
            message = "destination_city: needed for a delivery"
            raise _invalid(message)

    @workflow.update
    async def record_own_share_paid(self, action: RecordOwnSharePaid) -> Receipt:
        """The insured person paid the own share."""
        return await self.journey.inbox.take(action)

    @record_own_share_paid.validator
    def _may_record_own_share_paid(self, action: RecordOwnSharePaid) -> None:
        if not self.journey.inbox.check(action):
            return
        estimate = self.journey.record.status.money.estimate
        if estimate and action.amount != estimate.own_share:
            message = f"amount: the own share is {estimate.own_share} yuan, not {action.amount}"
            raise _invalid(message)

    @workflow.update
    async def record_hand_over(self, action: RecordHandOver) -> Receipt:
        """Voucher, identity and papers were checked at the counter or door."""
        return await self.journey.inbox.take(action)

    @record_hand_over.validator
    def _may_record_hand_over(self, action: RecordHandOver) -> None:
        if not self.journey.inbox.check(action):
            return
        if action.happened_at and action.happened_at > workflow.now() + _CLOCKS_DIFFER:
            message = "happened_at: lies in the future"
            raise _invalid(message)

    @workflow.update
    async def reissue_voucher(self, action: ReissueVoucher) -> Receipt:
        """The voucher gets another code."""
        return await self.journey.inbox.take(action)

    @reissue_voucher.validator
    def _may_reissue_voucher(self, action: ReissueVoucher) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def record_delivery_problem(self, action: RecordDeliveryProblem) -> Receipt:
        """The delivery failed or the drug was damaged."""
        return await self.journey.inbox.take(action)

    @record_delivery_problem.validator
    def _may_record_delivery_problem(self, action: RecordDeliveryProblem) -> None:
        self.journey.inbox.check(action)

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
            raise _invalid(message)

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
        _not_in_future("died_on", action.died_on)
        if action.died_on < self.case.claim.insured.birth_date:
            message = "died_on: lies before the insured person's birth"
            raise _invalid(message)

    @workflow.update
    async def record_cancellation(self, action: RecordCancellation) -> Receipt:
        """The policy was cancelled."""
        return await self.journey.inbox.take(action)

    @record_cancellation.validator
    def _may_record_cancellation(self, action: RecordCancellation) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def record_fraud(self, action: RecordFraud) -> Receipt:
        """Fraud was found."""
        return await self.journey.inbox.take(action)

    @record_fraud.validator
    def _may_record_fraud(self, action: RecordFraud) -> None:
        if self.journey.inbox.check(action):
            _not_in_future("found_on", action.found_on)

    @workflow.update
    async def correct_claim(self, action: CorrectClaim) -> Receipt:
        """The claim is corrected."""
        return await self.journey.inbox.take(action)

    @correct_claim.validator
    def _may_correct_claim(self, action: CorrectClaim) -> None:
        if not self.journey.inbox.check(action):
            return
        if not action.given:
            message = f"correct_claim: nothing is corrected; give at least one of {', '.join(_CORRECTABLE)}"
            raise _invalid(message)

    @workflow.update
    async def accept_refusal(self, action: AcceptRefusal) -> Receipt:
        """The insured person accepts the refused review."""
        return await self.journey.inbox.take(action)

    @accept_refusal.validator
    def _may_accept_refusal(self, action: AcceptRefusal) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def recommend_expert(self, action: RecommendExpert) -> Receipt:
        """The provider recommends an expert."""
        return await self.journey.inbox.take(action)

    @recommend_expert.validator
    def _may_recommend_expert(self, action: RecommendExpert) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def confirm_expert(self, action: ConfirmExpert) -> Receipt:
        """The insured person confirms the expert."""
        return await self.journey.inbox.take(action)

    @confirm_expert.validator
    def _may_confirm_expert(self, action: ConfirmExpert) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def record_appointment(self, action: RecordAppointment) -> Receipt:
        """The consultation was arranged."""
        return await self.journey.inbox.take(action)

    @record_appointment.validator
    def _may_record_appointment(self, action: RecordAppointment) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def record_consultation(self, action: RecordConsultation) -> Receipt:
        """The day of the consultation has passed."""
        return await self.journey.inbox.take(action)

    @record_consultation.validator
    def _may_record_consultation(self, action: RecordConsultation) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def submit_prescription(self, action: SubmitPrescription) -> Receipt:
        """The next prescription has come in."""
        return await self.journey.inbox.take(action)

    @submit_prescription.validator
    def _may_submit_prescription(self, action: SubmitPrescription) -> None:
        if not self.journey.inbox.check(action):
            return
        claim = self.case.claim
        if action.prescription.drug != claim.prescription.drug:
            message = f"prescription.drug: this journey is for {claim.prescription.drug.name}; report another drug anew"
            raise _invalid(message)
        if action.prescription.number == claim.prescription.number:
            message = "prescription.number: this prescription was handed in before"
            raise _invalid(message)

    @workflow.update
    async def end_treatment(self, action: EndTreatment) -> Receipt:
        """No further prescription will come."""
        return await self.journey.inbox.take(action)

    @end_treatment.validator
    def _may_end_treatment(self, action: EndTreatment) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def record_follow_up(self, action: RecordFollowUp) -> Receipt:
        """The patient was called."""
        return await self.journey.inbox.take(action)

    @record_follow_up.validator
    def _may_record_follow_up(self, action: RecordFollowUp) -> None:
        self.journey.inbox.check(action)

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
            raise _invalid(message)

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

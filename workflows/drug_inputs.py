"""The updates that a drug journey takes besides those of every journey."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.actions import (
        AcceptRefusal,
        ApplyForAid,
        ChooseFulfilment,
        ConfirmExpert,
        DeclineAid,
        DeliveryStatus,
        EndTreatment,
        Receipt,
        RecommendExpert,
        RecordAidCollection,
        RecordAidOutcome,
        RecordAppointment,
        RecordConsultation,
        RecordDeliveryProblem,
        RecordFollowUp,
        RecordHandOver,
        RecordOwnSharePaid,
        RecordReview,
        ReissueVoucher,
        ReviewResult,
        SubmitPrescription,
    )
    from schemas.civil import CHINA
    from schemas.decision import FulfilmentMode
    from schemas.papers import PaperKind
    from schemas.people import ActorRole

from workflows.drug_case import DrugCase
from workflows.inputs import JourneyInputs, invalid

_CLOCKS_DIFFER = timedelta(minutes=5)
"""How far a partner's clock may be ahead of ours."""


class DrugJourneyInputs(JourneyInputs):
    """Update handlers of a drug journey."""

    case: DrugCase

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
            raise invalid(message)
        known = [str(kind) for kind in PaperKind]
        if unknown := [kind for kind in action.papers_needed if kind not in known]:
            message = f"papers_needed: unknown kinds {unknown}; known: {', '.join(known)}"
            raise invalid(message)

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
            raise invalid(message)
        if action.override and action.actor.role is not ActorRole.SERVICE_AGENT:
            message = f"override: a service agent makes an exception, not {action.actor.role}"
            raise invalid(message)

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
            raise invalid(message)

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
            raise invalid(message)
        self._before_the_end(action)
        voucher = self.journey.record.status.voucher
        if action.happened_at and voucher and action.happened_at < voucher.issued_at - _CLOCKS_DIFFER:
            message = "happened_at: lies before the voucher was issued"
            raise invalid(message)

    def _before_the_end(self, action: RecordHandOver) -> None:
        """Of a drug that is to go back, only a hand-over from before the end is settled."""
        until = self.case.title_ended_at
        if "record_hand_over" not in self.journey.inbox.asides or until is None:
            return
        if action.happened_at is None or action.happened_at >= until:
            message = f"happened_at: the title to the drug ended at {until.astimezone(CHINA).isoformat()}"
            raise invalid(message)

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
        if not self.journey.inbox.check(action):
            return
        collected = self.case.fulfilment().mode is FulfilmentMode.PICK_UP
        if collected and action.status is not DeliveryStatus.DAMAGED_BY_INSURED:
            message = f"status: {action.status} is of a delivery; this drug is collected at the pharmacy"
            raise invalid(message)

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
            raise invalid(message)
        if action.prescription.number == claim.prescription.number:
            message = "prescription.number: this prescription was handed in before"
            raise invalid(message)

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

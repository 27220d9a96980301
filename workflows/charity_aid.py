"""The attempt at charity aid: a foundation supplies the drug where it can, before the insurance pays."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.foundation import Foundation
    from schemas.action_input import ActionInput
    from schemas.actions import ApplyForAid, RecordAidCollection, RecordAidOutcome
    from schemas.decision import AidStanding, CharityWay, Decision, Verdict
    from schemas.journey import Stage, WaitingFor
    from schemas.partners import AidApplication, AidProgram, AidQuery, AidReceipt, PartnerName
    from schemas.people import ActorRole

from workflows import texts
from workflows.drug_case import DrugCase, today
from workflows.journey import Journey
from workflows.partner_desk import PartnerDesk


class CharityAid:
    """The charity fork of one prescription."""

    def __init__(self, journey: Journey, desk: PartnerDesk, case: DrugCase) -> None:
        """Try aid for `case` by the means of `journey`; the foundation is asked at `desk`."""
        self.journey = journey
        self.desk = desk
        self.case = case

    async def way(self) -> CharityWay:
        """Where a program exists and the patient qualifies, aid is tried before the insurance pays."""
        journey = self.journey
        journey.record.enter_stage(Stage.CHARITY_AID)
        program = await self.desk.look_up(PartnerName.FOUNDATION, Foundation.program, self.case.program_query())
        decision = await self._decide(program.standing)
        while decision.way in {CharityWay.APPLY, CharityWay.WAIT}:
            standing, own_reason = await self._aid(program)
            decision = await self._decide(standing, own_reason=own_reason)
        if decision.verdict is Verdict.REFERRED:
            await journey.approved_or_end(decision)
            return CharityWay.INSURANCE
        return decision.way or CharityWay.INSURANCE

    async def _decide(self, standing: AidStanding, *, own_reason: bool = True) -> Decision:
        return await self.journey.decide(self.case.charity_facts(standing, own_reason=own_reason))

    async def _aid(self, program: AidProgram) -> tuple[AidStanding, bool]:
        """Application, outcome, collection: how the aid ended, and whether for the applicant's own reasons."""
        journey = self.journey
        journey.record.notify(ActorRole.INSURED, "aid_open", texts.AID_OPEN, person=self.case.claim.insured.ref)
        choice = await journey.answer(
            ActionInput, WaitingFor.AID_APPLICATION, ActorRole.INSURED, budget=self.case.plan.aid_budget
        )
        if not isinstance(choice, ApplyForAid):
            return AidStanding(getattr(choice, "standing", AidStanding.NOT_APPLIED)), True
        journey.inbox.expect(WaitingFor.AID_OUTCOME)
        receipt = await self._apply(program)
        outcome = await journey.answer(
            RecordAidOutcome,
            WaitingFor.AID_OUTCOME,
            ActorRole.FOUNDATION,
            poll=lambda: self._poll_outcome(receipt),
        )
        if not outcome.approved:
            return AidStanding.REFUSED, True
        collection = await journey.answer(
            RecordAidCollection,
            WaitingFor.AID_COLLECTION,
            ActorRole.INSURED,
            poll=lambda: self._poll_collection(receipt),
        )
        if not collection.collected:
            return AidStanding.NOT_COLLECTED, collection.own_reason
        self.case.aid_since = self.case.aid_since or today()
        self.case.next_donation_on = collection.next_due_on
        return AidStanding.COLLECTED, True

    async def _apply(self, program: AidProgram) -> AidReceipt:
        claim, plan = self.case.claim, self.case.plan
        return await self.desk.hand_off(
            PartnerName.FOUNDATION,
            Foundation.apply,
            lambda key: AidApplication(
                key=key,
                journey_id=claim.journey_id,
                program_id=program.program_id,
                person=claim.insured.ref,
                drug_id=plan.drug_id,
                prescription_number=claim.prescription.number,
            ),
        )

    async def _poll_outcome(self, receipt: AidReceipt) -> RecordAidOutcome | None:
        known = await self._aid_standing(receipt)
        if known.standing in {AidStanding.UNDER_REVIEW, AidStanding.OPEN}:
            return None
        return RecordAidOutcome(
            **self.case.polled("aid-outcome", ActorRole.FOUNDATION),
            application_id=receipt.application_id,
            approved=known.standing is not AidStanding.REFUSED,
            reason=known.reason,
        )

    async def _poll_collection(self, receipt: AidReceipt) -> RecordAidCollection | None:
        known = await self._aid_standing(receipt)
        if known.standing not in {AidStanding.COLLECTED, AidStanding.NOT_COLLECTED}:
            return None
        return RecordAidCollection(
            **self.case.polled("aid-collection", ActorRole.FOUNDATION),
            application_id=receipt.application_id,
            collected=known.standing is AidStanding.COLLECTED,
            next_due_on=known.next_due_on,
        )

    async def _aid_standing(self, receipt: AidReceipt) -> AidReceipt:
        query = AidQuery(application_id=receipt.application_id)
        return await self.desk.look_up(PartnerName.FOUNDATION, Foundation.application, query)

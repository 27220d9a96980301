"""The journey of one claim for a domestic specialty drug, from authorization to settlement."""

import asyncio

from temporalio import workflow
from temporalio.common import VersioningBehavior

with workflow.unsafe.imports_passed_through():
    from activities.hospital import Hospital
    from schemas.actions import ChooseFulfilment, CorrectClaim, RecordReview, ReviewResult
    from schemas.decision import CharityWay, FulfilmentMode, Verdict
    from schemas.drug_claim import DrugClaim
    from schemas.journey import JourneyResult, JourneyStatus, Stage, Wait, WaitingFor
    from schemas.money import ZERO
    from schemas.papers import PaperDue, PaperForm, PaperKind
    from schemas.partners import PartnerName, RecordsRequest
    from schemas.people import ActorRole
    from schemas.text import Bilingual

from workflows import texts
from workflows.charity_aid import CharityAid
from workflows.clock import Clock
from workflows.cover import Cover
from workflows.drug_case import DrugCase
from workflows.drug_inputs import DrugJourneyInputs
from workflows.endings import CorrectedError, HandedOverError, JourneyEndedError
from workflows.green_channel import GreenChannel
from workflows.journey import Journey
from workflows.own_share import OwnShare
from workflows.partner_desk import PartnerDesk
from workflows.record import JourneyRecord
from workflows.recovery import Recovery
from workflows.refills import Refills
from workflows.reopening import Reopening, leave
from workflows.settlement import Settlement
from workflows.supply import Supply
from workflows.turns import Turns
from workflows.vouchers import Vouchers

_FROM_HOSPITAL = (
    PaperKind.MEDICAL_RECORDS,
    PaperKind.FIRST_VISIT_RECORD,
    PaperKind.DIAGNOSIS_CERTIFICATE,
    PaperKind.PATHOLOGY_REPORT,
    PaperKind.LABORATORY_REPORT,
    PaperKind.IMAGING,
    PaperKind.GENE_TEST_REPORT,
)
"""Papers that the treating hospital is asked for when they are missing."""


@workflow.defn(name="SpecialtyDrugJourney", versioning_behavior=VersioningBehavior.PINNED)
class SpecialtyDrugJourney(DrugJourneyInputs):
    """One claim, one prescription: who may have the drug, how it reaches them, and who pays."""

    @workflow.init
    def __init__(self, claim: DrugClaim) -> None:
        """Open the journey's record, or take up where its last run left off; the claim carries no personal data."""
        carried = claim.carried
        record = (
            JourneyRecord(carried.status, decided=carried.decided, told=carried.told)
            if carried
            else JourneyRecord(_opened(claim))
        )
        self.case = DrugCase(claim, record)
        self.journey = Journey(record, claim.insured, claim.products_version)
        self.turns = Turns(self.journey, self.case)
        self.journey.on_turn = self.turns.heed
        self.reopening: Reopening | None = None
        if carried:
            self.journey.inbox.remember(carried.taken, carried.taken_before)
            if record.closed:
                self.reopening = Reopening(self.journey)
            else:
                self.journey.inbox.expect(WaitingFor.PRESCRIPTION)
        self.desk = PartnerDesk(self.journey, carried.asked if carried else None)
        self.cover = Cover(self.journey, self.desk, self.case)
        self.own_share = OwnShare(self.journey, self.cover)
        self.settlement = Settlement(self.journey, self.desk, self.case, self.own_share)
        self.vouchers = Vouchers(self.journey, self.case, self.settlement)
        self.supply = Supply(self.journey, self.desk, self.case, self.vouchers, self.cover)
        self.green_channel = GreenChannel(self.journey, self.case)
        self.refills = Refills(self.journey, self.desk, self.case, self.cover)
        self.recovery = Recovery(self.journey)

    @workflow.run
    async def run(self, claim: DrugClaim) -> JourneyResult:
        """Travel from the claim to its end, prescription by prescription; every end is a result, none a failure."""
        self.turns.announced.watch()
        try:
            if self.reopening:
                await self.reopening.heed(undone=lambda: bool(self.case.not_owed))
            await self.travel(awaited=claim.carried is not None)
        except JourneyEndedError as ended:
            await self.end(ended)
        return self.result()

    async def travel(self, *, awaited: bool) -> None:
        """One prescription after another, the first of this run `awaited` or at hand; raises JourneyEndedError."""
        while True:
            if awaited:
                await self.refills.next_prescription()
            await self.prescription()
            awaited = True
            await self.refills.continue_as_new()

    async def prescription(self) -> None:
        """One prescription, begun anew whenever the claim is corrected; raises JourneyEndedError after the last one."""
        while True:
            try:
                ended = await self.outcome()
                expected = await self.refills.expected(ended)
                break
            except CorrectedError as corrected:
                await self.start_over(corrected.correction)
        if not expected:
            raise ended or JourneyEndedError(Stage.COMPLETED)
        if ended:
            await self.give_up(ended)

    async def outcome(self) -> JourneyEndedError | None:
        """What the prescription in hand ended in; None once it is settled."""
        try:
            await self.supplied_and_settled()
        except JourneyEndedError as ended:
            return ended
        return None

    async def supplied_and_settled(self) -> None:
        """The manual's steps, from the authorization to the settled payment."""
        await self.authorize()
        await self.review_and_aid()
        booking = await self.voucher_and_booking()
        reserved = await self.supply.reserve(booking)
        dispensing = await self.supply.hand_over(reserved)
        await self.settlement.settle(dispensing)

    async def start_over(self, correction: CorrectClaim) -> None:
        """Decide anew on the corrected facts; what was set aside is given back, what was handed in still counts."""
        await self.give_back()
        self.case.correct(correction)
        self.supply.begin()
        given = ", ".join(correction.given)
        record = self.journey.record
        self.journey.inbox.add_papers(correction.papers)
        record.change(voucher=None, fulfilment=None, papers_due=())
        record.enter_stage(Stage.AUTHORIZATION)
        record.note("input", texts.corrected(given), actor=correction.actor)

    async def give_back(self, *, at_the_end: bool = False) -> None:
        """What was set aside, and paid in advance, for a prescription that comes to nothing."""
        await self.supply.give_back(at_the_end=at_the_end)
        if not self.case.handed_over_on:
            self.own_share.keep(ZERO)

    async def given_back(self) -> bool:
        """Give back what was set aside; False where it was handed over in time after all, and is settled instead."""
        while True:
            try:
                await self.give_back(at_the_end=True)
            except HandedOverError as told:
                dispensing = await self.supply.handed_over_before(told.answer)
            else:
                return True
            if dispensing:
                await self.settlement.settle(dispensing)
                return False

    async def give_up(self, ended: JourneyEndedError) -> None:
        """The prescription came to nothing, the treatment goes on."""
        if not await self.given_back():
            return
        self.journey.record.settle_escalations()
        text = self._nothing_came(ended.stage)
        self.journey.record.notify(ActorRole.INSURED, f"prescription_{ended.stage}", text, person=self.journey.person)

    def _nothing_came(self, stage: Stage) -> Bilingual:
        """Why nothing came of the prescription, and what next."""
        record = self.journey.record
        if stage is Stage.REFUSED and record.last_decision:
            return texts.refused(record.last_decision, record.last_reason)
        return texts.ENDS[stage] if stage is Stage.AID_SUPPLIED else texts.AGAIN

    # Authorization

    async def authorize(self) -> None:
        """Policy, waiting period, diagnosis, drug and papers: approved, refused, or papers asked for.

        A later prescription needs none where the first authorization covers it, unless the policy was ended since.
        yuanxin-cancer-drug/FLOW-2 COND-1.
        """
        journey, case = self.journey, self.case
        first = journey.record.status.prescription == 1
        await self._learn()
        if not first and case.plan.authorization_covers_refills and not case.coverage.policy.ended:
            return
        if journey.record.status.stage is not Stage.AUTHORIZATION:
            journey.record.enter_stage(Stage.AUTHORIZATION)
        while True:
            decision = await journey.decide(case.authorization_facts(journey.inbox.papers))
            if decision.verdict is not Verdict.PAPERS_DUE:
                break
            await self._collect(decision.papers_due)
        await self.journey.approved_or_end(decision)

    async def _learn(self) -> None:
        """How the policy stands on this prescription's day, and the terms that follow from it."""
        journey, case = self.journey, self.case
        if case.round == 1:
            journey.record.note("stage", texts.CLAIM_RECEIVED)
            journey.record.wait(WaitingFor.HAND_OFF, ActorRole.INSURER)
            await journey.publish()
        await self.cover.learn()
        journey.record.change(drug=case.plan.drug_label)

    async def _collect(self, due: tuple[PaperDue, ...]) -> None:
        """Wait for papers from whoever brings them first: the insured person, or the hospital that is asked, too."""
        asked = asyncio.create_task(self._ask_hospital(due))
        try:
            await self.journey.collect(due)
        finally:
            asked.cancel()

    async def _ask_hospital(self, due: tuple[PaperDue, ...]) -> None:
        kinds = tuple(paper.kind for paper in due if paper.kind in _FROM_HOSPITAL)
        if not kinds:
            return
        claim = self.case.claim
        await self.desk.ask_aside(
            PartnerName.HOSPITAL,
            Hospital.request_records,
            lambda key: RecordsRequest(
                key=key,
                journey_id=claim.journey_id,
                hospital=claim.prescription.hospital.name,
                person=claim.insured.ref,
                kinds=kinds,
            ),
        )

    # Prescription review and charity aid

    async def review_and_aid(self) -> None:
        """Review the prescription and try charity aid; when the foundation refuses, review once more."""
        await self.review()
        way = await CharityAid(self.journey, self.desk, self.case).way()
        if way is CharityWay.REVIEW_AGAIN:
            await self.review()
        elif way is CharityWay.AID_SUPPLIES:
            raise JourneyEndedError(Stage.AID_SUPPLIED)
        elif way is CharityWay.NOT_COVERED:
            raise JourneyEndedError(Stage.REFUSED)

    async def review(self) -> None:
        """A pharmacist reviews the prescription; the clock stands still while papers are missing."""
        journey = self.journey
        journey.record.enter_stage(Stage.PRESCRIPTION_REVIEW)
        clock = Clock(self.case.plan.review_budget, workflow.now())
        while True:
            answer = await journey.answer(RecordReview, WaitingFor.REVIEW, ActorRole.PHARMACIST, clock=clock)
            if answer.result is ReviewResult.PAPERS_NEEDED:
                await self._supplement(self._papers_of(answer), clock)
                continue
            self.case.findings = answer.findings
            await self.vouchers.look_at_others()
            decision = await journey.decide(self.case.review_facts(journey.inbox.papers))
            if decision.verdict is not Verdict.PAPERS_DUE:
                break
            await self._supplement(decision.papers_due, clock)
        if answer.result is ReviewResult.REFUSED and decision.verdict is Verdict.APPROVED:
            # The pharmacist and the rules disagree: a person above both decides.
            decision = decision.model_copy(update={"verdict": Verdict.REFERRED})
        if not await self.journey.approved(decision):
            await self._refused_at_review()
        self.case.reviewed_at = workflow.now()

    async def _supplement(self, due: tuple[PaperDue, ...], clock: Clock) -> None:
        await self.journey.collect_more(due, clock)
        self.case.supplemented = (*self.case.supplemented, *(paper.kind for paper in due))

    async def _refused_at_review(self) -> None:
        """A first prescription that fails earns a consultation where the product grants one."""
        if self.case.plan.green_budget and self.journey.record.status.prescription == 1:
            await self.green_channel.offer()
        raise JourneyEndedError(Stage.REFUSED)

    def _papers_of(self, answer: RecordReview) -> tuple[PaperDue, ...]:
        cited = self.case.plan.review_rule
        return tuple(PaperDue(kind=PaperKind(kind), form=PaperForm.COPY, rule=cited) for kind in answer.papers_needed)

    # Voucher and booking

    async def voucher_and_booking(self) -> ChooseFulfilment:
        """Reserve the benefit, issue the voucher and take the booking, in the product's order."""
        journey, plan = self.journey, self.case.plan
        journey.record.enter_stage(Stage.VOUCHER)
        estimate = await self.settlement.estimate()
        if plan.voucher_on_booking:
            booking = await self._booking()
            await self.vouchers.issue(estimate)
        else:
            await self.vouchers.issue(estimate)
            booking = await self._booking()
        if plan.own_share_first and booking.mode is not FulfilmentMode.PICK_UP:
            await self.own_share.collect()
        return booking

    async def _booking(self) -> ChooseFulfilment:
        """Pick-up or delivery as the product allows it; a refused way leaves the choice open.

        Until the voucher runs out or the cover ends. chinalife-cancer-rider/VOU-1.
        """
        journey = self.journey
        journey.record.enter_stage(Stage.FULFILMENT)
        wait = self.cover.wait(WaitingFor.BOOKING, ActorRole.INSURED, self.case.voucher_clock)
        while True:
            booking = await journey.answer_in(ChooseFulfilment, wait)
            decision = await journey.decide(self.case.fulfilment_facts(booking))
            if await journey.approved(decision):
                return booking
            journey.record.notify(ActorRole.INSURED, "booking_refused", texts.BOOKING_REFUSED, person=journey.person)

    async def end(self, ended: JourneyEndedError) -> None:
        """Give back what was set aside, recover what has to come back, and close; the last decision says why."""
        over = ended.stage is Stage.COMPLETED and self.journey.record.status.stage is Stage.REFILL
        self.journey.inbox.expect(WaitingFor.NOTHING)
        self.journey.inbox.hear_no_withdrawal()
        self.turns.announced.drop()
        self.journey.on_turn = self.turns.tell_a_supervisor
        if not self.reopening and not await self.given_back():
            ended = JourneyEndedError(Stage.COMPLETED)
        ended = await self.refunded(ended)
        await self.recovery.claim_back(self.case.not_owed)
        self.case.claimed_back()
        text = texts.TREATMENT_OVER if over and ended.stage is Stage.COMPLETED else texts.ENDS[ended.stage]
        known = self.reopening is not None and ended.stage is self.reopening.closed_in
        await self.journey.close(ended.stage, None if known else text, reopens=self.case.known)
        if self.case.known:
            await leave(self.case.claim.model_copy(update={"carried": self.refills.carried()}))

    async def refunded(self, ended: JourneyEndedError) -> JourneyEndedError:
        """However it ends, what was advanced too much comes back first, or it ends in what is found out meanwhile.

        What is claimed back for another reason is waited for together with it. pingan-longterm-b/PAY-1,
        pingan-cancer-drug/PAY-1.
        """
        if self.case.not_owed:
            return ended
        self.journey.on_turn = self.turns.heed
        try:
            await self.recovery.refunded()
        except JourneyEndedError as found_out:
            return found_out
        finally:
            self.journey.on_turn = self.turns.tell_a_supervisor
        return ended

    def result(self) -> JourneyResult:
        """What the closed journey leaves behind."""
        status = self.journey.record.status
        return JourneyResult(
            journey_id=status.journey_id,
            stage=status.stage,
            money=status.money,
            decisions=self.journey.record.decided_so_far,
            prescriptions=status.prescription,
        )


def _opened(claim: DrugClaim) -> JourneyStatus:
    now = workflow.now()
    return JourneyStatus.model_construct(
        journey_id=claim.journey_id,
        revision=0,
        kind="specialty_drug",
        product=claim.product,
        claim_number=claim.claim_number,
        policy_number=claim.policy_number,
        drug=claim.prescription.drug.name,
        stage=Stage.AUTHORIZATION,
        stage_since=now,
        started_at=claim.reported_at,
        updated_at=now,
        wait=Wait(what=WaitingFor.NOTHING, on=None, since=now),
        papers=claim.papers,
    )

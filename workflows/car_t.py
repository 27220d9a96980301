"""The journey of one CAR-T therapy: from the report to the settled bill, apheresis to reinfusion within its window."""

from temporalio import workflow
from temporalio.common import VersioningBehavior
from temporalio.workflow import ContinueAsNewVersioningBehavior

with workflow.unsafe.imports_passed_through():
    from schemas.actions import CorrectClaim
    from schemas.car_t import CarTCarriedOver, CarTClaim
    from schemas.car_t_actions import ArrangeTreatment, BookAssessment, RecordAssessment
    from schemas.car_t_facts import CarTNews
    from schemas.car_t_view import CarTView
    from schemas.decision import Verdict
    from schemas.journey import JourneyResult, JourneyStatus, Stage, Wait, WaitingFor
    from schemas.money import ZERO
    from schemas.people import ActorRole

from workflows import car_t_texts, texts
from workflows.car_t_bill import Bill
from workflows.car_t_care import Care
from workflows.car_t_case import CarTCase
from workflows.car_t_cells import Cells, UnusableCellsError
from workflows.car_t_inputs import CarTJourneyInputs
from workflows.car_t_sites import approved_at
from workflows.car_t_turns import CarTTurns
from workflows.drug_case import today
from workflows.endings import CorrectedError, JourneyEndedError, NotFitError, TherapyEndedError
from workflows.journey import Journey
from workflows.partner_desk import PartnerDesk
from workflows.record import JourneyRecord
from workflows.recovery import Recovery
from workflows.reopening import Reopening, leave

_FIRST_WAIT = {
    Stage.MANUFACTURING: (WaitingFor.PRODUCT, ActorRole.MANUFACTURER),
    Stage.MONITORING: (WaitingFor.MONITORING_END, ActorRole.HOSPITAL),
}
"""What a run that goes on in a stage waits for first."""


@workflow.defn(name="CarTJourney", versioning_behavior=VersioningBehavior.PINNED)
class CarTJourney(CarTJourneyInputs):
    """One claim, one CAR-T therapy."""

    @workflow.init
    def __init__(self, claim: CarTClaim) -> None:
        """Open the journey's record, or take up where its last run left off; the claim carries no personal data."""
        carried = claim.carried
        record = (
            JourneyRecord(carried.status, decided=carried.decided, told=carried.told)
            if carried
            else JourneyRecord(_opened(claim))
        )
        self.case = CarTCase(claim, record)
        self.journey = Journey(record, claim.insured, claim.products_version)
        self.desk = PartnerDesk(self.journey, carried.asked if carried else None)
        self.cells = Cells(self.journey, self.desk, self.case)
        self.turns = CarTTurns(self.journey, self.case, self.cells)
        self.journey.on_turn = self.turns.heed
        self.care = Care(self.journey, self.case, self.cells)
        self.bill = Bill(self.journey, self.desk, self.case, self.cells.waits)
        self.recovery = Recovery(self.journey)
        self.reopening: Reopening | None = None
        if carried:
            self.journey.inbox.remember(carried.taken, carried.taken_before)
            if record.closed:
                self.reopening = Reopening(self.journey)
                self.journey.on_turn = self.turns.heed_while_ending
            else:
                self.journey.inbox.expect(_FIRST_WAIT[carried.status.stage][0])

    @workflow.run
    async def run(self, claim: CarTClaim) -> JourneyResult:
        """Travel from the report to the end; every end is a result, none a failure."""
        del claim
        self.turns.announced.watch()
        try:
            if self.reopening:
                await self.reopening.heed(undone=lambda: not self.case.owed)
            await self.travel(self.journey.record.status.stage)
        except JourneyEndedError as ended:
            await self.end(ended)
        return self.result()

    async def travel(self, stage: Stage) -> None:
        """From `stage` to the end, in up to three runs; raises JourneyEndedError."""
        if stage is Stage.AUTHORIZATION:
            await self.to_apheresis()
            await self.go_on_in(Stage.MANUFACTURING)
        if stage is not Stage.MONITORING:
            await self.to_infusion()
            await self.go_on_in(Stage.MONITORING)
        await self.care.monitor()
        await self.care.assess()
        raise JourneyEndedError(Stage.COMPLETED)

    async def to_apheresis(self) -> None:
        """Report, assessment, arrangement, apheresis, anew when the claim is corrected. CART-6, CART-5 step 1."""
        while True:
            try:
                await self.authorize()
                await self.assess()
                await self.arrange()
                await self.cells.collect()
            except CorrectedError as corrected:
                await self.start_over(corrected.correction)
            else:
                return

    async def to_infusion(self) -> None:
        """Manufacturing, examination, lymphodepletion, infusion; what counts no more is done anew. CART-5."""
        await self.cells.make()
        while True:
            try:
                await self.care.examine()
                await self.care.deplete()
                await self.care.infuse()
            except UnusableCellsError:
                if not await self.cells.replaced():
                    return
            except NotFitError:
                continue
            else:
                return

    # The report

    async def authorize(self) -> None:
        """Policy, waiting period, diagnosis, product, indication and papers: approved, refused, or papers asked for."""
        journey, case = self.journey, self.case
        await self._learn()
        while True:
            decision = await journey.decide(case.authorization_facts(journey.inbox.papers))
            if decision.verdict is not Verdict.PAPERS_DUE:
                break
            await journey.collect(decision.papers_due)
        await journey.approved_or_end(decision)

    async def _learn(self) -> None:
        journey, case = self.journey, self.case
        journey.record.note("stage", texts.CLAIM_RECEIVED)
        journey.record.wait(WaitingFor.HAND_OFF, ActorRole.INSURER)
        await journey.publish()
        await self.cells.cover.learn()
        journey.record.change(drug=case.plan.drug_label)

    async def start_over(self, correction: CorrectClaim) -> None:
        """Decide anew on the corrected facts; what was handed in still counts, what was set aside is given back."""
        self.journey.inbox.expect(WaitingFor.NOTHING)
        await self.cells.bookings.call_off(goes_on=True)
        await self.bill.give_back()
        self.case.correct(correction)
        given = ", ".join(correction.given)
        self.journey.inbox.add_papers(correction.papers)
        self.journey.record.change(papers_due=())
        if self.journey.record.status.stage is not Stage.AUTHORIZATION:
            self.journey.record.enter_stage(Stage.AUTHORIZATION)
        self.journey.record.note("input", texts.corrected(given), actor=correction.actor)

    # Assessment and arrangement

    async def assess(self) -> None:
        """A designated institution judges whether the patient is suitable; if not, no benefit is owed. CART-6."""
        journey, case = self.journey, self.case
        journey.record.enter_stage(Stage.ASSESSMENT)
        while True:
            booking = await self.cells.waits.answer(
                BookAssessment, WaitingFor.ASSESSMENT_BOOKING, ActorRole.SERVICE_AGENT
            )
            decision = await journey.decide(case.site_facts(booking.site))
            if await approved_at(booking.site, decision, journey, case):
                break
            journey.record.notify(ActorRole.SERVICE_AGENT, "site_refused", car_t_texts.site_refused(booking.site))
        case.change(site=booking.site, party=booking.party)
        journey.inbox.expect(WaitingFor.ASSESSMENT)
        await self.cells.bookings.assess(booking)
        answer = await self.cells.waits.answer(
            RecordAssessment, WaitingFor.ASSESSMENT, ActorRole.HOSPITAL, planned_on=booking.on
        )
        self.cells.bookings.kept()
        await journey.approved_or_end(await journey.decide(case.assessment_facts(answer)))
        case.change(assessed_on=answer.assessed_on)

    async def arrange(self) -> None:
        """The benefit is reserved, a manufacturing slot and a bed are taken. CART-6."""
        journey, case = self.journey, self.case
        journey.record.enter_stage(Stage.ARRANGEMENT)
        answer = await self.cells.waits.answer(ArrangeTreatment, WaitingFor.ARRANGEMENT, ActorRole.SERVICE_AGENT)
        case.change(
            apheresis_planned_on=answer.apheresis_planned_on,
            expected_cost=answer.expected_cost,
            arranged_on=today(),
        )
        await self.bill.reserve(answer.expected_cost)
        await self.cells.arrange()
        case.change(arranged=True)
        text = car_t_texts.arranged(case.therapy.site, answer.apheresis_planned_on)
        journey.record.notify(ActorRole.INSURED, "treatment_arranged", text, person=journey.person)

    # Between runs

    async def go_on_in(self, stage: Stage) -> None:
        """Enter `stage` in a new run, on the current release; where somebody has just spoken, in this one."""
        record, inbox = self.journey.record, self.journey.inbox
        what, on = _FIRST_WAIT[stage]
        record.enter_stage(stage)
        record.wait(what, on)
        inbox.expect(what)
        await self.journey.publish()
        await workflow.wait_condition(lambda: self.desk.idle or inbox.answer is not None or inbox.diverted)
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self.desk.idle and inbox.answer is None and not inbox.diverted:
            upgrade = workflow.info().is_target_worker_deployment_version_changed()
            workflow.continue_as_new(
                self.case.claim.model_copy(update={"carried": self._carried()}),
                initial_versioning_behavior=ContinueAsNewVersioningBehavior.AUTO_UPGRADE if upgrade else None,
            )

    def _carried(self) -> CarTCarriedOver:
        record, case = self.journey.record, self.case
        return CarTCarriedOver(
            status=record.status,
            decided=record.decided_so_far,
            told=record.told,
            coverage=case.coverage,
            plan=case.plan,
            asked=self.desk.asked,
            taken=self.journey.inbox.taken(),
            taken_before=self.journey.inbox.taken_before(),
            custody=case.custody,
            first_seq=case.first_seq,
            words=case.words,
            bills=case.bills,
            reservation=case.reservation,
            ratio_by_person=case.ratio_by_person,
            commitments=case.commitments,
            cover_ended_on=case.cover_ended_on,
        )

    # The end

    async def end(self, ended: JourneyEndedError) -> None:
        """Call off what is booked, settle what stays covered, give back what was set aside, and close."""
        self.journey.inbox.expect(WaitingFor.NOTHING)
        self.journey.inbox.hear_no_withdrawal()
        self.journey.on_turn = self.turns.heed_while_ending
        self.care.hear_of_infusion()
        await self.cells.bookings.call_off()
        stage = await self._settled(ended)
        self.turns.announced.drop()
        self.journey.on_turn = self.turns.tell
        await self.recovery.claim_back(self.case.not_owed if self.case.owed else self.case.commitments)
        self.case.claimed_back()
        await self.bill.give_back()
        await self.desk.wait_until_idle()
        await self._close(stage)

    async def _settled(self, ended: JourneyEndedError) -> Stage:
        """Settle what stays covered; gives the stage to close in."""
        try:
            if not self.reopening and await self._owed(ended):
                await self.bill.settle()
        except JourneyEndedError as found_out:
            return found_out.stage
        closed = isinstance(ended, TherapyEndedError) and ended.news is CarTNews.WINDOW_CLOSED
        told_late = closed and self.case.therapy.infused_on is not None
        return Stage.COMPLETED if told_late else ended.stage

    async def _close(self, stage: Stage) -> None:
        case = self.case
        settled = case.owed and case.record.status.money.committed > ZERO
        known = self.reopening is not None and stage is self.reopening.closed_in
        text = None if known else car_t_texts.ends(stage, settled=settled)
        await self.journey.close(stage, text, reopens=case.known)
        if case.known:
            await leave(case.claim.model_copy(update={"carried": self._carried()}))

    async def _owed(self, ended: JourneyEndedError) -> bool:
        """Whether anything of the therapy is owed; an early end is decided by its clause."""
        case = self.case
        if isinstance(ended, TherapyEndedError) and case.known and case.owed:
            case.owed = await self._stays_covered(ended)
        return case.owed and case.therapy.first_apheresis_on is not None

    async def _stays_covered(self, ended: TherapyEndedError) -> bool:
        """What its clause says; asked anew where an infusion is told while a person thinks about it."""
        while True:
            infused_on = self.case.therapy.infused_on
            decision = await self.journey.decide(self.case.standing_facts(ended.news, ended.since))
            stays = await self.journey.approved(decision)
            if self.case.therapy.infused_on == infused_on:
                return stays

    def result(self) -> JourneyResult:
        """What the closed journey leaves behind."""
        status = self.journey.record.status
        return JourneyResult(
            journey_id=status.journey_id,
            stage=status.stage,
            money=status.money,
            decisions=self.journey.record.decided_so_far,
        )


def _opened(claim: CarTClaim) -> JourneyStatus:
    now = workflow.now()
    return JourneyStatus.model_construct(
        journey_id=claim.journey_id,
        revision=0,
        kind="car_t",
        product=claim.product,
        claim_number=claim.claim_number,
        policy_number=claim.policy_number,
        drug=claim.drug.name,
        stage=Stage.AUTHORIZATION,
        stage_since=now,
        started_at=claim.reported_at,
        updated_at=now,
        wait=Wait(what=WaitingFor.NOTHING, on=None, since=now),
        papers=claim.papers,
        car_t=CarTView(),
    )

"""The journey of one claim for a domestic specialty drug, from authorization to settlement."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import VersioningBehavior

with workflow.unsafe.imports_passed_through():
    from activities.decisions import Decisions
    from activities.hospital import Hospital
    from activities.insurer import Insurer
    from activities.ledger import Ledger
    from schemas.actions import ChooseFulfilment, RecordOwnSharePaid, RecordReview, ReviewResult
    from schemas.claim import DrugClaim
    from schemas.decision import Amounts, CharityWay, FulfilmentMode, Verdict
    from schemas.journey import JourneyResult, JourneyStatus, Stage, VoucherView, Wait, WaitingFor
    from schemas.ledger import IssueVoucher, Reserve
    from schemas.papers import PaperDue, PaperForm, PaperKind
    from schemas.partners import PartnerName, RecordsRequest
    from schemas.people import ActorRole
    from schemas.plan import JourneyPlan, PlanRequest

from workflows import own, texts
from workflows.charity_aid import CharityAid
from workflows.drug_case import DrugCase, today
from workflows.inputs import DrugJourneyInputs
from workflows.journey import Clock, Journey, JourneyEndedError
from workflows.record import JourneyRecord
from workflows.settlement import Settlement
from workflows.supply import Supply

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
        """Open the journey's record; the claim carries no personal data."""
        record = JourneyRecord(_opened(claim))
        self.claim = claim
        self.case = DrugCase(claim, record)
        self.journey = Journey(record, claim.insured.ref, claim.products_version)
        self.journey.papers = claim.papers
        self.supply = Supply(self.journey, self.case)
        self.settlement = Settlement(self.journey, self.case)

    @workflow.run
    async def run(self, claim: DrugClaim) -> JourneyResult:
        """Travel from the claim to its end; every end is a result, none a failure."""
        del claim
        try:
            await self.authorize()
            await self.review_and_aid()
            booking = await self.voucher_and_booking()
            reserved = await self.supply.reserve(booking)
            dispensing = await self.supply.hand_over(reserved)
            await self.settlement.settle(dispensing)
        except JourneyEndedError as ended:
            await self.end(ended.stage)
        else:
            await self.end(Stage.COMPLETED)
        return self.result()

    # Authorization

    async def authorize(self) -> None:
        """Policy, waiting period, diagnosis, drug and papers: approved, refused, or papers asked for."""
        journey, case = self.journey, self.case
        journey.record.note("stage", texts.CLAIM_RECEIVED)
        journey.record.wait(WaitingFor.HAND_OFF, ActorRole.INSURER)
        await journey.publish()
        self.case.coverage = await journey.look_up(PartnerName.INSURER, Insurer.coverage, case.coverage_query())
        self.case.plan = await self._plan()
        journey.record.change(drug=self.case.plan.drug_label)
        while True:
            decision = await journey.decide(case.authorization_facts(journey.papers))
            if decision.verdict is not Verdict.PAPERS_DUE:
                break
            await self._collect(decision.papers_due)
        await self.journey.approved_or_end(decision)

    async def _plan(self) -> JourneyPlan:
        prescription, policy = self.claim.prescription, self.case.coverage.policy
        request = PlanRequest(product=self.claim.product, drug=prescription.drug, effective_on=policy.effective_on)
        return await self.journey.decidable(Decisions.plan, request)

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
        claim = self.claim
        await self.journey.ask_aside(
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
        way = await CharityAid(self.journey, self.case).way()
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
                await journey.collect(self._papers_of(answer), clock)
                continue
            self.case.findings = answer.findings
            decision = await journey.decide(self.case.review_facts(journey.papers))
            if decision.verdict is not Verdict.PAPERS_DUE:
                break
            await journey.collect(decision.papers_due, clock)
        if answer.result is ReviewResult.REFUSED and decision.verdict is Verdict.APPROVED:
            # The pharmacist and the rules disagree: a person above both decides.
            decision = decision.model_copy(update={"verdict": Verdict.REFERRED})
        await self.journey.approved_or_end(decision)

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
            await self._issue_voucher(estimate)
        else:
            await self._issue_voucher(estimate)
            booking = await self._booking()
        if plan.own_share_first and booking.mode is not FulfilmentMode.PICK_UP and estimate.own_share:
            await journey.answer(RecordOwnSharePaid, WaitingFor.OWN_SHARE, ActorRole.INSURED)
        return booking

    async def _issue_voucher(self, estimate: Amounts) -> None:
        journey, claim, policy = self.journey, self.claim, self.case.coverage.policy
        issued_on, days = today(), self.case.plan.voucher_budget
        order = IssueVoucher(
            key=self.case.key("voucher"),
            journey_id=claim.journey_id,
            reserve=Reserve(
                key=self.case.key("reserve"),
                journey_id=claim.journey_id,
                product=claim.product,
                policy_number=claim.policy_number,
                period_from=policy.effective_on,
                sum_insured=policy.sum_insured,
                wanted=estimate.insurer_pays,
            ),
            issued_on=issued_on,
            last_day=issued_on + timedelta(days=days.amount) if days else None,
        )
        voucher = self.case.voucher = await own.ask(Ledger.issue_voucher, order)
        granted = voucher.reservation.granted
        view = VoucherView(
            voucher_id=voucher.voucher_id,
            issued_at=workflow.now(),
            last_day=voucher.last_day.isoformat() if voucher.last_day else "",
        )
        money = journey.record.status.money.model_copy(update={"reserved": granted})
        journey.record.change(voucher=view, money=money)
        journey.record.note("money", texts.reserved(granted))
        journey.record.notify(
            ActorRole.INSURED,
            "voucher_issued",
            texts.VOUCHER_ISSUED,
            person=claim.insured.ref,
            voucher_id=voucher.voucher_id,
        )
        holds = granted + voucher.reservation.available
        if holds < estimate.insurer_pays:
            await self.settlement.estimate_within(estimate.cost, holds)

    async def _booking(self) -> ChooseFulfilment:
        """Pick-up or delivery as the product allows it; a refused way leaves the choice open."""
        journey = self.journey
        journey.record.enter_stage(Stage.FULFILMENT)
        while True:
            booking = await journey.answer(
                ChooseFulfilment,
                WaitingFor.BOOKING,
                ActorRole.INSURED,
                budget=self.case.plan.voucher_budget if self.case.voucher else None,
            )
            decision = await journey.decide(self.case.fulfilment_facts(booking))
            if await journey.approved(decision):
                return booking
            journey.record.notify(
                ActorRole.INSURED, "booking_refused", texts.BOOKING_REFUSED, person=self.claim.insured.ref
            )

    async def end(self, stage: Stage) -> None:
        """Give back what was set aside and close; the last decision says why and what can be done next."""
        self.journey.expect(WaitingFor.NOTHING)
        self.journey.hear_no_withdrawal()
        if stage is not Stage.COMPLETED:
            await self.supply.give_back()
        await self.journey.close(stage, texts.ENDS[stage])

    def result(self) -> JourneyResult:
        """What the closed journey leaves behind."""
        status = self.journey.record.status
        return JourneyResult(
            journey_id=status.journey_id, stage=status.stage, money=status.money, decisions=len(status.decisions)
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
    )

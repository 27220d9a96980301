"""The journey of one claim for a domestic specialty drug, from authorization to settlement."""

from datetime import date, timedelta

from temporalio import workflow
from temporalio.common import VersioningBehavior

with workflow.unsafe.imports_passed_through():
    from activities.courier import Courier
    from activities.decisions import Decisions
    from activities.foundation import Foundation
    from activities.hospital import Hospital
    from activities.insurer import Insurer
    from activities.ledger import Ledger
    from activities.pharmacy import Pharmacy
    from schemas.actions import (
        ActionInput,
        ApplyForAid,
        ChooseFulfilment,
        DecideReferral,
        DeliveryStatus,
        RecordAidCollection,
        RecordAidOutcome,
        RecordDeliveryProblem,
        RecordHandOver,
        RecordOwnSharePaid,
        RecordPayment,
        RecordReview,
        ReviewResult,
    )
    from schemas.civil import china_date
    from schemas.claim import DrugClaim
    from schemas.decision import (
        AidStanding,
        Amounts,
        AuthorizationFacts,
        CharityFacts,
        CharityWay,
        CounterFacts,
        Decision,
        FulfilmentFacts,
        FulfilmentMode,
        PharmacistFindings,
        ReviewFacts,
        SettlementFacts,
        Verdict,
    )
    from schemas.journey import FulfilmentView, JourneyResult, JourneyStatus, Stage, VoucherView, Wait, WaitingFor
    from schemas.ledger import Commit, IssueVoucher, Release, Reserve, Voucher, VoucherChange, VoucherCheck
    from schemas.money import ZERO, Yuan
    from schemas.papers import PaperDue, PaperForm, PaperKind
    from schemas.partners import (
        AidApplication,
        AidProgram,
        AidProgramQuery,
        AidQuery,
        AidReceipt,
        CourierBooking,
        DispenseOrder,
        DispensingReceipt,
        PartnerName,
        PaymentOrder,
        PaymentQuery,
        PaymentReceipt,
        QuoteQuery,
        RecordsRequest,
        ReservationReceipt,
        ReservationRelease,
        StockReservation,
    )
    from schemas.people import Actor, ActorRole
    from schemas.plan import JourneyPlan, PlanRequest
    from schemas.policy import Coverage, CoverageQuery

from workflows import own, texts
from workflows.inputs import DrugJourneyInputs
from workflows.journey import Clock, Journey, JourneyEndedError
from workflows.record import JourneyRecord

_ADULT = 18
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
        self.claim = claim
        self.journey = Journey(JourneyRecord(_opened(claim)), claim.insured.ref, claim.products_version)
        self.journey.papers = claim.papers
        self.coverage: Coverage
        self.plan: JourneyPlan
        self.findings = PharmacistFindings()
        self.voucher: Voucher | None = None
        self.ratio_by_person: Yuan | None = None

    @workflow.run
    async def run(self, claim: DrugClaim) -> JourneyResult:
        """Travel from the claim to its end; every end is a result, none a failure."""
        del claim
        try:
            await self.authorize()
            await self.review_and_aid()
            booking = await self.voucher_and_booking()
            dispensing = await self.hand_over(await self.supply(booking))
            await self.settle(dispensing)
        except JourneyEndedError as ended:
            await self.end(ended.stage)
        else:
            await self.end(Stage.COMPLETED)
        return self.result()

    # Authorization

    async def authorize(self) -> None:
        """Policy, waiting period, diagnosis, drug and papers: approved, refused, or papers asked for."""
        journey = self.journey
        journey.record.note("stage", texts.CLAIM_RECEIVED)
        journey.record.wait(WaitingFor.HAND_OFF, ActorRole.INSURER)
        await journey.publish()
        self.coverage = await journey.look_up(PartnerName.INSURER, Insurer.coverage, self._coverage_query())
        self.plan = await self._plan()
        journey.record.change(drug=self.plan.drug_label)
        while True:
            decision = await journey.decide(self._authorization_facts())
            if decision.verdict is not Verdict.PAPERS_DUE:
                break
            await self._ask_hospital(decision.papers_due)
            await journey.collect(decision.papers_due)
        await self._approved_or_end(decision)

    async def _plan(self) -> JourneyPlan:
        prescription, policy = self.claim.prescription, self.coverage.policy
        request = PlanRequest(product=self.claim.product, drug=prescription.drug, effective_on=policy.effective_on)
        return await self.journey.decidable(Decisions.plan, request)

    async def _approved_or_end(self, decision: Decision) -> DecideReferral | None:
        """Go on when approved, ask a person when referred, end when refused."""
        word: DecideReferral | None = None
        if decision.verdict is Verdict.REFERRED:
            word = await self.journey.referral(texts.referred(decision.question))
            self.journey.record.decided(
                decision.model_copy(update={"verdict": Verdict.APPROVED if word.approved else Verdict.REFUSED}),
                by=word.actor,
                reason=word.reason,
            )
        if decision.verdict is Verdict.REFUSED or (word and not word.approved):
            raise JourneyEndedError(Stage.REFUSED)
        return word

    async def _ask_hospital(self, due: tuple[PaperDue, ...]) -> None:
        kinds = tuple(paper.kind for paper in due if paper.kind in _FROM_HOSPITAL)
        if not kinds:
            return
        claim = self.claim
        await self.journey.hand_off(
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
        way = await self.charity_way()
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
        clock = Clock(self.plan.review_budget, workflow.now())
        while True:
            answer = await journey.answer(RecordReview, WaitingFor.REVIEW, ActorRole.PHARMACIST, clock=clock)
            if answer.result is ReviewResult.PAPERS_NEEDED:
                await journey.collect(self._papers_of(answer), clock)
                continue
            self.findings = answer.findings
            decision = await journey.decide(self._review_facts())
            if decision.verdict is not Verdict.PAPERS_DUE:
                break
            await journey.collect(decision.papers_due, clock)
        if answer.result is ReviewResult.REFUSED and decision.verdict is Verdict.APPROVED:
            # The pharmacist and the rules disagree: a person above both decides.
            decision = decision.model_copy(update={"verdict": Verdict.REFERRED})
        await self._approved_or_end(decision)

    def _papers_of(self, answer: RecordReview) -> tuple[PaperDue, ...]:
        cited = self.plan.review_rule
        return tuple(PaperDue(kind=PaperKind(kind), form=PaperForm.COPY, rule=cited) for kind in answer.papers_needed)

    async def charity_way(self) -> CharityWay:
        """Where a program exists and the patient qualifies, aid is tried before the insurance pays."""
        journey = self.journey
        journey.record.enter_stage(Stage.CHARITY_AID)
        program = await journey.look_up(PartnerName.FOUNDATION, Foundation.program, self._program_query())
        decision = await self._charity_decision(program.standing)
        while decision.way in {CharityWay.APPLY, CharityWay.WAIT}:
            standing, own_reason = await self._aid(program)
            decision = await self._charity_decision(standing, own_reason=own_reason)
        if decision.verdict is Verdict.REFERRED:
            await self._approved_or_end(decision)
            return CharityWay.INSURANCE
        return decision.way or CharityWay.INSURANCE

    async def _charity_decision(self, standing: AidStanding, *, own_reason: bool = True) -> Decision:
        facts = CharityFacts(
            citizenship=self.claim.insured.citizenship,
            standing=standing,
            policy_effective_on=self.coverage.policy.effective_on,
            own_reason=own_reason,
        )
        return await self.journey.decide(facts)

    async def _aid(self, program: AidProgram) -> tuple[AidStanding, bool]:
        """Application, outcome, collection: how the aid ended, and whether for the applicant's own reasons."""
        journey = self.journey
        journey.record.notify(ActorRole.INSURED, "aid_open", texts.AID_OPEN, person=self.claim.insured.ref)
        choice = await journey.answer(
            ActionInput, WaitingFor.AID_APPLICATION, ActorRole.INSURED, budget=self.plan.aid_budget
        )
        if not isinstance(choice, ApplyForAid):
            return AidStanding(getattr(choice, "standing", AidStanding.NOT_APPLIED)), True
        journey.expect(WaitingFor.AID_OUTCOME)
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
        return (AidStanding.COLLECTED if collection.collected else AidStanding.NOT_COLLECTED), collection.own_reason

    async def _apply(self, program: AidProgram) -> AidReceipt:
        claim, plan = self.claim, self.plan
        return await self.journey.hand_off(
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
            **self._polled("aid-outcome", ActorRole.FOUNDATION),
            application_id=receipt.application_id,
            approved=known.standing is not AidStanding.REFUSED,
            reason=known.reason,
        )

    async def _poll_collection(self, receipt: AidReceipt) -> RecordAidCollection | None:
        known = await self._aid_standing(receipt)
        if known.standing not in {AidStanding.COLLECTED, AidStanding.NOT_COLLECTED}:
            return None
        return RecordAidCollection(
            **self._polled("aid-collection", ActorRole.FOUNDATION),
            application_id=receipt.application_id,
            collected=known.standing is AidStanding.COLLECTED,
        )

    async def _aid_standing(self, receipt: AidReceipt) -> AidReceipt:
        query = AidQuery(application_id=receipt.application_id)
        return await self.journey.look_up(PartnerName.FOUNDATION, Foundation.application, query)

    # Voucher, booking, supply

    async def voucher_and_booking(self) -> ChooseFulfilment:
        """Reserve the benefit, issue the voucher and take the booking, in the product's order."""
        journey = self.journey
        journey.record.enter_stage(Stage.VOUCHER)
        estimate = await self._estimate()
        if self.plan.voucher_on_booking:
            booking = await self._booking()
            await self._issue_voucher(estimate)
        else:
            await self._issue_voucher(estimate)
            booking = await self._booking()
        if self.plan.own_share_first and booking.mode is not FulfilmentMode.PICK_UP and estimate.own_share:
            await journey.answer(RecordOwnSharePaid, WaitingFor.OWN_SHARE, ActorRole.INSURED)
        return booking

    async def _estimate(self) -> Amounts:
        """What the insurer would pay at the network's price; a person decides what the contract leaves open."""
        quote = await self.journey.look_up(PartnerName.PHARMACY, Pharmacy.quote, self._quote_query())
        return await self._amounts(quote.cost, self.coverage.policy.sum_insured, "estimate")

    async def _amounts(self, cost: Yuan, available: Yuan, field: str) -> Amounts:
        while True:
            decision = await self.journey.decide(self._settlement_facts(cost, available))
            owed = field == "settled" and decision.verdict is Verdict.REFUSED
            # What was dispensed is settled in any case: a refusal then leaves the whole cost as own share.
            word = None if owed else await self._approved_or_end(decision)
            if word and word.ratio is not None:
                self.ratio_by_person = word.ratio
                continue
            if decision.amounts is None:
                # Approved by a person without a ratio where one is needed: nothing is assumed, they are asked again.
                self.journey.record.escalate(texts.RATIO_NEEDED)
                continue
            money = self.journey.record.status.money.model_copy(update={field: decision.amounts})
            self.journey.record.change(money=money)
            return decision.amounts

    async def _issue_voucher(self, estimate: Amounts) -> None:
        journey, claim, policy = self.journey, self.claim, self.coverage.policy
        today = self._today()
        key = f"{claim.journey_id}/voucher/1"
        days = self.plan.voucher_budget
        order = IssueVoucher(
            key=key,
            journey_id=claim.journey_id,
            reserve=Reserve(
                key=f"{claim.journey_id}/reserve/1",
                journey_id=claim.journey_id,
                product=claim.product,
                policy_number=claim.policy_number,
                period_from=policy.effective_on,
                sum_insured=policy.sum_insured,
                wanted=estimate.insurer_pays,
            ),
            issued_on=today,
            last_day=today + timedelta(days=days.amount) if days else None,
        )
        self.voucher = await own.ask(Ledger.issue_voucher, order)
        granted = self.voucher.reservation.granted
        view = VoucherView(
            voucher_id=self.voucher.voucher_id,
            issued_at=workflow.now(),
            last_day=order.last_day.isoformat() if order.last_day else "",
        )
        money = journey.record.status.money.model_copy(update={"reserved": granted})
        journey.record.change(voucher=view, money=money)
        journey.record.note("money", texts.reserved(granted))
        journey.record.notify(
            ActorRole.INSURED,
            "voucher_issued",
            texts.VOUCHER_ISSUED,
            person=claim.insured.ref,
            voucher_id=self.voucher.voucher_id,
        )
        if granted < estimate.insurer_pays:
            await self._amounts(estimate.cost, granted, "estimate")

    async def _booking(self) -> ChooseFulfilment:
        """Pick-up or delivery as the product allows it; a refused way leaves the choice open."""
        journey = self.journey
        journey.record.enter_stage(Stage.FULFILMENT)
        while True:
            booking = await journey.answer(
                ChooseFulfilment,
                WaitingFor.BOOKING,
                ActorRole.INSURED,
                budget=self.plan.voucher_budget if self.voucher else None,
            )
            decision = await journey.decide(self._fulfilment_facts(booking))
            if decision.verdict is Verdict.REFERRED:
                word = await journey.referral(texts.referred(decision.question))
                if word.approved:
                    return booking
            if decision.verdict is Verdict.APPROVED:
                return booking
            journey.record.notify(
                ActorRole.INSURED, "booking_refused", texts.BOOKING_REFUSED, person=self.claim.insured.ref
            )

    async def supply(self, booking: ChooseFulfilment) -> ReservationReceipt:
        """The pharmacy keeps the drug for the voucher; for a delivery the courier is booked."""
        view = FulfilmentView(
            mode=booking.mode, pharmacy_city=booking.pharmacy_city, destination_city=booking.destination_city
        )
        self.journey.record.change(fulfilment=view)
        self.journey.expect(WaitingFor.HAND_OVER)
        reserved = await self._reserve_stock(booking)
        self.journey.record.change(
            fulfilment=view.model_copy(
                update={"pharmacy_id": reserved.pharmacy_id, "reservation_id": reserved.reservation_id}
            )
        )
        if booking.mode is not FulfilmentMode.PICK_UP:
            await self._book_courier(reserved)
        return reserved

    async def _reserve_stock(self, booking: ChooseFulfilment) -> ReservationReceipt:
        claim, plan = self.claim, self.plan
        return await self.journey.hand_off(
            PartnerName.PHARMACY,
            Pharmacy.reserve,
            lambda key: StockReservation(
                key=key,
                journey_id=claim.journey_id,
                product=claim.product,
                drug_id=plan.drug_id,
                drug_name=plan.drug_label,
                quantity=claim.prescription.quantity,
                province=booking.pharmacy_province,
                city=booking.pharmacy_city,
                mode=booking.mode,
                voucher_id=self._voucher_id(),
                person=claim.insured.ref,
            ),
        )

    async def _book_courier(self, reserved: ReservationReceipt) -> None:
        view, claim = self._fulfilment(), self.claim
        receipt = await self.journey.hand_off(
            PartnerName.COURIER,
            Courier.book,
            lambda key: CourierBooking(
                key=key,
                journey_id=claim.journey_id,
                reservation_id=reserved.reservation_id,
                pharmacy_id=reserved.pharmacy_id,
                pharmacy_city=view.pharmacy_city,
                destination_city=view.destination_city,
                mode=view.mode,
                cold_chain=reserved.cold_chain,
                due_at=None,
                person=claim.insured.ref,
            ),
        )
        self.journey.record.change(fulfilment=view.model_copy(update={"tracking_number": receipt.tracking_number}))

    # Hand-over and settlement

    async def hand_over(self, reserved: ReservationReceipt) -> DispensingReceipt:
        """Voucher, identity and papers are checked at the counter or door; then the drug is dispensed, once."""
        journey, view = self.journey, self._fulfilment()
        delivered = view.mode is not FulfilmentMode.PICK_UP
        same_city = view.pharmacy_city == view.destination_city
        promise = self.plan.delivery_same_city if same_city else self.plan.delivery_other_city
        clock = Clock(promise if delivered else None, workflow.now())
        on = ActorRole.COURIER if delivered else ActorRole.INSURED
        while True:
            answer = await journey.answer(ActionInput, WaitingFor.HAND_OVER, on, clock=clock)
            if isinstance(answer, RecordHandOver) and await self._may_be_handed_over(answer):
                break
            if isinstance(answer, RecordDeliveryProblem):
                if answer.status is DeliveryStatus.DAMAGED_BY_INSURED:
                    break
                await self._book_courier(reserved)
        journey.withdrawable = False
        handed_over_at = answer.happened_at or workflow.now()
        await self._redeem()
        return await journey.hand_off(
            PartnerName.PHARMACY,
            Pharmacy.dispense,
            lambda key: DispenseOrder(
                key=key,
                journey_id=self.claim.journey_id,
                reservation_id=reserved.reservation_id,
                voucher_id=self._voucher_id(),
                mode=view.mode,
                handed_over_at=handed_over_at,
            ),
        )

    async def _may_be_handed_over(self, answer: RecordHandOver) -> bool:
        check = VoucherCheck(voucher_id=self._voucher_id(), code=answer.voucher_code, on=self._today())
        standing = await own.ask(Ledger.check_voucher, check)
        decision = await self.journey.decide(self._counter_facts(answer, verified=standing.standing == "verified"))
        if decision.verdict is Verdict.APPROVED:
            return True
        if decision.verdict is Verdict.REFERRED:
            return (await self.journey.referral(texts.referred(decision.question))).approved
        self.journey.record.change(papers_due=decision.papers_due)
        return False

    async def _redeem(self) -> None:
        change = VoucherChange(voucher_id=self._voucher_id(), key=f"{self.claim.journey_id}/redeem/1", to="redeemed")
        await own.ask(Ledger.close_voucher, change)
        voucher = self.journey.record.status.voucher
        self.journey.record.change(
            voucher=voucher.model_copy(update={"redeemed": True}) if voucher else None, papers_due=()
        )

    async def settle(self, dispensing: DispensingReceipt) -> None:
        """Reckon who pays what, book it on the limit, and have the insurer pay the pharmacy."""
        journey = self.journey
        journey.record.enter_stage(Stage.SETTLEMENT)
        view = self._fulfilment().model_copy(update={"dispensing_id": dispensing.dispensing_id})
        journey.record.change(fulfilment=view)
        voucher = self._issued_voucher()
        available = voucher.reservation.granted + voucher.reservation.available
        amounts = await self._amounts(dispensing.cost, available, "settled")
        commit = Commit(
            key=f"{self.claim.journey_id}/commit/1", reservation=voucher.reservation.key, amount=amounts.insurer_pays
        )
        posted = await own.ask(Ledger.commit, commit)
        self._book_commitment(posted.committed, amounts)
        while posted.committed and not await self._paid(dispensing, posted.committed):
            journey.record.escalate(texts.PAYMENT_REFUSED)

    def _book_commitment(self, committed: Yuan, amounts: Amounts) -> None:
        record = self.journey.record
        if committed < amounts.insurer_pays:  # other journeys drew on the limit meanwhile: the ledger has the last word
            short = amounts.insurer_pays - committed
            amounts = amounts.model_copy(
                update={
                    "insurer_pays": committed,
                    "own_share": amounts.own_share + short,
                    "over_limit": amounts.over_limit + short,
                }
            )
        record.change(
            money=record.status.money.model_copy(update={"settled": amounts, "committed": committed, "reserved": ZERO})
        )
        record.note("money", texts.committed(committed, amounts.own_share))

    async def _paid(self, dispensing: DispensingReceipt, amount: Yuan) -> bool:
        journey, claim = self.journey, self.claim
        await journey.enter(WaitingFor.PAYMENT, ActorRole.INSURER)
        receipt = await journey.hand_off(
            PartnerName.INSURER,
            Insurer.order_payment,
            lambda key: PaymentOrder(
                key=key,
                journey_id=claim.journey_id,
                policy_number=claim.policy_number,
                product=claim.product,
                dispensing_id=dispensing.dispensing_id,
                invoice_number=dispensing.invoice_number,
                amount=amount,
            ),
        )
        answer = self._payment_of(receipt, amount) or await journey.answer(
            RecordPayment, WaitingFor.PAYMENT, ActorRole.INSURER, poll=lambda: self._poll_payment(receipt, amount)
        )
        if answer.paid:
            money = journey.record.status.money
            journey.record.change(
                money=money.model_copy(update={"payment_id": answer.payment_id, "paid": answer.amount})
            )
            journey.record.note("money", texts.paid(answer.amount), actor=answer.actor)
        return answer.paid

    async def _poll_payment(self, receipt: PaymentReceipt, amount: Yuan) -> RecordPayment | None:
        query = PaymentQuery(payment_id=receipt.payment_id)
        known = await self.journey.look_up(PartnerName.INSURER, Insurer.payment, query)
        return self._payment_of(known, amount)

    def _payment_of(self, receipt: PaymentReceipt, amount: Yuan) -> RecordPayment | None:
        if receipt.status not in {"paid", "rejected"}:
            return None
        return RecordPayment(
            **self._polled("payment", ActorRole.INSURER),
            payment_id=receipt.payment_id,
            paid=receipt.status == "paid",
            amount=amount,
            paid_on=receipt.paid_on,
            reason=receipt.reason,
        )

    # Ends

    async def end(self, stage: Stage) -> None:
        """Give back what was set aside and close; the last decision says why and what can be done next."""
        if stage is not Stage.COMPLETED:
            self.journey.withdrawable = False
            await self._give_back()
        await self.journey.close(stage, texts.ENDS[stage])

    async def _give_back(self) -> None:
        if self.voucher is None:
            return
        void = VoucherChange(voucher_id=self._voucher_id(), key=f"{self.claim.journey_id}/void/1", to="void")
        await own.ask(Ledger.close_voucher, void)
        release = Release(key=f"{self.claim.journey_id}/release/1", reservation=self.voucher.reservation.key)
        await own.ask(Ledger.release, release)
        money = self.journey.record.status.money.model_copy(update={"reserved": ZERO})
        self.journey.record.change(money=money)
        view = self.journey.record.status.fulfilment
        if view and view.reservation_id:
            await self.journey.hand_off(
                PartnerName.PHARMACY,
                Pharmacy.release,
                lambda key: ReservationRelease(
                    key=key, journey_id=self.claim.journey_id, reservation_id=view.reservation_id
                ),
            )

    def result(self) -> JourneyResult:
        """What the closed journey leaves behind."""
        status = self.journey.record.status
        return JourneyResult(
            journey_id=status.journey_id, stage=status.stage, money=status.money, decisions=len(status.decisions)
        )

    # Facts and queries, as the rules and partners want them

    def _today(self) -> date:
        return china_date(workflow.now())

    def _polled(self, name: str, role: ActorRole) -> dict[str, object]:
        key = f"{self.claim.journey_id}/polled/{name}/{self.journey.record.status.revision}"
        return {"key": key, "actor": Actor(role=role, id=str(role))}

    def _voucher_id(self) -> str:
        return self._issued_voucher().voucher_id

    def _issued_voucher(self) -> Voucher:
        if self.voucher is None:
            message = "no voucher has been issued yet"
            raise RuntimeError(message)
        return self.voucher

    def _fulfilment(self) -> FulfilmentView:
        view = self.journey.record.status.fulfilment
        if view is None:
            message = "no booking has been made yet"
            raise RuntimeError(message)
        return view

    def _coverage_query(self) -> CoverageQuery:
        claim = self.claim
        return CoverageQuery(
            policy_number=claim.policy_number,
            product=claim.product,
            drug_name=claim.prescription.drug.name,
            province=claim.insured.province,
            city=claim.insured.city,
            prescribed_on=claim.prescription.issued_on,
        )

    def _program_query(self) -> AidProgramQuery:
        claim = self.claim
        return AidProgramQuery(
            product=claim.product,
            drug_id=self.plan.drug_id,
            drug_name=self.plan.drug_label,
            disease=claim.diagnosis.disease,
            citizenship=claim.insured.citizenship,
            province=claim.insured.province,
        )

    def _quote_query(self) -> QuoteQuery:
        claim = self.claim
        return QuoteQuery(
            product=claim.product,
            drug_id=self.plan.drug_id,
            drug_name=self.plan.drug_label,
            quantity=claim.prescription.quantity,
            province=claim.insured.province,
            city=claim.insured.city,
        )

    def _authorization_facts(self) -> AuthorizationFacts:
        claim = self.claim
        return AuthorizationFacts(
            coverage=self.coverage,
            insured=claim.insured,
            applicant=claim.applicant,
            diagnosis=claim.diagnosis,
            prescription=claim.prescription,
            papers=self.journey.papers,
            hospital_lacks_drug=claim.hospital_lacks_drug,
            planned_purchase_on=claim.planned_purchase_on,
            applied_on=china_date(claim.reported_at),
        )

    def _review_facts(self) -> ReviewFacts:
        claim, policy = self.claim, self.coverage.policy
        return ReviewFacts(
            diagnosis=claim.diagnosis,
            prescription=claim.prescription,
            papers=self.journey.papers,
            findings=self.findings,
            reviewed_on=self._today(),
            policy_effective_on=policy.effective_on,
            expires_on=policy.expires_on,
            renewed_to=policy.renewed_to,
        )

    def _fulfilment_facts(self, booking: ChooseFulfilment) -> FulfilmentFacts:
        voucher = self.journey.record.status.voucher
        injection = self.plan.injection if self.plan.injection is not None else self.findings.injection
        return FulfilmentFacts(
            mode=booking.mode,
            pharmacy_province=booking.pharmacy_province,
            pharmacy_city=booking.pharmacy_city,
            destination_city=booking.destination_city,
            in_catalogue=self.coverage.in_catalogue,
            settled_by_social_insurance=self.claim.prescription.settled_by_social_insurance,
            injection=injection,
            doctor_consent=booking.doctor_consent,
            hospital_consent=booking.hospital_consent,
            partial_advance_accepted=booking.partial_advance_accepted,
            override_by=booking.actor.id if booking.override else "",
            voucher_issued_on=china_date(voucher.issued_at) if voucher else None,
            booked_on=self._today(),
            days_supply=self.claim.prescription.days_supply,
            policy_effective_on=self.coverage.policy.effective_on,
        )

    def _counter_facts(self, answer: RecordHandOver, *, verified: bool) -> CounterFacts:
        birth, today = self.claim.insured.birth_date, self._today()
        age = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
        return CounterFacts(
            mode=self._fulfilment().mode,
            collector=answer.collector,
            insured_is_minor=age < _ADULT,
            identity_verified=answer.identity_verified,
            voucher_verified=verified,
            papers=answer.papers,
            handed_over_on=today,
            policy_effective_on=self.coverage.policy.effective_on,
        )

    def _settlement_facts(self, cost: Yuan, available: Yuan) -> SettlementFacts:
        policy = self.coverage.policy
        ratio = policy.reimbursement_ratio if self.ratio_by_person is None else self.ratio_by_person
        return SettlementFacts(
            cost=cost,
            in_catalogue=self.coverage.in_catalogue,
            social_insurance_enrolled=policy.social_insurance.enrolled,
            social_insurance_settled=policy.social_insurance.settled,
            social_insurance_compensation=policy.social_insurance.compensation,
            other_compensation=policy.other_compensation,
            reimbursement_ratio=ratio,
            available=available,
            policy_effective_on=policy.effective_on,
            dispensed_on=self._today(),
            expires_on=policy.expires_on,
            renewed_to=policy.renewed_to,
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

"""Supplying the drug: the pharmacy keeps it, a courier carries it, counter or door hand it over, once."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.courier import Courier
    from activities.ledger import Ledger
    from activities.pharmacy import Pharmacy
    from schemas.action_input import ActionInput
    from schemas.actions import (
        ChooseFulfilment,
        CorrectClaim,
        DeliveryStatus,
        RecordDeliveryProblem,
        RecordHandOver,
        ReissueVoucher,
        Withdraw,
    )
    from schemas.civil import china_date
    from schemas.decision import FulfilmentMode, News, Verdict
    from schemas.journey import FulfilmentView, WaitingFor
    from schemas.ledger import VoucherCheck
    from schemas.partners import (
        CourierBooking,
        CourierCancellation,
        DispenseOrder,
        DispensingReceipt,
        PartnerName,
        ReservationReceipt,
        ReservationRelease,
        StockReservation,
    )
    from schemas.people import ActorRole

from workflows import own, texts
from workflows.clock import Clock
from workflows.cover import Cover
from workflows.drug_case import DrugCase, today
from workflows.endings import JourneyEndedError
from workflows.journey import Journey
from workflows.partner_desk import PartnerDesk
from workflows.turns import tell_a_supervisor
from workflows.vouchers import Vouchers
from workflows.waiting import Waiting


class Supply:
    """The way of one prescription's drug to the patient."""

    def __init__(self, journey: Journey, desk: PartnerDesk, case: DrugCase, vouchers: Vouchers, cover: Cover) -> None:
        """Supply `case` by the means of `journey` for one of `vouchers`; pharmacy and courier are asked at `desk`.

        What is collected is collected while `cover` lasts.
        """
        self.journey = journey
        self.vouchers = vouchers
        self.desk = desk
        self.case = case
        self.cover = cover
        self._postponed: JourneyEndedError | None = None
        """The end that came while the drug was on its way, and waits until it has arrived or is back."""
        self._promised: Clock | None = None
        """By when the parcel is promised, running since its booking; None for a pick-up."""

    def begin(self) -> None:
        """Another prescription: nothing of it is on its way."""
        self._postponed = None
        self._promised = None

    async def reserve(self, booking: ChooseFulfilment) -> ReservationReceipt:
        """The pharmacy keeps the drug for the voucher; for a delivery the courier is booked."""
        view = FulfilmentView(
            mode=booking.mode, pharmacy_city=booking.pharmacy_city, destination_city=booking.destination_city
        )
        self.journey.record.change(fulfilment=view)
        # What a partner's refusal costs does not put off what the booking promised.
        self._promised = None if booking.mode is FulfilmentMode.PICK_UP else self._promise(view)
        self.case.delivery_booked_on = today() if self._promised else None
        self.journey.inbox.expect(WaitingFor.HAND_OVER)
        reserved = await self._reserve_stock(booking)
        self.journey.record.change(
            fulfilment=view.model_copy(
                update={"pharmacy_id": reserved.pharmacy_id, "reservation_id": reserved.reservation_id}
            )
        )
        if self._promised:
            await self._book_courier(reserved)
        return reserved

    async def _reserve_stock(self, booking: ChooseFulfilment) -> ReservationReceipt:
        claim, plan = self.case.claim, self.case.plan
        return await self.desk.hand_off(
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
                voucher_id=self.case.issued_voucher().voucher_id,
                person=claim.insured.ref,
            ),
        )

    async def _book_courier(self, reserved: ReservationReceipt) -> None:
        view, claim = self.case.fulfilment(), self.case.claim
        receipt = await self.desk.hand_off(
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

    async def hand_over(self, reserved: ReservationReceipt) -> DispensingReceipt:
        """Voucher, identity and papers are checked at the counter or door; then the drug is dispensed, once."""
        while True:
            try:
                answer = await self._handed_over(reserved)
                break
            except JourneyEndedError as ended:
                await self._recall(ended)
        self._came_too_late(self.journey.inbox.hear_no_withdrawal())
        dispensing = await self._dispense(answer)
        await self._owed_after_death()
        return dispensing

    async def handed_over_before(self, answer: RecordHandOver) -> DispensingReceipt | None:
        """What the pharmacy could not take back was handed over in time; None where it must not have been."""
        return await self._dispense(answer) if await self._may_be_handed_over(answer) else None

    async def _dispense(self, answer: ActionInput) -> DispensingReceipt:
        """The drug is with the insured person: the pharmacy books it, and its voucher is redeemed."""
        view, handed_over_at = self.case.fulfilment(), answer.happened_at or workflow.now()
        self.case.handed_over(china_date(handed_over_at))
        dispensing = await self.desk.hand_off(
            PartnerName.PHARMACY,
            Pharmacy.dispense,
            lambda key: DispenseOrder(
                key=key,
                journey_id=self.case.claim.journey_id,
                reservation_id=view.reservation_id,
                voucher_id=self.case.issued_voucher().voucher_id,
                mode=view.mode,
                handed_over_at=handed_over_at,
            ),
        )
        self.vouchers.redeemed()
        return dispensing

    async def _owed_after_death(self) -> None:
        """What could not be recalled arrived after a death that ended the cover: a person decides whether it is owed.

        The rules say that it is not, or leave it open; that it could not be stopped is for a person to weigh. Raises
        the end that was put off where nothing is owed. pingan-longterm-b/USE-1, pingan-cancer-drug/USE-1,
        axa-excellence/DD-1, yuanxin-cancer-drug/USE-1, chinalife-cancer-rider/DUR-1.
        """
        died_on = self.case.died_on
        if self._postponed is None or died_on is None:
            return
        decision = await self.journey.decide(self.case.standing_facts(News.DEATH, died_on))
        if decision.verdict is Verdict.REFUSED:
            decision = decision.model_copy(update={"verdict": Verdict.REFERRED})
        if not await self.journey.approved(decision):
            raise self._postponed

    def _wait(self) -> Waiting:
        """For the parcel as it was promised; or until the drug is collected, or else found and bought.

        A drug that is not collected while voucher and cover last goes back. A parcel that was booked in time does
        not: it arrives when it arrives. chinalife-cancer-rider/VOU-1, axa-excellence/DD-3.
        """
        voucher = self.case.voucher_clock
        if self._promised:
            return Waiting(WaitingFor.HAND_OVER, ActorRole.COURIER, self._promised)
        if voucher.budget:
            return self.cover.wait(WaitingFor.HAND_OVER, ActorRole.INSURED, voucher)
        found = Clock(self.case.plan.find_budget, self.case.reviewed_at or workflow.now())
        return self.cover.wait(WaitingFor.HAND_OVER, ActorRole.INSURED, found, lapses=False)

    def _promise(self, view: FulfilmentView) -> Clock:
        """What is promised of a parcel that is booked now."""
        plan = self.case.plan
        same_city = view.pharmacy_city == view.destination_city
        return Clock(plan.delivery_same_city if same_city else plan.delivery_other_city, workflow.now())

    async def _handed_over(self, reserved: ReservationReceipt) -> ActionInput:
        """Wait until the drug is with the insured person; a parcel that does not arrive is carried anew."""
        journey, wait = self.journey, self._wait()
        while True:
            answer = await journey.answer_in(ActionInput, wait)
            if isinstance(answer, RecordHandOver) and await self._may_be_handed_over(answer):
                return answer
            if isinstance(answer, ReissueVoucher):
                await self.vouchers.reissue()
            if isinstance(answer, RecordDeliveryProblem):
                if answer.status is DeliveryStatus.DAMAGED_BY_INSURED:
                    return answer
                if self._postponed:  # it comes back, and the end was waiting for that
                    raise self._postponed
                journey.record.escalate(texts.delivery_problem(answer.status))
                await self._book_courier(reserved)

    async def _recall(self, ended: JourneyEndedError) -> None:
        """The prescription is to end: it does when the courier takes the parcel back; else the drug arrives.

        Raises `ended`. What is on its way cannot be undone by words: the journey goes on, a person is told. After
        fraud it ends all the same.
        """
        late = self.journey.inbox.hear_no_withdrawal()
        tracking_number = self.case.fulfilment().tracking_number
        if self._postponed is ended or not tracking_number or await self._taken_back(tracking_number):
            raise ended
        self.journey.record.escalate(texts.PARCEL_UNDER_WAY)
        if ended.fraud:
            raise ended
        self._postponed = ended
        self.journey.record.note("input", texts.ENDED_TOO_LATE)
        self._came_too_late(late)

    def _came_too_late(self, turns: list[Withdraw | CorrectClaim]) -> None:
        for turn in turns:
            self.journey.record.note("input", texts.WITHDRAWN_TOO_LATE, actor=turn.actor)

    async def _may_be_handed_over(self, answer: RecordHandOver) -> bool:
        # A delivery that was booked in time arrives when it arrives. chinalife-cancer-rider/VOU-1
        on = china_date(self._promised.started_at if self._promised else answer.happened_at or workflow.now())
        check = VoucherCheck(voucher_id=self.case.issued_voucher().voucher_id, code=answer.voucher_code, on=on)
        standing = await own.ask(Ledger.check_voucher, check)
        decision = await self.journey.decide(self.case.counter_facts(answer, verified=standing.standing == "verified"))
        self.journey.record.change(papers_due=decision.papers_due)
        if standing.standing == "locked":
            self.journey.record.escalate(texts.VOUCHER_LOCKED)
        return await self.journey.approved(decision)

    async def give_back(self, *, at_the_end: bool = False) -> None:
        """Let the pharmacy sell a drug that is not with the patient, void the voucher and release the benefit.

        At the end of a prescription raises HandedOverError where the pharmacy tells that it was handed over before.
        """
        if self.case.voucher is None or self.case.committed:
            return
        view = self.journey.record.status.fulfilment
        if view and view.reservation_id and not self.case.handed_over_on:
            if at_the_end:
                self._hear_of_hand_over()
            try:
                await self._returned(view.reservation_id)
            finally:
                self._hear_no_more()
        await self.vouchers.give_back()

    async def _returned(self, reservation_id: str) -> None:
        await self.desk.hand_off(
            PartnerName.PHARMACY,
            Pharmacy.release,
            lambda key: ReservationRelease(
                key=key, journey_id=self.case.claim.journey_id, reservation_id=reservation_id
            ),
        )

    def _hear_of_hand_over(self) -> None:
        """The voucher stays good meanwhile for what was handed over before the end."""
        self.case.title_ended_at = self.case.entitled_until or workflow.now()
        self.journey.inbox.asides["record_hand_over"] = self._handed_over_after_all

    async def _handed_over_after_all(self, action: ActionInput) -> None:
        if isinstance(action, RecordHandOver):
            self.journey.inbox.turns.append(action)

    def _hear_no_more(self) -> None:
        """The drug is back: whoever told at the same moment that it was handed over is for a person to ask."""
        self.journey.inbox.asides.pop("record_hand_over", None)
        for late in self.journey.inbox.hear_no_hand_over():
            tell_a_supervisor(self.journey, late)

    async def _taken_back(self, tracking_number: str) -> bool:
        answer = await self.desk.hand_off(
            PartnerName.COURIER,
            Courier.cancel,
            lambda key: CourierCancellation(
                key=key, journey_id=self.case.claim.journey_id, tracking_number=tracking_number
            ),
        )
        return answer.cancelled

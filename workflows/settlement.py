"""Money: what the insurer would pay, what it owes once the drug is dispensed, and that it paid."""

from functools import partial

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.ledger import Ledger
    from activities.pharmacy import Pharmacy
    from schemas.carried import Commitment
    from schemas.decision import Amounts, Decision, Verdict
    from schemas.journey import Stage
    from schemas.ledger import Commit, LimitLeft, Reservation
    from schemas.money import ZERO, Yuan
    from schemas.partners import DispensingReceipt, PartnerName, PaymentOrder
    from schemas.people import ActorRole

from workflows import own, texts
from workflows.drug_case import DrugCase
from workflows.endings import JourneyEndedError
from workflows.journey import Journey
from workflows.own_share import OwnShare
from workflows.partner_desk import PartnerDesk
from workflows.payment import Payment
from workflows.reckoning import Reckoning


class Settlement:
    """Who pays what for one prescription."""

    def __init__(self, journey: Journey, desk: PartnerDesk, case: DrugCase, own_share: OwnShare) -> None:
        """Reckon and settle `case` by the means of `journey`; pharmacy and insurer are asked at `desk`."""
        self.own_share = own_share
        self.journey = journey
        self.desk = desk
        self.case = case
        self.reckoning = Reckoning(journey, case)
        self.payment = Payment(journey, desk)

    async def estimate(self) -> Amounts:
        """What the insurer would pay at the network's price; nothing to pay ends the journey in a refusal."""
        quote = await self.desk.look_up(PartnerName.PHARMACY, Pharmacy.quote, self.case.quote_query())
        return await self._estimate_within(quote.cost, await self._left())

    async def _left(self) -> LimitLeft:
        """What the estimate goes by: what the limit still holds, where a booking comes before the voucher.

        Where the voucher comes first, it is issued at once and tells what it holds: nothing is asked twice.
        """
        if not self.case.plan.voucher_on_booking:
            return LimitLeft(available=self.case.coverage.policy.sum_insured)
        return await self.reckoning.left()

    async def estimate_again(self, cost: Yuan) -> Amounts:
        """The estimate by what the limit holds for this claim at this moment."""
        return await self._estimate_within(cost, await self.reckoning.left())

    async def _estimate_within(self, cost: Yuan, left: LimitLeft) -> Amounts:
        decision = await self._decide(cost, left)
        if decision.amounts is None or decision.verdict is Verdict.REFUSED:
            raise JourneyEndedError(Stage.REFUSED)
        money = self.journey.record.status.money
        self.journey.record.change(money=money.model_copy(update={"estimate": decision.amounts}))
        return decision.amounts

    async def _owed(self, cost: Yuan, left: LimitLeft) -> Amounts:
        """What is owed for a drug that was handed over: a refusal leaves the whole cost as own share."""
        decision = await self._decide(cost, left)
        amounts = decision.amounts
        if amounts is not None and (decision.verdict is Verdict.APPROVED or not amounts.insurer_pays):
            return amounts
        return Amounts(
            cost=cost, other_compensation=ZERO, ratio=ZERO, insurer_pays=ZERO, own_share=cost, over_limit=ZERO
        )

    async def _decide(self, cost: Yuan, left: LimitLeft) -> Decision:
        return await self.reckoning.decide(partial(self.case.settlement_facts, cost), left)

    async def settle(self, dispensing: DispensingReceipt) -> None:
        """Reckon who pays what, book it on the limit, and have the insurer pay the pharmacy."""
        journey = self.journey
        journey.record.enter_stage(Stage.SETTLEMENT)
        view = self.case.fulfilment().model_copy(update={"dispensing_id": dispensing.dispensing_id})
        journey.record.change(fulfilment=view)
        reservation = self.case.issued_voucher().reservation
        amounts = await self._owed(dispensing.cost, await self._holds(dispensing.cost, reservation))
        commit = Commit(key=self.case.key("commit"), reservation=reservation.key, amount=amounts.insurer_pays)
        posted = await own.ask(Ledger.commit, commit)
        self._book_commitment(commit.key, posted.committed, amounts)
        await self.payment.pay(posted.committed, lambda key: self._payment_order(key, dispensing, posted.committed))

    async def _holds(self, cost: Yuan, reservation: Reservation) -> LimitLeft:
        """What the limit holds for this claim; others may have taken of it or given back since it was reserved.

        Where the reservation was for as much as this costs, nothing of that matters, and the ledger is not asked.
        """
        estimate = self.journey.record.status.money.estimate
        if estimate and cost <= estimate.cost and not estimate.over_limit:
            return LimitLeft(available=reservation.granted + reservation.available)
        return await self.reckoning.left()

    def _book_commitment(self, key: str, committed: Yuan, amounts: Amounts) -> None:
        record = self.journey.record
        commitment = Commitment(key=key, amount=committed, handed_over_on=self.case.handed_over_on)
        self.case.commitments = (*self.case.commitments, commitment)
        amounts = amounts.limited_to(committed)
        refund = self._refund(amounts)
        booked = {"settled": amounts, "committed": committed, "reserved": ZERO}
        money = record.status.money
        record.change(money=money.model_copy(update=booked | {"refund_due": money.refund_due + refund}))
        record.note("money", texts.committed(committed, amounts.own_share))
        self.own_share.keep(amounts.own_share)
        if refund:
            record.notify(ActorRole.INSURED, "refund_due", texts.refund_due(refund), person=self.journey.person)

    def _refund(self, amounts: Amounts) -> Yuan:
        """What was advanced and is not owed: beyond the limit, or all of it when the insurance pays nothing.

        pingan-longterm-b/PAY-1, pingan-cancer-drug/PAY-1.
        """
        if not self.case.plan.refund_of_excess:
            return ZERO
        return amounts.over_limit if amounts.insurer_pays else amounts.own_share

    def _payment_order(self, key: str, dispensing: DispensingReceipt, amount: Yuan) -> PaymentOrder:
        claim = self.case.claim
        return PaymentOrder(
            key=key,
            journey_id=claim.journey_id,
            policy_number=claim.policy_number,
            product=claim.product,
            dispensing_id=dispensing.dispensing_id,
            invoice_number=dispensing.invoice_number,
            amount=amount,
        )

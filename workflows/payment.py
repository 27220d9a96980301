"""Having the insurer pay what was committed: ordered once, confirmed by call-back or by asking."""

from collections.abc import Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.insurer import Insurer
    from schemas.actions import RecordPayment
    from schemas.journey import WaitingFor
    from schemas.money import Yuan
    from schemas.partners import PartnerName, PaymentOrder, PaymentQuery, PaymentReceipt
    from schemas.people import Actor, ActorRole

from workflows import texts
from workflows.journey import Journey
from workflows.partner_desk import PartnerDesk


class Payment:
    """What the insurer is told to pay."""

    def __init__(self, journey: Journey, desk: PartnerDesk) -> None:
        """Have it paid for `journey`; the insurer is asked at `desk`."""
        self.journey = journey
        self.desk = desk

    async def pay(self, amount: Yuan, order: Callable[[str], PaymentOrder]) -> None:
        """Order `amount` until it is paid; a refused payment goes to a service agent. `order` makes it of its key."""
        while amount and not await self._paid(amount, order):
            await self.journey.ask_for_help(texts.PAYMENT_REFUSED)

    async def _paid(self, amount: Yuan, order: Callable[[str], PaymentOrder]) -> bool:
        journey = self.journey
        journey.inbox.expect(WaitingFor.PAYMENT)
        receipt = await self.desk.hand_off(PartnerName.INSURER, Insurer.order_payment, order)
        answer = self._payment_of(receipt, amount) or await journey.answer(
            RecordPayment, WaitingFor.PAYMENT, ActorRole.INSURER, poll=lambda: self._poll(receipt, amount)
        )
        if answer.paid:
            money = journey.record.status.money
            journey.record.change(
                money=money.model_copy(update={"payment_id": answer.payment_id, "paid": answer.amount})
            )
            journey.record.note("money", texts.paid(answer.amount), actor=answer.actor)
        return answer.paid

    async def _poll(self, receipt: PaymentReceipt, amount: Yuan) -> RecordPayment | None:
        query = PaymentQuery(payment_id=receipt.payment_id)
        known = await self.desk.look_up(PartnerName.INSURER, Insurer.payment, query)
        return self._payment_of(known, amount)

    def _payment_of(self, receipt: PaymentReceipt, amount: Yuan) -> RecordPayment | None:
        if receipt.status not in {"paid", "rejected"}:
            return None
        status = self.journey.record.status
        return RecordPayment(
            key=f"{status.journey_id}/polled/payment/{status.revision}",
            actor=Actor(role=ActorRole.INSURER, id=str(ActorRole.INSURER)),
            payment_id=receipt.payment_id,
            paid=receipt.status == "paid",
            amount=amount,
            paid_on=receipt.paid_on,
            reason=receipt.reason,
        )

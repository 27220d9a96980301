"""Money that comes back: what was advanced beyond the cover, and what was paid to somebody who was not entitled."""

from decimal import Decimal

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.ledger import Ledger
    from schemas import ledger
    from schemas.carried import Commitment
    from schemas.journey import Stage, WaitingFor
    from schemas.money import ZERO
    from schemas.people import ActorRole

from workflows import own, texts
from workflows.clock import Clock
from workflows.journey import Journey
from workflows.waiting import Waiting


class Recovery:
    """What the insured person of one journey has to pay back."""

    def __init__(self, journey: Journey) -> None:
        """Recover by the means of `journey`."""
        self.journey = journey

    def _tell(self, refund: Decimal, unpaid: Decimal) -> None:
        """The insured person refunds what was paid; what is not on record as paid yet is the insurer's to stop."""
        record = self.journey.record
        if refund:
            record.notify(ActorRole.INSURED, "refund_due", texts.refund_due(refund), person=self.journey.person)
        if unpaid:
            record.notify(ActorRole.INSURER, "payment_to_stop", texts.payment_to_stop(unpaid))

    async def refunded(self, by: ActorRole = ActorRole.INSURED) -> None:
        """Wait until what is due has come back or was settled otherwise; no document prints a deadline."""
        if self._due() == ZERO:
            return
        wait = Waiting(WaitingFor.REFUND, by, Clock(None, workflow.now()))
        await self.journey.show(wait)
        await self.journey.heed_until(wait, lambda: self._due() == ZERO)

    async def claim_back(self, commitments: tuple[Commitment, ...]) -> None:
        """What the insurer committed and does not owe is claimed back and returns to the limit.

        After fraud everything of the journey; after a death or cancellation what was handed over too late for it, of
        whichever prescription. pingan-longterm-b/FRAUD-1, pingan-cancer-drug/FRAUD-1, yuanxin-cancer-drug/FRAUD-1.
        """
        record, money = self.journey.record, self.journey.record.status.money
        wrongly_paid = sum((commitment.amount for commitment in commitments), ZERO)
        if not wrongly_paid:
            return
        owed, refunded = money.refund_due, self.journey.inbox.refunded
        # A part may have come back before the journey closed: what comes back now is another posting.
        again = f"/{record.decided_so_far}" if record.status.stage is Stage.REOPENED else ""
        record.enter_stage(Stage.RECOVERY)
        record.change(money=money.model_copy(update={"refund_due": owed + wrongly_paid}))
        unpaid = min(wrongly_paid, money.unpaid)
        self._tell(owed + wrongly_paid - unpaid, unpaid)
        await self.refunded(ActorRole.INSURER if unpaid == owed + wrongly_paid else ActorRole.INSURED)
        # What was owed before was never part of the limit; it counts as paid first.
        came_back = self.journey.inbox.refunded - refunded - owed
        await self._return_to_limit(max(came_back, ZERO), commitments, f"recovered{again}")

    async def _return_to_limit(self, came_back: Decimal, commitments: tuple[Commitment, ...], name: str) -> None:
        for commitment in reversed(commitments):
            amount = min(came_back, commitment.amount)
            if not amount:
                continue
            came_back -= amount
            key = f"{commitment.key}/{name}"
            journey_id = self.journey.record.status.journey_id
            await own.ask(
                Ledger.recover, ledger.Recover(key=key, journey_id=journey_id, commit=commitment.key, amount=amount)
            )

    def _due(self) -> Decimal:
        return self.journey.record.status.money.refund_due

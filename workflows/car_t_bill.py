"""The bill of a therapy: reserved on the limit, judged item by item, settled once."""

from collections.abc import Sequence
from functools import partial, reduce

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.ledger import Ledger
    from schemas.action_input import ActionInput
    from schemas.car_t_actions import SubmitCosts
    from schemas.car_t_facts import CostItem
    from schemas.carried import Commitment
    from schemas.decision import Amounts, Verdict
    from schemas.journey import Stage, WaitingFor
    from schemas.ledger import Commit, LimitLeft, Release, Reservation
    from schemas.money import ZERO, Yuan
    from schemas.partners import PaymentOrder
    from schemas.people import ActorRole
    from schemas.text import Bilingual

from workflows import car_t_texts, own, texts
from workflows.car_t_case import CarTCase
from workflows.car_t_costs import all_own_share, by_settlement, total
from workflows.car_t_sites import approved_at
from workflows.car_t_waits import TherapyWaits
from workflows.endings import JourneyEndedError
from workflows.journey import Journey
from workflows.partner_desk import PartnerDesk
from workflows.payment import Payment
from workflows.reckoning import Reckoning


class Bill:
    """What one therapy costs, and who pays."""

    def __init__(self, journey: Journey, desk: PartnerDesk, case: CarTCase, waits: TherapyWaits) -> None:
        """Reckon and settle `case` by the means of `journey`."""
        self.journey = journey
        self.case = case
        self.waits = waits
        self.reserved = 0
        """How often the limit was drawn on: only before the apheresis, so that no later run has to know."""
        self._refused: list[Bilingual] = []
        """What is said of the costs that are not covered."""
        self.reckoning = Reckoning(journey, case)
        self.payment = Payment(journey, desk)
        journey.inbox.asides |= {"submit_costs": self.billed}

    async def billed(self, action: ActionInput) -> None:
        """Costs were handed in; they are judged when the therapy has ended."""
        if isinstance(action, SubmitCosts):
            self.case.bills = (*self.case.bills, action)
            self.case.show(costs=total(self.case.items))

    async def reserve(self, expected: Yuan) -> None:
        """Set the insurer's share of the expected cost aside; raises JourneyEndedError where the limit is used up.

        What other claims let go of while a person thought about an empty limit is set aside anew.
        """
        amounts = await self._estimate(expected, LimitLeft(available=self.case.coverage.policy.sum_insured))
        reservation = await self._reserve(amounts)
        while amounts.insurer_pays != reservation.granted:
            amounts = await self._estimate(expected, await self.reckoning.left())
            if amounts.insurer_pays <= reservation.granted:
                break
            await self.give_back()
            reservation = await self._reserve(amounts)

    async def _reserve(self, amounts: Amounts) -> Reservation:
        reserve = self.reckoning.reserve(self._reserve_key(), amounts)
        reservation = self.case.reservation = await own.ask(Ledger.reserve, reserve)
        self._show(reserved=reservation.granted)
        self.journey.record.note("money", texts.reserved(reservation.granted))
        return reservation

    def _show(self, **changes: object) -> None:
        record = self.journey.record
        record.change(money=record.status.money.model_copy(update=changes))

    def _reserve_key(self) -> str:
        """Of this reservation: a corrected claim is reserved for anew."""
        self.reserved += 1
        return self.case.key("reserve") if self.reserved == 1 else self.case.key(f"reserve/{self.reserved}")

    async def _estimate(self, cost: Yuan, left: LimitLeft) -> Amounts:
        decision = await self.reckoning.decide(partial(self.case.estimate_facts, cost), left)
        if decision.amounts is None or decision.verdict is Verdict.REFUSED:
            raise JourneyEndedError(Stage.REFUSED)
        self._show(estimate=decision.amounts)
        return decision.amounts

    async def settle(self) -> None:
        """Once all costs are in: each item inside or outside, by its clause; then one payment of what is owed."""
        self.journey.record.enter_stage(Stage.SETTLEMENT)
        await self.waits.until(lambda: self.case.billed, WaitingFor.COSTS, ActorRole.HOSPITAL)
        covered, cover_ended_on = await self._judged(), self.case.cover_ended_on
        self._tell_refused()
        self.case.show(covered=total(covered))
        if total(covered):
            await self._commit(covered)
        if self.case.cover_ended_on not in {None, cover_ended_on}:
            await self._judge_anew(covered)

    async def _judge_anew(self, covered: list[CostItem]) -> None:
        """The policy was cancelled while the payment was awaited: what it does not reach comes back. ID-1, CART-4."""
        self._refused = []
        kept = [item for item in covered if not self._after_cover(item) or await self._covered(item)]
        if kept == covered or not self.case.commitments:
            return
        self._tell_refused()
        [commitment] = self.case.commitments
        amounts = await self._reckon(kept, LimitLeft(available=commitment.amount))
        owed = amounts.insurer_pays if amounts else ZERO
        self.case.not_owed = (commitment.model_copy(update={"amount": commitment.amount - owed}),)
        self.case.show(covered=total(kept))
        self._show(settled=amounts)

    def _after_cover(self, item: CostItem) -> bool:
        ended_on = self.case.cover_ended_on
        return ended_on is not None and item.incurred_on >= ended_on

    async def _judged(self) -> list[CostItem]:
        """The items that are covered, by the period as it is when the last of them is judged."""
        while True:
            infused_on, self._refused = self.case.therapy.infused_on, []
            covered = [item for item in self.case.items if await self._covered(item)]
            if self.case.therapy.infused_on == infused_on:
                self.journey.inbox.asides.pop("record_infusion", None)
                return covered

    async def _covered(self, item: CostItem) -> bool:
        decision = await self.journey.decide(self.case.cost_facts(item))
        approved = await approved_at(item.site, decision, self.journey, self.case)
        if not approved:
            why = texts.why_refused(decision, self.journey.record.last_reason)
            self._refused.append(car_t_texts.cost_refused(item.number, item.amount, why))
        return approved

    def _tell_refused(self) -> None:
        """The insured person learns of each cost that is not covered, and why; once, when all are judged."""
        for text in self._refused:
            self.journey.record.notify(ActorRole.INSURED, "cost_refused", text, person=self.journey.person)

    async def _reckon(self, covered: Sequence[CostItem], left: LimitLeft) -> Amounts | None:
        """What is owed, where anything may be; the parts settled in either way are decided apart. CART-3.

        A part that is not owed stays in the sum as own share.
        """
        owed, not_owed, spent = list[Amounts](), list[Amounts](), ZERO
        for part in by_settlement(covered):
            decision = await self.reckoning.decide(partial(self.case.settlement_facts, part), left, spent)
            if decision.amounts and decision.verdict is not Verdict.REFUSED:
                spent += decision.amounts.insurer_pays
                rest = max(left.available - decision.amounts.insurer_pays, ZERO)
                left = left.model_copy(update={"available": rest})
                owed.append(decision.amounts)
            elif decision.amounts and not left.available:
                not_owed.append(decision.amounts)
            else:
                not_owed.append(all_own_share(part))
        return reduce(Amounts.plus, [*owed, *not_owed]) if owed else None

    async def _commit(self, covered: Sequence[CostItem]) -> None:
        reservation, claim = self.case.reservation, self.case.claim
        if reservation is None:
            message = "a therapy is settled for which nothing was reserved"
            raise RuntimeError(message)
        amounts = await self._reckon(covered, await self._holds(total(covered), reservation))
        if amounts is None:
            return
        commit = Commit(key=self.case.key("commit"), reservation=reservation.key, amount=amounts.insurer_pays)
        posted = await own.ask(Ledger.commit, commit)
        self.case.reservation = None
        self.case.commitments = (Commitment(key=commit.key, amount=posted.committed),)
        self._book(posted.committed, amounts)
        await self.payment.pay(
            posted.committed,
            lambda key: PaymentOrder(
                key=key,
                journey_id=claim.journey_id,
                policy_number=claim.policy_number,
                product=claim.product,
                invoice_number=covered[0].number,
                amount=posted.committed,
            ),
        )

    async def _holds(self, cost: Yuan, reservation: Reservation) -> LimitLeft:
        """What the limit holds for this claim; other claims may have taken of it or given back in all these weeks."""
        if cost <= reservation.granted:
            return LimitLeft(available=reservation.granted + reservation.available)
        return await self.reckoning.left()

    def _book(self, committed: Yuan, amounts: Amounts) -> None:
        record = self.journey.record
        booked = {"settled": amounts.limited_to(committed), "committed": committed, "reserved": ZERO}
        self._show(**booked)
        record.note("money", texts.committed(committed, amounts.limited_to(committed).own_share))

    async def give_back(self) -> None:
        """Release what is still set aside."""
        if self.case.reservation is None:
            return
        release = Release(key=f"{self.case.reservation.key}/release", reservation=self.case.reservation.key)
        await own.ask(Ledger.release, release)
        self.case.reservation = None
        self._show(reserved=ZERO)

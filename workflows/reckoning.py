"""Who pays what by the rules, completed by a person where the contract or the limit leaves it open."""

from collections.abc import Callable
from typing import Protocol

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.ledger import Ledger
    from schemas.car_t_facts import CarTSettlementFacts
    from schemas.decision import Amounts, Decision, SettlementFacts, Verdict
    from schemas.ledger import LimitLeft, LimitQuery, Reserve
    from schemas.money import ZERO, Ratio, Yuan

from workflows import own, texts
from workflows.journey import Journey


class LimitedCase(Protocol):
    """A claim on a benefit limit."""

    ratio_by_person: Ratio | None

    @property
    def granted(self) -> Yuan:
        """What is set aside for it."""

    def limit_query(self) -> LimitQuery:
        """Which limit it draws on."""


class Reckoning:
    """Decides amounts, for a drug and for a therapy alike."""

    def __init__(self, journey: Journey, case: LimitedCase) -> None:
        """Reckon for `case` by the means of `journey`."""
        self.journey = journey
        self.case = case

    async def decide(
        self,
        facts: Callable[[LimitLeft], SettlementFacts | CarTSettlementFacts],
        left: LimitLeft,
        spent: Yuan = ZERO,
    ) -> Decision:
        """Decide on `facts`, of which `left` of the limit is one; `spent` of it is owed already.

        Where a ratio is missing, a person tells it; one that is known is not theirs to change. Where all that is left
        is set aside for other claims, they say when to look again, or refuse: approving alone frees nothing.
        """
        while True:
            decision = await self.journey.decide(facts(left))
            if decision.verdict is not Verdict.REFERRED:
                return decision
            word = await self.journey.ask_person(decision)
            if not word.approved:
                return decision.model_copy(update={"verdict": Verdict.REFUSED})
            bound = _is_bound(decision, left)
            if bound:
                left = await self.left(spent)
            if decision.asks_ratio and word.ratio not in {None, self.case.ratio_by_person}:
                self.case.ratio_by_person = word.ratio
            elif decision.amounts is None:
                self.journey.record.escalate(texts.RATIO_NEEDED)
            elif not bound:
                return decision.model_copy(update={"verdict": Verdict.APPROVED})
            elif left.reserved and not left.available:
                self.journey.record.escalate(texts.LIMIT_STILL_BOUND)

    def reserve(self, key: str, amounts: Amounts) -> Reserve:
        """Set `amounts` aside: more than the limit seemed to hold, for what came free since they were reckoned."""
        limit = self.case.limit_query()
        return Reserve(
            key=key,
            journey_id=self.journey.record.status.journey_id,
            product=limit.product,
            policy_number=limit.policy_number,
            period_from=limit.period_from,
            sum_insured=limit.sum_insured,
            wanted=amounts.insurer_pays + amounts.over_limit,
        )

    async def left(self, spent: Yuan = ZERO) -> LimitLeft:
        """What the limit holds for this claim at this moment beyond `spent`, and what is set aside for others."""
        left, granted = await own.ask(Ledger.available, self.case.limit_query()), self.case.granted
        return LimitLeft(available=max(left.available + granted - spent, ZERO), reserved=left.reserved - granted)


def _is_bound(decision: Decision, left: LimitLeft) -> bool:
    over_limit = decision.amounts.over_limit if decision.amounts else ZERO
    return bool(over_limit and left.reserved and not left.available)

"""How long the insurance pays, as the insurer last said: the clock of it, and the question whether it was renewed."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.decisions import Decisions
    from activities.insurer import Insurer
    from schemas.deadline import Budget, BudgetUnit
    from schemas.partners import PartnerName

from workflows import texts
from workflows.clock import Clock
from workflows.drug_case import DrugCase, today
from workflows.journey import Journey
from workflows.partner_desk import PartnerDesk
from workflows.waiting import Waiting

_LONGEST = 4000
"""Days; a policy without an end has no such deadline."""


class Cover:
    """The cover of one case: nothing ends with it before the insurer was asked whether it goes on."""

    def __init__(self, journey: Journey, desk: PartnerDesk, case: DrugCase) -> None:
        """Watch over `case` by the means of `journey`; the insurer is asked at `desk`."""
        self.journey = journey
        self.desk = desk
        self.case = case

    async def learn(self) -> None:
        """How the policy stands today, and the terms that follow from it."""
        case = self.case
        coverage = await self.desk.look_up(PartnerName.INSURER, Insurer.coverage, case.coverage_query())
        plan = await self.journey.decidable(Decisions.plan, case.plan_request(coverage))
        case.learn(coverage, plan)

    def clock(self) -> Clock:
        """Runs to the end of the last day that is covered; a day that has passed while nobody looked ends today."""
        days, rule = max((self.case.plan.covered_to - today()).days, 0), self.case.plan.cover_rule
        budget = Budget(unit=BudgetUnit.NATURAL_DAYS, amount=days, rule=rule) if days <= _LONGEST else None
        return Clock(budget, workflow.now())

    async def renewed(self) -> bool:
        """Ask the insurer anew once the cover it told of is over; what it ended before its last day is not renewed.

        A policy may be renewed after the plan was made. yuanxin-cancer-drug/DUR-1, pingan-longterm-b/DUR-1.
        """
        before = self.case.plan.covered_to
        await self.learn()
        if self.case.coverage.policy.ended or self.case.plan.covered_to <= before:
            return False
        self.journey.record.note("deadline", texts.cover_goes_on(self.case.plan.covered_to))
        return True

    async def goes_on(self, wait: Waiting) -> bool:
        """Before `wait` lapses with the cover: whether it runs on, to the new end."""
        if not await self.renewed() or today() > self.case.plan.covered_to:
            return False
        wait.clock = self.clock()
        return True

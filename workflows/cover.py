"""How long the insurance pays, as the insurer last said: the clock of it, and the question whether it was renewed."""

from datetime import date, timedelta
from functools import partial

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.decisions import Decisions
    from activities.insurer import Insurer
    from schemas.civil import china_date, day_ends
    from schemas.journey import WaitingFor
    from schemas.partners import PartnerName
    from schemas.people import ActorRole

from workflows import texts
from workflows.clock import Clock
from workflows.drug_case import DrugCase, today
from workflows.journey import Journey
from workflows.partner_desk import PartnerDesk
from workflows.waiting import Waiting


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
        if not await self.renewed() or today() > self.case.covered_to:
            return False
        wait.clock = self.case.cover_clock()
        return True

    def wait(self, what: WaitingFor, on: ActorRole, clock: Clock | None = None, *, lapses: bool = True) -> Waiting:
        """A wait for a step towards a drug that nobody pays for once the cover has ended: it lapses with the cover.

        Where it has a `clock` of its own that runs out before, that one is shown, and `lapses` says whether it ends
        anything. pingan-longterm-b/ID-2 DUR-1, pingan-cancer-drug/ID-2 DUR-1, chinalife-cancer-rider/DUR-1,
        axa-excellence/DD-5, yuanxin-cancer-drug/DUR-1.
        """
        wait = Waiting(what, on, self.case.cover_clock())
        self._set(wait, clock, lapses=lapses)
        wait.renew = partial(self._set, wait, clock, lapses=lapses)
        wait.goes_on = partial(self._wait_goes_on, clock, lapses=lapses)
        return wait

    def _set(self, wait: Waiting, clock: Clock | None, *, lapses: bool) -> None:
        """Let `wait` run on whichever ends first: its own clock, or that of the cover."""
        cover = self.case.cover_clock()
        wait.clock, wait.lapses, wait.lapses_at = cover, True, None
        if clock and clock.budget and _last_day(clock) <= self.case.covered_to:
            wait.clock, wait.lapses = clock, lapses
            wait.lapses_at = day_ends(self.case.covered_to) if cover.budget and not lapses else None

    async def _wait_goes_on(self, clock: Clock | None, wait: Waiting, *, lapses: bool) -> bool:
        """Whether a wait that is to lapse runs on; the person is told when it ends with the cover."""
        if wait.clock is clock and wait.lapses:
            return False  # its own time is over, the cover is not asked about
        if not await self.goes_on(wait):
            self._tell()
            return False
        self._set(wait, clock, lapses=lapses)
        return True

    def _tell(self) -> None:
        record, text = self.journey.record, texts.cover_ended(self.case.covered_to)
        record.note("deadline", text)
        record.notify(ActorRole.INSURED, "cover_ended", text, person=self.journey.person)


def _last_day(clock: Clock) -> date:
    """Of a budget of natural days, the only ones that are printed for what lapses with the cover."""
    days = clock.budget.amount if clock.budget else 0
    return china_date(clock.started_at) + timedelta(days=days)

"""The cover behind a therapy that has not begun: nothing of one whose apheresis comes after it is covered. CART-4."""

from datetime import date, datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import policies
    from activities.decisions import Decisions
    from activities.insurer import Insurer
    from schemas.car_t_facts import CarTNews
    from schemas.civil import china_date, day_begins, day_ends
    from schemas.journey import Stage
    from schemas.partners import PartnerName
    from schemas.people import ActorRole

from workflows import car_t_texts
from workflows.car_t_case import CarTCase
from workflows.drug_case import today
from workflows.endings import TherapyEndedError
from workflows.journey import Journey
from workflows.partner_desk import PartnerDesk


class TherapyCover:
    """Ends a therapy that cannot be covered any more; not before the insurer was asked whether the policy goes on.

    An apheresis of the last day may be told late: between the end of the cover and that of the therapy there is time.
    """

    def __init__(self, journey: Journey, desk: PartnerDesk, case: CarTCase) -> None:
        """Watch over `case` by the means of `journey`; the insurer is asked at `desk`."""
        self.journey = journey
        self.desk = desk
        self.case = case

    async def learn(self) -> None:
        """How the policy stands today, and the terms that follow from it."""
        coverage = await self.desk.look_up(PartnerName.INSURER, Insurer.coverage, self.case.coverage_query())
        plan = await self.journey.decidable(Decisions.car_t_plan, self.case.plan_request(coverage))
        self.case.learn(coverage, plan)

    @property
    def looked_at(self) -> datetime | None:
        """When to look at it next; None once cells were collected, when the treatment period counts instead."""
        therapy, last_day = self.case.therapy, self._last_day
        if therapy.first_apheresis_on or last_day is None:
            return None
        if therapy.uncovered_from:
            return self._told_by(therapy.uncovered_from)
        return day_ends(last_day)

    def _told_by(self, uncovered_from: date) -> datetime:
        """Until when an apheresis from before may be told: some days are left to who reports after the cover ended."""
        return max(day_begins(uncovered_from), self.case.claim.reported_at) + policies.LATE_NEWS

    async def heed(self) -> None:
        """See what has become of the cover, where it is time to; raises TherapyEndedError."""
        if self.looked_at is None or workflow.now() < self.looked_at:
            return
        await self.learn()
        uncovered_from = self.case.therapy.uncovered_from
        if self._lasts:
            self._goes_on()
        elif uncovered_from is None:
            self._is_over()
        elif self.journey.inbox.answer is None:  # what was told while the insurer was asked is heard first
            raise TherapyEndedError(Stage.LAPSED, CarTNews.COVER_ENDED, uncovered_from)

    def _goes_on(self) -> None:
        self.case.change(uncovered_from=None)
        if self._last_day:
            self.journey.record.note("deadline", car_t_texts.cover_goes_on(self._last_day))

    def _is_over(self) -> None:
        uncovered_from = min(today(), (self._last_day or today()) + timedelta(days=1))
        record, text = (
            self.journey.record,
            car_t_texts.cover_over(uncovered_from - timedelta(days=1), china_date(self._told_by(uncovered_from))),
        )
        self.case.change(uncovered_from=uncovered_from)
        record.note("deadline", text)
        record.notify(ActorRole.SERVICE_AGENT, "cover_ended", text)
        record.notify(ActorRole.INSURED, "cover_ended", text, person=self.journey.person)
        record.escalate(text)

    @property
    def _lasts(self) -> bool:
        """Whether it goes on: a policy that somebody ended does not, whatever its last day."""
        last_day = self._last_day
        return last_day is not None and today() <= last_day and not self.case.coverage.policy.ended

    @property
    def _last_day(self) -> date | None:
        return self.case.plan.covered_to if self.case.known else None

"""Between two prescriptions of a treatment that goes on: reminders, the next prescription, the end of cover."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple

from temporalio import workflow
from temporalio.workflow import ContinueAsNewVersioningBehavior

with workflow.unsafe.imports_passed_through():
    from schemas.action_input import ActionInput
    from schemas.actions import EndTreatment, SubmitPrescription
    from schemas.carried import CarriedOver
    from schemas.civil import CHINA, china_date
    from schemas.journey import Money, Stage, WaitingFor
    from schemas.papers import PaperKind
    from schemas.people import ActorRole
    from schemas.text import Bilingual

from workflows import texts
from workflows.cover import Cover
from workflows.drug_case import DrugCase, today
from workflows.endings import JourneyEndedError
from workflows.journey import Journey
from workflows.months import month_after
from workflows.partner_desk import PartnerDesk
from workflows.waiting import Waiting

_BEFORE = timedelta(days=7)
"""How long before a supply ends or a donation is due people are reminded: our practice, no document prints it."""
_MORNING = time(9)

_OF_ONE_PRESCRIPTION = frozenset(
    {PaperKind.PRESCRIPTION, PaperKind.OUTSIDE_PURCHASE_PROOF, PaperKind.COST_BILLS, PaperKind.ITEMISED_LIST}
)
"""Papers that the next prescription needs anew; all others still count."""


class Reminder(NamedTuple):
    """A message that falls due while nothing else happens."""

    at: datetime
    to: ActorRole
    template: str
    text: Bilingual


class Refills:
    """The treatment beyond one prescription."""

    def __init__(self, journey: Journey, desk: PartnerDesk, case: DrugCase, cover: Cover) -> None:
        """Go on with `case` by the means of `journey`, while `cover` lasts; what `desk` asked goes to the next run."""
        self.journey = journey
        self.desk = desk
        self.case = case
        self.cover = cover
        self._reminded = workflow.now()
        """Up to when people were reminded."""

    async def expected(self, ended: JourneyEndedError | None = None) -> bool:
        """Whether another prescription can come after this one, or after what it ended in.

        Where the cover ends today or has ended, the insurer is asked whether it was renewed.
        """
        case = self.case
        if not case.claim.continuing or not case.known or case.terminated or not self._may_follow(ended):
            return False
        return today() < case.covered_to or (await self.cover.renewed() and today() < case.covered_to)

    def _may_follow(self, ended: JourneyEndedError | None) -> bool:
        if ended is None or ended.stage in {Stage.AID_SUPPLIED, Stage.LAPSED}:
            return True
        last = self.journey.record.last_decision
        later = self.journey.record.status.prescription > 1
        return ended.stage is Stage.REFUSED and later and not (last and last.final)

    async def continue_as_new(self) -> None:
        """Show that the next prescription is awaited and begin a new run, on the current release."""
        record = self.journey.record
        self.case.finish()
        record.enter_stage(Stage.REFILL)
        record.change(money=_carried(record.status.money), voucher=None, fulfilment=None)
        record.wait(WaitingFor.PRESCRIPTION, ActorRole.INSURED)
        self.journey.inbox.withdrawable = False
        for late in self.journey.inbox.hear_no_correction():
            record.note("input", texts.CORRECTED_TOO_LATE, actor=late.actor)
        self.journey.inbox.expect(WaitingFor.PRESCRIPTION)
        await self.journey.publish(self.case.cover_clock())
        await workflow.wait_condition(workflow.all_handlers_finished)
        # Actions heard meanwhile are on record and in the inbox's memory; the next run must not lose them.
        if self.journey.inbox.answer is None and not self.journey.inbox.diverted:
            upgrade = workflow.info().is_target_worker_deployment_version_changed()
            workflow.continue_as_new(
                self.case.claim.model_copy(update={"carried": self.carried()}),
                initial_versioning_behavior=ContinueAsNewVersioningBehavior.AUTO_UPGRADE if upgrade else None,
            )

    def carried(self) -> CarriedOver:
        """The state of the journey, for a run that goes on with it."""
        record, case = self.journey.record, self.case
        return CarriedOver(
            status=record.status,
            decided=record.decided_so_far,
            told=record.told,
            coverage=case.coverage,
            plan=case.plan,
            commitments=case.commitments,
            round=case.round,
            asked=self.desk.asked,
            taken=self.journey.inbox.taken(),
            taken_before=self.journey.inbox.taken_before(),
            first_purchased_on=case.first_purchased_on,
            aid_since=case.aid_since,
            next_donation_on=case.next_donation_on,
        )

    async def next_prescription(self) -> None:
        """Wait for the next prescription; the treatment's end or the end of cover completes the journey."""
        wait = Waiting(WaitingFor.PRESCRIPTION, ActorRole.INSURED, self.case.cover_clock(), lapses=True)
        wait.goes_on, wait.renew = self._goes_on, partial(self._renew, wait)
        answer = await self._prescribed(wait)
        if not isinstance(answer, SubmitPrescription):
            raise JourneyEndedError(Stage.COMPLETED)
        record = self.journey.record
        self.case.prescribe(answer.prescription, answer.planned_purchase_on)
        self.journey.inbox.renew_papers(_OF_ONE_PRESCRIPTION, answer.papers)
        self.journey.inbox.withdrawable = True
        record.change(prescription=record.status.prescription + 1)

    def _renew(self, wait: Waiting) -> None:
        wait.clock = self.case.cover_clock()

    async def _prescribed(self, wait: Waiting) -> ActionInput:
        """Listen until a prescription or the treatment's end comes; remind meanwhile."""
        self._reminded = workflow.now()
        while True:
            self._set_alarm(wait)
            try:
                answer = await self.journey.listen(wait)
            except JourneyEndedError as ended:
                ended.stage = _completed(ended.stage)
                raise
            if isinstance(answer, SubmitPrescription | EndTreatment):
                return answer
            if answer is None and (due := self._due()):
                self._reminded = due.at
                self._remind(due)
            await self.journey.show(wait)

    async def _goes_on(self, wait: Waiting) -> bool:
        """Before the cover ends the treatment: whether it was renewed; then people are reminded as before."""
        goes_on = await self.cover.goes_on(wait)
        self._set_alarm(wait)
        return goes_on

    def _set_alarm(self, wait: Waiting) -> None:
        due = self._due()
        wait.wake_at = due.at if due else None

    def _due(self) -> Reminder | None:
        """What people are to be reminded of next."""
        return next(self._reminders(after=self._reminded), None)

    def _remind(self, due: Reminder) -> None:
        person = self.journey.person if due.to is ActorRole.INSURED else None
        self.journey.record.note("deadline", due.text)
        self.journey.record.notify(due.to, due.template, due.text, person=person)

    def _reminders(self, *, after: datetime) -> Iterator[Reminder]:
        """What falls due after a moment and before cover ends, soonest first."""
        end = _morning(self.case.covered_to)
        due = [self._next_prescription(), self._next_donation(), self._follow_up(after)]
        yield from sorted(each for each in due if each and after < each.at <= end)

    def _next_prescription(self) -> Reminder | None:
        prescription, least = self.case.claim.prescription, self.case.plan.min_days_between_prescriptions
        earliest = prescription.issued_on + timedelta(days=least or 0)
        ends = prescription.issued_on + timedelta(days=prescription.days_supply)
        day = max(ends - _BEFORE, earliest, self._soonest())
        return Reminder(
            _morning(day), ActorRole.INSURED, "next_prescription", texts.next_prescription(earliest.isoformat())
        )

    def _next_donation(self) -> Reminder | None:
        if self.case.next_donation_on is None:
            return None
        at = _morning(max(self.case.next_donation_on - _BEFORE, self._soonest()))
        return Reminder(at, ActorRole.INSURED, "next_donation", texts.NEXT_DONATION)

    def _soonest(self) -> date:
        """The day after this wait began: nobody is reminded of what they were just told."""
        return china_date(self.journey.record.status.wait.since) + timedelta(days=1)

    def _follow_up(self, after: datetime) -> Reminder | None:
        """The next monthly call to a patient on charity aid. axa-excellence/CH-2."""
        months, since = self.case.plan.follow_up_months, self.case.aid_since
        if months is None or since is None:
            return None
        day = month_after(since, months, later_than=china_date(after))
        return Reminder(_morning(day), ActorRole.SERVICE_AGENT, "follow_up", texts.FOLLOW_UP)


def _carried(money: Money) -> Money:
    return Money(
        earlier_committed=money.earlier_committed + money.committed,
        earlier_paid=money.earlier_paid + money.paid,
        refund_due=money.refund_due,
    )


def _completed(stage: Stage) -> Stage:
    """Cover that ends between two prescriptions completes the treatment."""
    return Stage.COMPLETED if stage is Stage.LAPSED else stage


def _morning(day: date) -> datetime:
    return datetime.combine(day, _MORNING, CHINA)

"""A cancellation that the insurer tells before its day: shown at once, and heeded when the day comes, in any run."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.actions import RecordCancellation
    from schemas.civil import day_begins
    from schemas.decision import Decision, Facts, Outcome
    from schemas.journey import AnnouncedCancellation
    from schemas.names import RuleId
    from schemas.people import ActorRole
    from schemas.text import Bilingual

from workflows import texts
from workflows.inbox import CancellationDue
from workflows.journey import Journey


class Announced:
    """What was told of a day to come. It is part of the status, and goes on with it into the next run."""

    def __init__(self, journey: Journey, says: Callable[[date], Bilingual]) -> None:
        """Tell by the means of `journey`; `says` what the insured person is told of a day."""
        self.journey = journey
        self.says = says
        self._timer: asyncio.Task[None] | None = None

    async def hear(self, told: RecordCancellation, facts: Facts | None) -> None:
        """The cover stands until that day and is judged then, by `facts`, unless it is revoked before.

        The last word on the day counts; the same word again says nothing new.
        """
        known = self.journey.record.status.cancellation
        if told.revoked:
            self._revoke()
        elif known is None or known.effective_on != told.effective_on:
            self._tell(told.effective_on, await self.journey.decide(facts) if facts else None)

    def _tell(self, effective_on: date, decision: Decision | None) -> None:
        record = self.journey.record
        rule = _clause(decision) if decision else None
        record.change(cancellation=AnnouncedCancellation(effective_on=effective_on, rule=rule))
        text = self.says(effective_on)
        record.note("deadline", text)
        record.notify(ActorRole.INSURED, "cover_ends", text, person=self.journey.person)
        self.watch()

    def _revoke(self) -> None:
        """It does not take place: the cover lasts as long as it did before it was told."""
        record = self.journey.record
        self.drop()
        record.change(cancellation=None)
        record.note("deadline", texts.CANCELLATION_REVOKED)
        person = self.journey.person
        record.notify(ActorRole.INSURED, "cancellation_revoked", texts.CANCELLATION_REVOKED, person=person)

    def watch(self) -> None:
        """Wait for the day, where one was told and is still to be heeded."""
        told = self.journey.record.status.cancellation
        if told is None or told.heeded:
            return
        self.drop()
        at = day_begins(told.effective_on)
        self.journey.inbox.announced = CancellationDue(told.effective_on, at)
        self._timer = asyncio.create_task(self._arrive(at))

    async def _arrive(self, at: datetime) -> None:
        if at > workflow.now():
            await workflow.sleep(at - workflow.now())
        self.journey.inbox.arrive()

    def heeded(self) -> None:
        """The day has come and is being decided on."""
        if told := self.journey.record.status.cancellation:
            self.journey.record.change(cancellation=told.model_copy(update={"heeded": True}))

    def drop(self) -> None:
        """Nothing is waited for any more: the journey ends before that day, or another day was told."""
        self.journey.inbox.announced = None
        if self._timer:
            self._timer.cancel()
        self._timer = None


def _clause(decision: Decision) -> RuleId | None:
    met = (finding for finding in decision.findings if finding.outcome is Outcome.MET)
    return next((finding.citations[0].rule for finding in met), None)

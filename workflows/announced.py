"""A cancellation that the insurer tells before its day: shown at once, and heeded when the day comes, in any run."""

import asyncio
from datetime import date, datetime, time

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.civil import CHINA
    from schemas.decision import Decision, Outcome
    from schemas.journey import AnnouncedCancellation
    from schemas.names import RuleId
    from schemas.people import ActorRole

from workflows import texts
from workflows.inbox import CancellationDue
from workflows.journey import Journey


class Announced:
    """What was told of a day to come. It is part of the status, and goes on with it into the next run."""

    def __init__(self, journey: Journey) -> None:
        """Tell by the means of `journey`."""
        self.journey = journey
        self._timer: asyncio.Task[None] | None = None

    def tell(self, effective_on: date, decision: Decision | None) -> None:
        """Show the day and the clause of `decision`, and wait for it; the last word on the day counts."""
        record = self.journey.record
        rule = _clause(decision) if decision else None
        record.change(cancellation=AnnouncedCancellation(effective_on=effective_on, rule=rule))
        text = texts.cover_ends(effective_on)
        record.note("deadline", text)
        record.notify(ActorRole.INSURED, "cover_ends", text, person=self.journey.person)
        self.watch()

    def watch(self) -> None:
        """Wait for the day, where one was told and is still to be heeded."""
        told = self.journey.record.status.cancellation
        if told is None or told.heeded:
            return
        self.drop()
        at = datetime.combine(told.effective_on, time(), CHINA)
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

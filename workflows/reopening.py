"""A journey that had closed and is taken up again: news have come that may undo what was owed."""

from collections.abc import Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import policies
    from activities.closing import Closing
    from schemas.claims import AnyClaim, Left
    from schemas.journey import Stage, WaitingFor
    from schemas.people import ActorRole

from workflows import own
from workflows.clock import Clock
from workflows.endings import JourneyEndedError
from workflows.journey import Journey
from workflows.waiting import Waiting


class Reopening:
    """Sees to the news that a run was begun for, and to nothing else: all other steps are over."""

    def __init__(self, journey: Journey) -> None:
        """Take up `journey`, whose record says that it is closed."""
        self.journey = journey
        self.closed_in = journey.record.status.stage
        self._next_steps = journey.record.status.next_steps
        journey.record.change(closed_at=None)
        journey.record.enter_stage(Stage.REOPENED)
        journey.inbox.withdrawable = False

    async def heed(self, undone: Callable[[], bool]) -> None:
        """Hear the news; raises JourneyEndedError, in the stage it was closed in unless what was owed is `undone`."""
        inbox = self.journey.inbox
        heard = await self._heard()
        try:
            if heard:
                wait = Waiting(WaitingFor.NOTHING, ActorRole.INSURER, Clock(None, workflow.now()))
                await self.journey.heed_until(wait, lambda: not inbox.turns)
        except JourneyEndedError:
            if undone():
                raise
        self.journey.record.change(next_steps=self._next_steps)
        raise JourneyEndedError(self.closed_in)

    async def _heard(self) -> bool:
        """Whether the news were taken that began this run; those that were refused leave it without any."""
        try:
            await workflow.wait_condition(lambda: self.journey.inbox.diverted, timeout=policies.REOPENED)
        except TimeoutError:
            return False
        return True


async def leave(claim: AnyClaim) -> None:
    """Keep what a run begins from that takes the closed journey up again."""
    await own.ask(Closing.leave, Left(claim=claim))

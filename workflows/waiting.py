"""One wait of a journey: for what, on whom, on which clock, and what happens when nobody speaks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.action_input import ActionInput
    from schemas.deadline import ClockStop
    from schemas.journey import WaitingFor
    from schemas.people import ActorRole

from workflows.clock import Clock

Poll = Callable[[], Awaitable[ActionInput | None]]


@dataclass
class Waiting:
    """A wait while it lasts."""

    what: WaitingFor
    on: ActorRole
    clock: Clock
    poll: Poll | None = None
    """Asks the partner how things stand when its call-back stays away."""
    lapses: bool = False
    """At the deadline the right is gone; else a passed deadline escalates and the wait goes on."""
    goes_on: Callable[["Waiting"], Awaitable[bool]] | None = None
    """Asked before the right lapses: whether it is still there after all; it then sets the clock that runs on."""
    renew: Callable[[], None] | None = None
    """Sets the clock anew where the wait lapses with the cover, and that comes to end on another day."""
    lapses_at: datetime | None = None
    """When the right is gone although its clock does not end it: the passed deadline of that one escalates before."""
    wake_at: datetime | None = None
    """When the step itself wants to look again, with or without an answer."""
    until: Callable[[], bool] | None = None
    """What ends the wait without an answer to it, as soon as it holds."""
    stopped: ClockStop | None = None
    """The stretch in which the clock stands for as long as this wait lasts."""
    planned_on: date | None = None
    """The day for which what is waited for is planned: nobody is silent before."""
    asked: int = 0
    """How often the partner was polled."""

    @property
    def over(self) -> bool:
        """Whether the wait has ended without an answer."""
        return self.until is not None and self.until()

"""The waits of a CAR-T therapy: none of them outlasts the treatment window, or the cover before it, unnoticed."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import policies
    from schemas.action_input import ActionInput
    from schemas.car_t_facts import CarTNews
    from schemas.civil import day_begins, day_ends
    from schemas.journey import Stage, WaitingFor
    from schemas.people import ActorRole

from workflows import car_t_texts
from workflows.car_t_case import CarTCase
from workflows.car_t_cover import TherapyCover
from workflows.clock import Clock
from workflows.drug_case import today
from workflows.endings import TherapyEndedError
from workflows.journey import Journey
from workflows.waiting import Waiting

Awaited = TypeVar("Awaited", bound=ActionInput)
Poll = Callable[[], Awaitable[ActionInput | None]]


class TherapyWaits:
    """Waits of one therapy; the day after its window closed it is told, and before the infusion it ends so."""

    def __init__(self, journey: Journey, case: CarTCase, cover: TherapyCover) -> None:
        """Wait for `case` by the means of `journey`; `cover` may end it, too."""
        self.journey = journey
        self.case = case
        self.cover = cover

    async def answer(
        self,
        kind: type[Awaited],
        what: WaitingFor,
        on: ActorRole,
        *,
        poll: Poll | None = None,
        planned_on: date | None = None,
    ) -> Awaited:
        """Wait for a `kind` of action that answers `what`; raises TherapyEndedError when the window closes first.

        Nobody is silent about what is `planned_on` a later day.
        """
        answer = await self._listen(Waiting(what, on, Clock(None, workflow.now()), poll, planned_on=planned_on))
        if not isinstance(answer, kind):  # the offers let nothing else through
            message = f"{what} was answered by {type(answer).__name__}"
            raise TypeError(message)
        return answer

    async def answer_unless(
        self,
        kind: type[Awaited],
        what: WaitingFor,
        on: ActorRole,
        *,
        changed: Callable[[], bool] | None = None,
        last_day: date | None = None,
        planned_on: date | None = None,
    ) -> Awaited | None:
        """As `answer`, but None as soon as `changed` holds, or after `last_day`."""
        wait = Waiting(what, on, Clock(None, workflow.now()), until=changed, planned_on=planned_on)
        answer = await self._listen(wait, last_day)
        return answer if isinstance(answer, kind) else None

    async def until(self, condition: Callable[[], bool], what: WaitingFor, on: ActorRole) -> None:
        """Wait for what is told whatever the journey waits for."""
        if not condition():
            await self._listen(Waiting(what, on, Clock(None, workflow.now()), until=condition))

    async def _listen(self, wait: Waiting, last_day: date | None = None) -> ActionInput | None:
        while True:
            closes_on = self._window_closes()
            await self.journey.show(wait)
            patience_ends = self._patience_ends(wait)
            moments = [day_ends(day) for day in (closes_on, last_day) if day is not None]
            moments += [each for each in (patience_ends, self.cover.looked_at) if each]
            wait.wake_at = min(moments, default=None)
            answer = await self.journey.listen(wait)
            if answer is not None or wait.over:
                return answer
            if closes_on is not None and closes_on < today():
                self._window_closed(closes_on)
            if last_day is not None and last_day < today():
                return None
            await self.cover.heed()
            wait.asked += self._silent(wait)

    def _patience_ends(self, wait: Waiting) -> datetime | None:
        """When a supervisor is told that nobody spoke; None where they were, or where the partner is asked itself."""
        patience = policies.PATIENCE.get(wait.what)
        if patience is None or wait.asked or wait.poll:
            return None
        started = wait.clock.started_at
        if wait.planned_on:
            started = max(started, day_begins(wait.planned_on))
        return started + patience

    def _silent(self, wait: Waiting) -> bool:
        """Whether whoever is waited for has taken too long; a supervisor is told, once."""
        ends = self._patience_ends(wait)
        if ends is None or workflow.now() < ends:
            return False
        self.journey.record.escalate(car_t_texts.silent(wait.what, wait.on))
        return True

    def heed_window(self) -> None:
        """Where the window closed on the way to the infusion, the therapy ends so."""
        closes_on = self._window_closes()
        if closes_on is not None and closes_on < today():
            self._window_closed(closes_on)

    def _window_closes(self) -> date | None:
        """The last day of the window; None where it is not open, or nothing more hangs on it."""
        window = self.case.therapy.window
        if window is None or (window.closes_on < today() and not self._before_infusion):
            return None
        return window.closes_on

    @property
    def _before_infusion(self) -> bool:
        """Whether the therapy is on its way to the infusion: not infused, and not being settled either."""
        return self.case.therapy.infused_on is None and self.journey.record.status.stage is not Stage.SETTLEMENT

    def _window_closed(self, closed_on: date) -> None:
        text = car_t_texts.window_closed(closed_on)
        self.journey.record.note("deadline", text)
        self.journey.record.notify(ActorRole.SERVICE_AGENT, "window_closed", text)
        if self._before_infusion:
            raise TherapyEndedError(Stage.LAPSED, CarTNews.WINDOW_CLOSED, closed_on + timedelta(days=1))

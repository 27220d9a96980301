"""What every journey does: wait for people and partners, decide, escalate, stand still, and record it all."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from activities import policies
    from activities.decisions import Decisions
    from schemas.action_input import ActionInput
    from schemas.actions import AdoptDeadline, DecideReferral, Receipt, RetryHandOff
    from schemas.deadline import Budget
    from schemas.decision import Decision, DecisionRequest, Facts, Verdict
    from schemas.journey import Stage, Wait, WaitingFor
    from schemas.papers import PaperDue, PaperForm
    from schemas.people import ActorRole, InsuredFacts
    from schemas.spoken import spoken
    from schemas.text import Bilingual

from workflows import own, texts
from workflows.alarm import Alarm
from workflows.clock import Clock
from workflows.endings import JourneyEndedError
from workflows.inbox import Inbox, Turn
from workflows.offers import NEWS
from workflows.record import JourneyRecord
from workflows.waiting import Poll, Waiting

Asked = TypeVar("Asked", bound=BaseModel)
Awaited = TypeVar("Awaited", bound=ActionInput)
Answered = TypeVar("Answered")


class Journey:
    """The ways of one journey: its record, its inputs, its waits and its questions to the rules."""

    def __init__(self, record: JourneyRecord, insured: InsuredFacts, products_version: str) -> None:
        """Take the record to keep, whom to write to, and the version of the products the journey was started under."""
        self.record = record
        self.insured = insured
        self.person = insured.ref
        self.inbox = Inbox(record, self.publish)
        self.alarm = Alarm()
        self.on_turn: Callable[[Turn, Waiting], Awaitable[None]] | None = None
        """What to do when somebody takes the journey off its way; raises where it does not go on."""
        self.referred: Decision | None = None
        """What a person is being asked to decide."""
        self._products_version = products_version

    async def publish(self, clock: Clock | None = None) -> None:
        """Write the record; with a clock that has a budget, the deadline of the wait is reckoned."""
        offers = self.inbox.offers(self.record.status.wait.what)
        await self.record.publish(offers, clock)

    # Waiting.

    async def answer(
        self,
        kind: type[Awaited],
        what: WaitingFor,
        on: ActorRole,
        *,
        budget: Budget | None = None,
        clock: Clock | None = None,
        poll: Poll | None = None,
        lapses: bool = False,
    ) -> Awaited:
        """Wait for a `kind` of action that answers `what`; a passed deadline escalates, with `poll` silence too."""
        return await self.answer_in(kind, Waiting(what, on, clock or Clock(budget, workflow.now()), poll, lapses))

    async def answer_in(self, kind: type[Awaited], wait: Waiting) -> Awaited:
        """Wait for a `kind` of action as `wait` says."""
        await self.show(wait)
        answer = await self.listen(wait)
        if not isinstance(answer, kind):  # the offers let nothing else through
            message = f"{wait.what} was answered by {type(answer).__name__}"
            raise TypeError(message)
        return answer

    async def show(self, wait: Waiting) -> None:
        """Enter a wait: its answers are accepted from here on, and agents see it."""
        if self.inbox.expected is not wait.what:
            self.inbox.expect(wait.what)
        self._resume(wait)
        if self.inbox.answer is None:
            await self.publish(wait.clock)

    def _resume(self, wait: Waiting) -> None:
        overdue_since = None if wait.stopped else wait.clock.escalated_at
        self.record.wait(wait.what, wait.on, wait.stopped, overdue_since=overdue_since)

    async def listen(self, wait: Waiting) -> ActionInput | None:
        """The answer to the wait that is shown; None at its `wake_at`, or when it is over without one."""
        while self.inbox.answer is None or self.inbox.held:
            if await self._heeded(wait):
                continue
            if wait.over:
                break
            timed_out = await self._news_or_timeout(wait)
            if timed_out and wait.wake_at and workflow.now() >= wait.wake_at:
                return None
            if timed_out and not self.inbox.arrive():  # what takes effect at that very moment comes first
                polled = await self._overdue_or_silent(wait)
                # What somebody said while the partner was asked, or while it was written that time is up, stands.
                self.inbox.answer = self.inbox.answer or polled
        answer = self.inbox.answer
        self.inbox.expect(WaitingFor.NOTHING)  # what was heard does not stand before what comes later
        self.record.settle_escalations()
        return answer

    async def _news_or_timeout(self, wait: Waiting) -> bool:
        """Wait until somebody speaks; True when the next moment of this wait came first."""
        now, shown = workflow.now(), self.record.status.wait
        moments = [wait.wake_at] if wait.wake_at else []
        if wait.poll:
            moments.append(now + policies.poll_after(wait.asked))
        if shown.deadline and not shown.overdue:
            moments.append(shown.deadline.due_at)
        elif shown.overdue and wait.lapses_at:
            moments.append(wait.lapses_at)
        self.alarm.set(min(moments, default=None), f"{wait.what} due")

        def heard() -> bool:
            return self.inbox.answer is not None or self.inbox.diverted or wait.over or self._rescheduled(shown)

        await workflow.wait_condition(lambda: heard() or self.alarm.rung)
        if not heard():
            return True
        if not self.record.status.wait.overdue:
            wait.clock.escalated_at = None  # a new deadline was adopted instead of the one that had passed
        return False

    def _rescheduled(self, shown: Wait) -> bool:
        return self.record.status.wait.deadline is not shown.deadline

    async def _heeded(self, wait: Waiting) -> bool:
        """Stand still while on hold, and see to what takes the journey off its way; False when there is neither."""
        if self.inbox.turns and (self.inbox.answer is None or self.inbox.held):
            await self._turn(wait)
        elif self.inbox.held:
            await self._stand_still(wait)
        else:
            return False
        return True

    async def heed_until(self, wait: Waiting, condition: Callable[[], bool]) -> None:
        """Wait for a condition that inputs bring about; meanwhile hold and turns are seen to."""
        patience = policies.PATIENCE.get(wait.what)
        self.alarm.set(workflow.now() + patience if patience else None, f"{wait.what} missing")
        while not condition() or self.inbox.held:
            await workflow.wait_condition(lambda: self.inbox.diverted or condition() or self.alarm.rung)
            if self.alarm.rung:
                self.alarm.set(None)
                await self._tell_of_silence(wait)
            await self._heeded(wait)

    async def _turn(self, wait: Waiting) -> None:
        """See to one turn; it raises where the journey does not go on, else the wait is shown again."""
        turn, expected, answer = self.inbox.turns.pop(0), self.inbox.expected, self.inbox.answer
        if self.on_turn:
            await self.on_turn(turn, wait)
        if self.inbox.expected is not expected:  # else what was answered meanwhile stands
            self.inbox.expected, self.inbox.answer = expected, answer
        self._resume(wait)
        await self.publish(wait.clock)

    async def _stand_still(self, wait: Waiting) -> None:
        """On hold: the clock stands, what partners report is kept, nothing goes on until somebody resumes."""
        hold = self.inbox.held
        if hold is None:
            return
        why = Bilingual(zh=f"暂停：{hold.reason}", en=f"on hold: {hold.reason}")
        stop = None if wait.lapses else wait.clock.stop(hold.actor.role, why)
        self.record.wait(WaitingFor.RESUMPTION, hold.actor.role, stop)
        await self.publish(wait.clock)
        while not self._released():
            self.alarm.set(self._next_look(wait), "on hold")
            await workflow.wait_condition(lambda: self._released() or self.alarm.rung)
            if not self._released():
                self.record.escalate(texts.STILL_ON_HOLD)
                await self.publish(wait.clock)
        wait.clock.resume(stop)
        if self.inbox.held is None:
            self._resume(wait)
            await self.publish(wait.clock)

    def _released(self) -> bool:
        return self.inbox.held is None or bool(self.inbox.turns)

    def _next_look(self, wait: Waiting) -> datetime:
        """When a supervisor is told of a hold: something runs out under it, or it lasts."""
        now, shown = workflow.now(), self.record.status.wait
        moments = (wait.wake_at, shown.deadline.due_at if shown.deadline and not shown.clock_stopped else None)
        patience = now + policies.PATIENCE[WaitingFor.RESUMPTION]
        return min([patience, *(each for each in moments if each and each > now)])

    async def _overdue_or_silent(self, wait: Waiting) -> ActionInput | None:
        if wait.poll:
            wait.asked += 1
            if answer := await wait.poll():
                return answer
        shown = self.record.status.wait
        if shown.deadline and not shown.overdue and workflow.now() >= shown.deadline.due_at:
            await self._overdue(wait)
        elif shown.overdue and wait.lapses_at and workflow.now() >= wait.lapses_at:
            await self._lapse(wait)
        elif wait.poll and self._too_long(wait) and not any(item.open for item in self.record.status.escalations):
            await self._tell_of_silence(wait)
        return None

    async def _tell_of_silence(self, wait: Waiting) -> None:
        """A supervisor is told that whoever is waited for has taken too long."""
        zh = f"久未收到：{spoken(wait.what).zh}"
        self.record.escalate(Bilingual(zh=zh, en=f"no answer: {wait.what} from {wait.on}"))
        await self.publish()

    def _too_long(self, wait: Waiting) -> bool:
        return workflow.now() - self.record.status.wait.since >= policies.PATIENCE.get(wait.what, timedelta())

    async def _overdue(self, wait: Waiting) -> None:
        if wait.lapses:
            await self._lapse(wait)
            return
        wait.clock.escalated_at = workflow.now()
        self.record.change(wait=self.record.status.wait.model_copy(update={"overdue": True}))
        zh = f"已超过时限：{spoken(wait.what).zh}"
        self.record.escalate(Bilingual(zh=zh, en=f"overdue: {wait.what} on {wait.on}"))
        await self.publish()

    async def _lapse(self, wait: Waiting) -> None:
        """End with the right that is gone, or go on where it turns out not to be; meanwhile nothing is an answer."""
        self.inbox.expect(WaitingFor.NOTHING)
        if wait.goes_on and await wait.goes_on(wait):
            await self.show(wait)
            return
        self.record.note("deadline", Bilingual(zh=f"逾期失效：{spoken(wait.what).zh}", en=f"lapsed: {wait.what}"))
        raise JourneyEndedError(Stage.LAPSED)

    async def collect(self, due: tuple[PaperDue, ...], clock: Clock | None = None) -> None:
        """Wait until the papers in `due` have come in; a clock given stands still meanwhile."""
        why = Bilingual(zh="材料待补充", en="papers are missing")
        wait = Waiting(WaitingFor.PAPERS, ActorRole.INSURED, clock or Clock(None, workflow.now()))
        self.inbox.expect(WaitingFor.PAPERS)
        stop = wait.stopped = wait.clock.stop(ActorRole.INSURED, why)
        self.record.change(papers_due=due)
        self.record.wait(WaitingFor.PAPERS, ActorRole.INSURED, stop)
        self.record.notify(ActorRole.INSURED, "papers_due", texts.papers_due(due), person=self.person)
        await self.publish(wait.clock)
        await self.heed_until(wait, lambda: not self.missing(due))
        wait.clock.resume(stop)
        self.record.change(papers_due=())
        self.inbox.expected = WaitingFor.NOTHING

    async def collect_more(self, due: tuple[PaperDue, ...], clock: Clock) -> None:
        """Wait for papers besides those of the same kinds that were looked at and do not suffice.

        chinalife-cancer-rider/SUP-1, yuanxin-cancer-drug/SUP-1.
        """
        looked_at = self.inbox.set_aside(frozenset(paper.kind for paper in due))
        try:
            await self.collect(due, clock)
        finally:
            self.inbox.add_papers(looked_at)

    def missing(self, due: tuple[PaperDue, ...]) -> tuple[PaperDue, ...]:
        """Which of the papers in `due` have not come in; an original satisfies a demand for a copy."""
        originals = [paper.kind for paper in self.inbox.papers if paper.form is PaperForm.ORIGINAL]
        held = [paper.kind for paper in self.inbox.papers]
        return tuple(p for p in due if p.kind not in (originals if p.form is PaperForm.ORIGINAL else held))

    async def adopt_deadline(self, action: AdoptDeadline) -> Receipt:
        """Wait until the deadline given instead of the provisional one; the timer follows."""
        wait, deadline = self.record.status.wait, action.deadline
        if wait.deadline != deadline:
            if wait.overdue:
                self.record.settle_escalations()
            self.record.change(wait=wait.model_copy(update={"deadline": deadline, "overdue": False}))
            self.record.note("deadline", texts.recomputed(deadline), actor=action.actor)
            await self.publish()
        status = self.record.status
        return Receipt(journey_id=status.journey_id, action=action.action, stage=status.stage, revision=status.revision)

    # Questions.

    async def decide(self, facts: Facts) -> Decision:
        """Ask the rules and record the decision; a referral goes to a person, whose word is recorded with it."""
        request = DecisionRequest(
            product=self.record.status.product,
            facts=facts,
            at=workflow.now(),
            products_version=self._products_version,
        )
        decision = await self.decidable(Decisions.decide, request)
        self.record.decided(decision)
        return decision

    async def decidable(self, method: Callable[[Any, Asked], Awaitable[Answered]], request: Asked) -> Answered:
        """Ask rules or products; where they do not reach the case, a person is asked until they do."""
        while True:
            try:
                return await own.ask(method, request)
            except own.UndecidableError as error:
                reason = Bilingual(zh=f"规则无法判定：{error}", en=f"the rules cannot decide: {error}")
            await self.ask_for_help(reason)

    async def ask_for_help(self, reason: Bilingual) -> None:
        """Put the journey before a service agent and wait until they have it tried once more."""
        self.record.escalate(reason)
        expected, answer = self.inbox.expected, self.inbox.answer
        self.inbox.busy = False
        await self.answer(RetryHandOff, WaitingFor.HAND_OFF_HELP, ActorRole.SERVICE_AGENT)
        self.inbox.expected, self.inbox.answer = expected, answer

    async def ask_person(self, decision: Decision) -> DecideReferral:
        """Let a reviewer decide what the rules leave open; their word is recorded as a decision with its reason."""
        self.record.notify(ActorRole.INSURER_REVIEWER, "referral", texts.referred(decision.question))
        before, self.referred = self.referred, decision
        try:
            word = await self.answer(DecideReferral, WaitingFor.REFERRAL, ActorRole.INSURER_REVIEWER)
        finally:
            self.referred = before  # news that came meanwhile may have referred something, too
        verdict = Verdict.APPROVED if word.approved else Verdict.REFUSED
        self.record.decided(decision.model_copy(update={"verdict": verdict}), by=word.actor, reason=word.reason)
        return word

    async def approved(self, decision: Decision) -> bool:
        """Whether the decision approves; a referred one is put to a person."""
        if decision.verdict is Verdict.REFERRED:
            return (await self.ask_person(decision)).approved
        return decision.verdict is Verdict.APPROVED

    async def approved_or_end(self, decision: Decision) -> None:
        """Go on when approved, by the rules or a person; else the prescription ends in a refusal."""
        if not await self.approved(decision):
            raise JourneyEndedError(Stage.REFUSED)

    async def close(self, stage: Stage, text: Bilingual | None, *, reopens: bool) -> None:
        """End the journey in `stage`, tell the insured person unless they know, and let every handler finish.

        One that `reopens` can be taken up again by news.
        """
        self.inbox.withdrawable = False
        self.inbox.expected = WaitingFor.NOTHING
        self.record.enter_stage(stage)
        self.record.wait(WaitingFor.NOTHING, None)
        self.record.settle_escalations()
        self.record.change(closed_at=workflow.now())
        if text:
            self.record.notify(ActorRole.INSURED, f"journey_{stage}", text, person=self.person)
        await self.record.publish(NEWS if reopens else ())
        await workflow.wait_condition(workflow.all_handlers_finished)

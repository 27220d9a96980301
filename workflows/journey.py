"""What every journey does: wait for people and partners, ask partners, decide, escalate, and record it all."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities import policies
    from activities.decisions import Decisions
    from activities.errors import REFUSED
    from schemas.actions import ActionInput, DecideReferral, Receipt, RetryHandOff, SubmitPapers, Withdraw
    from schemas.deadline import Budget, ClockStop
    from schemas.decision import Decision, DecisionRequest, Facts, Verdict
    from schemas.journey import Stage, WaitingFor
    from schemas.names import PersonRef
    from schemas.papers import Paper, PaperDue, PaperForm
    from schemas.partners import PartnerName, PartnerWrite
    from schemas.people import ActorRole
    from schemas.text import Bilingual

from workflows import own, texts
from workflows.offers import possible
from workflows.record import JourneyRecord

Asked = TypeVar("Asked")
Awaited = TypeVar("Awaited", bound=ActionInput)
Answered = TypeVar("Answered")
Write = TypeVar("Write", bound=PartnerWrite)


class JourneyEndedError(Exception):
    """The journey ends in `stage`; a step raises it and `run` catches it."""

    def __init__(self, stage: Stage) -> None:
        """Remember the closed stage."""
        super().__init__(stage)
        self.stage = stage


class Clock:
    """A running budget that people can stop: when it started and every stretch in which it stood still."""

    def __init__(self, budget: Budget | None, started_at: datetime) -> None:
        """Start `budget` at `started_at`; None where the document prints none."""
        self.budget = budget
        self.started_at = started_at
        self.stops: tuple[ClockStop, ...] = ()

    def stop(self, by: ActorRole, why: Bilingual) -> ClockStop:
        """Stop the clock now; returns the open stretch."""
        self.stops = (*self.stops, ClockStop(since=workflow.now(), by=by, why=why))
        return self.stops[-1]

    def resume(self) -> None:
        """Let the clock run again from now."""
        self.stops = (*self.stops[:-1], self.stops[-1].model_copy(update={"until": workflow.now()}))


class Journey:
    """The ways of one journey: its record, its inputs, its questions to partners and to the rules."""

    def __init__(self, record: JourneyRecord, person: PersonRef, products_version: str) -> None:
        """Take the record to keep, whom to write to, and the version of the products the journey was started under."""
        self.record = record
        self.person = person
        self.papers: tuple[Paper, ...] = ()
        self.withdrawable = True
        self._products_version = products_version
        self._expected = WaitingFor.NOTHING
        self._answer: ActionInput | None = None
        self._withdrawal: Withdraw | None = None
        self._receipts: dict[str, Receipt] = {}
        self._asked: dict[str, int] = {}
        self._busy = False

    # Inputs: validated before they enter history, taken once by key.

    def check(self, action: ActionInput) -> None:
        """Refuse an action that is not possible now, or not for this actor; a repeated key is always welcome."""
        if action.key in self._receipts:
            return
        name: str = getattr(action, "action", "")
        status = self.record.status
        expected = self._expected if self._answer is None else WaitingFor.NOTHING
        offers = {offer.action: offer for offer in possible(status.stage, expected, withdrawable=self._may_withdraw())}
        if self.record.closed:
            offers = {}
        if name not in offers:
            can = ", ".join(offers) or "nothing: the journey is closed or busy"
            message = f"{name} is not possible in stage {status.stage} (possible now: {can})"
            raise ApplicationError(message, type="ActionNotPossible", non_retryable=True)
        if action.actor.role not in offers[name].roles:
            message = f"actor.role: {action.actor.role} may not {name}; allowed: {', '.join(offers[name].roles)}"
            raise ApplicationError(message, type="ActionInvalid", non_retryable=True)

    async def take(self, action: ActionInput) -> Receipt:
        """Take an accepted action; the receipt comes once the new state is written."""
        if known := self._receipts.get(action.key):
            return known.model_copy(update={"repeated": True})
        name: str = getattr(action, "action", "")
        what = Bilingual(zh=f"收到操作：{name}", en=f"received {name}")
        self.record.note("input", what, actor=action.actor)
        recorded = self.record.status.revision + 1
        if isinstance(action, SubmitPapers | Withdraw):
            await self._hear(action)
        else:
            self._answer = action
        await workflow.wait_condition(lambda: self.record.published >= recorded)
        status = self.record.status
        receipt = Receipt(journey_id=status.journey_id, action=name, stage=status.stage, revision=status.revision)
        self._receipts[action.key] = receipt
        return receipt

    async def _hear(self, action: SubmitPapers | Withdraw) -> None:
        if isinstance(action, Withdraw):
            self._withdrawal = action
        else:
            self.papers = (*self.papers, *action.papers)
        if self._busy or isinstance(action, SubmitPapers):  # otherwise the step that waits writes the record
            await self.publish()

    def hear_no_withdrawal(self) -> Withdraw | None:
        """From here on the claim cannot be withdrawn; gives the withdrawal that was heard and not acted on."""
        heard, self._withdrawal = self._withdrawal, None
        self.withdrawable = False
        return heard

    def _may_withdraw(self) -> bool:
        return self.withdrawable and self._withdrawal is None

    # Waiting.

    async def publish(self, clock: Clock | None = None, budget: Budget | None = None) -> None:
        """Write the record; with a clock or budget, the deadline of the wait is reckoned."""
        if clock is None:
            await self.record.publish(withdrawable=self._may_withdraw(), budget=budget)
            return
        await self.record.publish(
            withdrawable=self._may_withdraw(), budget=clock.budget, clock=clock.stops, started_at=clock.started_at
        )

    def expect(self, what: WaitingFor) -> None:
        """Accept the answers of `what` from now on, even while a partner is still being asked."""
        self._expected, self._answer = what, None

    async def answer(
        self,
        kind: type[Awaited],
        what: WaitingFor,
        on: ActorRole,
        *,
        budget: Budget | None = None,
        clock: Clock | None = None,
        poll: Callable[[], Awaitable[ActionInput | None]] | None = None,
    ) -> Awaited:
        """Wait for a `kind` of action that answers `what`; a passed deadline escalates, with `poll` silence too."""
        if self._expected is not what:
            self.expect(what)
        self.record.wait(what, on)
        if self._answer is None:
            await self.publish(clock, budget)
        asked = 0
        while self._answer is None:
            await self._wait_for_news(policies.poll_after(asked) if poll else None)
            if self._answer is None:
                self._answer = await self._overdue_or_silent(poll)
                asked += 1
        answer, self._expected = self._answer, WaitingFor.NOTHING
        self.record.settle_escalations()
        if not isinstance(answer, kind):  # the offers let nothing else through
            message = f"{what} was answered by {type(answer).__name__}"
            raise TypeError(message)
        return answer

    async def _wait_for_news(self, poll_after: timedelta | None) -> None:
        now, wait = workflow.now(), self.record.status.wait
        moments = [now + poll_after] if poll_after else []
        if wait.deadline and not wait.overdue:
            moments.append(max(wait.deadline.due_at, now))
        timeout = min(moments) - now if moments else None
        try:
            await workflow.wait_condition(
                lambda: self._answer is not None or self._withdrawal is not None,
                timeout=timeout,
                timeout_summary=f"{wait.what} due",
            )
        except TimeoutError:
            return
        if self._answer is None:
            raise JourneyEndedError(Stage.WITHDRAWN)

    async def _overdue_or_silent(self, poll: Callable[[], Awaitable[ActionInput | None]] | None) -> ActionInput | None:
        wait = self.record.status.wait
        if poll and (answer := await poll()):
            return answer
        if wait.deadline and not wait.overdue and workflow.now() >= wait.deadline.due_at:
            self.record.change(wait=wait.model_copy(update={"overdue": True}))
            self.record.escalate(Bilingual(zh=f"已超过时限：{wait.what}", en=f"overdue: {wait.what} on {wait.on}"))
            await self.publish()
        elif poll and not any(item.open for item in self.record.status.escalations):
            self.record.escalate(
                Bilingual(zh=f"合作方未回复：{wait.what}", en=f"no answer: {wait.what} from {wait.on}")
            )
            await self.publish()
        return None

    async def collect(self, due: tuple[PaperDue, ...], clock: Clock | None = None) -> None:
        """Wait until the papers in `due` have come in; a clock given stands still meanwhile."""
        self._expected = WaitingFor.PAPERS
        why = Bilingual(zh="材料待补充", en="papers are missing")
        stop = clock.stop(ActorRole.INSURED, why) if clock and clock.budget else None
        self.record.change(papers_due=due)
        self.record.wait(WaitingFor.PAPERS, ActorRole.INSURED, stop)
        kinds = ", ".join(paper.kind for paper in due)
        text = Bilingual(zh=f"请补充材料：{kinds}", en=f"please hand in: {kinds}")
        self.record.notify(ActorRole.INSURED, "papers_due", text, person=self.person)
        await self.publish(clock)
        await workflow.wait_condition(lambda: self._withdrawal is not None or not self.missing(due))
        if self._withdrawal:
            raise JourneyEndedError(Stage.WITHDRAWN)
        if stop and clock:
            clock.resume()
        self.record.change(papers_due=())
        self._expected = WaitingFor.NOTHING

    def missing(self, due: tuple[PaperDue, ...]) -> tuple[PaperDue, ...]:
        """Which of the papers in `due` have not come in; an original satisfies a demand for a copy."""
        originals = [paper.kind for paper in self.papers if paper.form is PaperForm.ORIGINAL]
        held = [paper.kind for paper in self.papers]
        return tuple(p for p in due if p.kind not in (originals if p.form is PaperForm.ORIGINAL else held))

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
        expected, answer = self._expected, self._answer
        self._busy = False
        await self.answer(RetryHandOff, WaitingFor.HAND_OFF_HELP, ActorRole.SERVICE_AGENT)
        self._expected, self._answer = expected, answer

    async def ask_person(self, decision: Decision) -> DecideReferral:
        """Let a reviewer decide what the rules leave open; their word is recorded as a decision with its reason."""
        self.record.notify(ActorRole.INSURER_REVIEWER, "referral", texts.referred(decision.question))
        word = await self.answer(DecideReferral, WaitingFor.REFERRAL, ActorRole.INSURER_REVIEWER)
        verdict = Verdict.APPROVED if word.approved else Verdict.REFUSED
        self.record.decided(decision.model_copy(update={"verdict": verdict}), by=word.actor, reason=word.reason)
        return word

    async def approved(self, decision: Decision) -> bool:
        """Whether the decision approves; a referred one is put to a person."""
        if decision.verdict is Verdict.REFERRED:
            return (await self.ask_person(decision)).approved
        return decision.verdict is Verdict.APPROVED

    async def approved_or_end(self, decision: Decision) -> None:
        """Go on when approved, by the rules or a person; else end the journey in a refusal."""
        if not await self.approved(decision):
            raise JourneyEndedError(Stage.REFUSED)

    async def look_up(
        self, partner: PartnerName, method: Callable[[Any, Asked], Awaitable[Answered]], query: Asked
    ) -> Answered:
        """Read from a partner: at once where it answers, else patiently on its own queue."""
        patiently = policies.look_up(partner)
        return await self._ask(partner, method, lambda _: query, policies.LOOK_UP_AT_ONCE, patiently)

    async def hand_off(
        self, partner: PartnerName, method: Callable[[Any, Write], Awaitable[Answered]], request: Callable[[str], Write]
    ) -> Answered:
        """Write to a partner, once: at once where it answers, else patiently on its own queue, under the same key.

        `request` makes the shape from its idempotency key.
        """
        return await self._ask(partner, method, request, policies.HAND_OFF_AT_ONCE, policies.hand_off(partner))

    async def ask_aside(
        self, partner: PartnerName, method: Callable[[Any, Write], Awaitable[Answered]], request: Callable[[str], Write]
    ) -> None:
        """Write to a partner whose help is welcome and not waited for; when it fails, a supervisor is told."""
        name = f"{partner}.{method.__name__}"
        config = policies.hand_off(partner)
        config["summary"] = name
        try:
            await workflow.execute_activity_method(method, request(self._key(name)), **config)
        except ActivityError as error:
            if isinstance(error.cause, CancelledError):
                raise
            self.record.escalate(_failed(partner, name, error.cause))
            await self.publish()
        finally:
            self._close_key(name)

    def _key(self, name: str) -> str:
        """Idempotency key of the request `name`; the same until it is closed."""
        return f"{self.record.status.journey_id}/{name}/{self._asked.get(name, 1)}"

    def _close_key(self, name: str) -> None:
        """The next request of that name is another one."""
        self._asked[name] = self._asked.get(name, 1) + 1

    async def _ask(
        self,
        partner: PartnerName,
        method: Callable[[Any, Asked], Awaitable[Answered]],
        request: Callable[[str], Asked],
        at_once: workflow.LocalActivityConfig,
        patiently: workflow.ActivityConfig,
    ) -> Answered:
        name = f"{partner}.{method.__name__}"
        try:
            answered = await workflow.execute_local_activity_method(method, request(self._key(name)), **at_once)
        except CancelledError:
            raise
        except FailureError as error:
            if isinstance(error, ApplicationError) and error.non_retryable:
                await self._ask_for_help(partner, name, error)
            answered = await self._ask_patiently(partner, method, request, patiently)
        self._close_key(name)
        return answered

    async def _ask_patiently(
        self,
        partner: PartnerName,
        method: Callable[[Any, Asked], Awaitable[Answered]],
        request: Callable[[str], Asked],
        config: workflow.ActivityConfig,
    ) -> Answered:
        name = f"{partner}.{method.__name__}"
        config["summary"] = name
        while True:
            await self._show_hand_off(partner)
            try:
                answered = await workflow.execute_activity_method(method, request(self._key(name)), **config)
            except ActivityError as error:
                if isinstance(error.cause, CancelledError):
                    raise
                await self._ask_for_help(partner, name, error.cause)
            else:
                self._busy = False
                return answered

    async def _show_hand_off(self, partner: PartnerName) -> None:
        self._busy = True
        wait, role = self.record.status.wait, ActorRole(partner)
        if wait.on != role:  # a wait for this very partner already tells where the journey stands
            self.record.wait(WaitingFor.HAND_OFF, role)
            await self.publish()

    async def _ask_for_help(self, partner: PartnerName, name: str, cause: BaseException | None) -> None:
        if isinstance(cause, ApplicationError) and cause.type == REFUSED:
            self._close_key(name)  # a new attempt is a new request: the partner keeps its refusal under the old key
        await self.ask_for_help(_failed(partner, name, cause))

    async def close(self, stage: Stage, text: Bilingual) -> None:
        """End the journey in `stage`, tell the insured person, and let every handler finish."""
        self.withdrawable = False
        self._expected = WaitingFor.NOTHING
        self.record.enter_stage(stage)
        self.record.wait(WaitingFor.NOTHING, None)
        self.record.settle_escalations()
        self.record.change(closed_at=workflow.now())
        self.record.notify(ActorRole.INSURED, f"journey_{stage}", text, person=self.person)
        await self.publish()
        await workflow.wait_condition(workflow.all_handlers_finished)


def _failed(partner: PartnerName, name: str, cause: BaseException | None) -> Bilingual:
    why = cause.message if isinstance(cause, ApplicationError) else "no answer in time"
    return Bilingual(zh=f"{partner} 未能处理 {name}：{why}", en=f"{name} failed: {why}")

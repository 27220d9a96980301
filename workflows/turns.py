"""What can take a journey off its way at any wait: withdrawal, correction, investigation, and news that end cover."""

from datetime import date, datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.actions import (
        ConcludeInvestigation,
        CorrectClaim,
        OpenInvestigation,
        RecordCancellation,
        RecordDeath,
        RecordFraud,
        RecordHandOver,
        Withdraw,
    )
    from schemas.civil import day_begins, day_ends
    from schemas.deadline import Budget
    from schemas.decision import News, StandingFacts, Verdict
    from schemas.journey import Stage, WaitingFor
    from schemas.people import ActorRole
    from schemas.text import Bilingual

from workflows import texts
from workflows.announced import Announced
from workflows.drug_case import DrugCase, today
from workflows.endings import CorrectedError, HandedOverError, JourneyEndedError
from workflows.inbox import CancellationDue, Turn
from workflows.journey import Journey
from workflows.waiting import Waiting


async def investigate(journey: Journey, turn: OpenInvestigation, wait: Waiting, budget: Budget | None) -> None:
    """The insurer investigates; the clock of whoever was to act stands meanwhile. pingan-longterm-b/SLA-2."""
    why = Bilingual(zh=f"保险公司调查：{turn.reason}", en=f"investigated by the insurer: {turn.reason}")
    stop = wait.clock.stop(ActorRole.INSURER, why)
    record = journey.record
    record.notify(ActorRole.INSURED, "investigation", texts.INVESTIGATION, person=journey.person)
    word = await journey.answer(ConcludeInvestigation, WaitingFor.INVESTIGATION, ActorRole.INSURER, budget=budget)
    wait.clock.resume(stop)
    if word.passed:
        return
    if last := record.last_decision:
        refused = last.model_copy(update={"verdict": Verdict.REFUSED})
        record.decided(refused, by=word.actor, reason=word.reason)
    raise JourneyEndedError(Stage.REFUSED)


def tell_a_supervisor(journey: Journey, turn: Turn) -> None:
    """The journey is ending and ends as it was to: what comes now is for a person to look at."""
    journey.record.escalate(texts.while_ending(str(turn.action)))


class Turns:
    """Sees to the turns of one journey."""

    def __init__(self, journey: Journey, case: DrugCase) -> None:
        """See to what happens to `case` by the means of `journey`."""
        self.journey = journey
        self.case = case
        self.announced = Announced(journey, texts.cover_ends)

    async def heed(self, turn: Turn, wait: Waiting) -> None:
        """Raise where the step in hand does not go on; else come back to `wait`."""
        if isinstance(turn, RecordHandOver):
            raise HandedOverError(turn)
        await self._heed(turn, wait)

    async def _heed(self, turn: Turn, wait: Waiting) -> None:
        match turn:
            case Withdraw():
                raise JourneyEndedError(Stage.WITHDRAWN)
            case CorrectClaim():
                raise CorrectedError(turn)
            case OpenInvestigation():
                await investigate(
                    self.journey, turn, wait, self.case.plan.investigation_budget if self.case.known else None
                )
            case RecordDeath():
                await self._judge(News.DEATH, turn.died_on)
            case RecordCancellation() if turn.revoked or turn.effective_on > today():
                await self.announced.hear(turn, self._facts(News.POLICY_CANCELLED, turn.effective_on))
                if wait.renew:
                    wait.renew()
            case CancellationDue():
                self.announced.heeded()
                await self._judge(News.POLICY_CANCELLED, turn.effective_on)
            case RecordCancellation():
                await self._judge(News.POLICY_CANCELLED, turn.effective_on)
            case RecordFraud():
                await self._judge(News.FRAUD, turn.found_on)

    async def tell_a_supervisor(self, turn: Turn, wait: Waiting) -> None:
        """The journey is ending and ends as it was to: what comes now is for a person to look at.

        But for a hand-over before the end, which the pharmacy tells instead of taking the drug back.
        """
        del wait
        if isinstance(turn, RecordHandOver):
            raise HandedOverError(turn)
        tell_a_supervisor(self.journey, turn)

    def _facts(self, news: News, since: date) -> StandingFacts | None:
        """What there is to decide about; None while nothing was decided or granted."""
        return self.case.standing_facts(news, since) if self.case.known else None

    def _title_ended(self, news: News, since: date) -> datetime:
        """Up to when a hand-over is owed: through the day of death, before a cancellation; after fraud never."""
        if news is News.FRAUD:
            return day_begins(self.case.coverage.policy.effective_on)
        return day_ends(since) if news is News.DEATH else day_begins(since)

    async def _judge(self, news: News, since: date) -> None:
        """Whether cover still stands after the news, by the product's clauses or by a person where it prints none."""
        facts = self._facts(news, since)
        if facts is None:
            raise JourneyEndedError(Stage.TERMINATED)
        decision = await self.journey.decide(facts)
        if not await self.journey.approved(decision):
            fraud = news is News.FRAUD
            if news is News.DEATH:
                self.case.died_on = since
            self.case.entitled_until = self._title_ended(news, since)
            self.case.cover_ended(self.case.commitments if fraud else self.case.committed_for(decision.not_owed))
            raise JourneyEndedError(Stage.TERMINATED, fraud=fraud)

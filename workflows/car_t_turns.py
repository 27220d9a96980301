"""What can take a CAR-T therapy off its way at any wait, and what of it stays covered then."""

from datetime import date

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.actions import (
        CorrectClaim,
        OpenInvestigation,
        RecordCancellation,
        RecordDeath,
        RecordFraud,
        Withdraw,
    )
    from schemas.car_t_actions import TransferSite
    from schemas.car_t_facts import CarTNews, CarTStandingFacts
    from schemas.journey import Stage
    from schemas.people import ActorRole

from workflows import car_t_texts
from workflows.announced import Announced
from workflows.car_t_case import CarTCase
from workflows.car_t_cells import Cells
from workflows.car_t_sites import approved_at
from workflows.drug_case import today
from workflows.endings import CorrectedError, TherapyEndedError
from workflows.inbox import CancellationDue, Turn
from workflows.journey import Journey
from workflows.turns import investigate, tell_a_supervisor
from workflows.waiting import Waiting


class CarTTurns:
    """Sees to the turns of one therapy."""

    def __init__(self, journey: Journey, case: CarTCase, cells: Cells) -> None:
        """See to what happens to `case` by the means of `journey`; `cells` follow it to another institution."""
        self.journey = journey
        self.case = case
        self.cells = cells
        self.announced = Announced(journey, car_t_texts.cover_ends)

    async def heed(self, turn: Turn, wait: Waiting) -> None:
        """Raise where the step in hand does not go on; else come back to `wait`."""
        match turn:
            case Withdraw():
                raise TherapyEndedError(Stage.WITHDRAWN, CarTNews.WITHDRAWN, today())
            case CorrectClaim():
                raise CorrectedError(turn)
            case OpenInvestigation():
                budget = self.case.plan.investigation_budget if self.case.known else None
                await investigate(self.journey, turn, wait, budget)
            case RecordDeath():
                self.case.died_on = turn.died_on
                raise TherapyEndedError(Stage.TERMINATED, CarTNews.DEATH, turn.died_on)
            case RecordCancellation() if turn.revoked or turn.effective_on > today():
                await self.announced.hear(turn, self._facts(CarTNews.POLICY_CANCELLED, turn.effective_on))
            case CancellationDue():
                self.announced.heeded()
                await self._cancelled(turn.effective_on)
            case RecordCancellation():
                await self._cancelled(turn.effective_on)
            case RecordFraud():
                await self._fraud(turn)
            case TransferSite():
                await self._transfer(turn)

    async def heed_while_ending(self, turn: Turn, wait: Waiting) -> None:
        """The therapy is over and is being settled: a cancelled policy or fraud can still end what is owed.

        So can a death from before the infusion: the bill is of a treatment that cannot have been.
        A day that was told in advance and comes only now ends nothing of what came before: costs go by their day.
        """
        if isinstance(turn, CancellationDue):
            self.announced.heeded()
            self.case.cover_ended_on = turn.effective_on
        elif isinstance(turn, RecordFraud | RecordCancellation):
            await self.heed(turn, wait)
        elif isinstance(turn, RecordDeath) and self._infused_after(turn.died_on):
            await self._ended_before(turn)
        else:
            tell_a_supervisor(self.journey, turn)

    def _infused_after(self, died_on: date) -> bool:
        infused_on = self.case.therapy.infused_on
        return infused_on is not None and infused_on > died_on

    async def _ended_before(self, turn: RecordDeath) -> None:
        self.case.died_on = turn.died_on
        facts = self.case.standing_facts(CarTNews.DEATH, turn.died_on)
        if not await self.journey.approved(await self.journey.decide(facts)):
            self.case.owed = False
            raise TherapyEndedError(Stage.TERMINATED, CarTNews.DEATH, turn.died_on)

    async def tell(self, turn: Turn, wait: Waiting) -> None:
        """The journey is closing: what comes now is for a person to look at."""
        del wait
        tell_a_supervisor(self.journey, turn)

    def _facts(self, news: CarTNews, since: date) -> CarTStandingFacts | None:
        """What there is to decide about; None while nothing was decided or granted."""
        return self.case.standing_facts(news, since) if self.case.known else None

    async def _cancelled(self, effective_on: date) -> None:
        """Where what was spent before stays covered, the therapy goes on; later costs are judged by the day."""
        facts = self._facts(CarTNews.POLICY_CANCELLED, effective_on)
        if facts is None:
            raise TherapyEndedError(Stage.TERMINATED, CarTNews.POLICY_CANCELLED, effective_on)
        if not await self.journey.approved(await self.journey.decide(facts)):
            self.case.owed = False
            raise TherapyEndedError(Stage.TERMINATED, CarTNews.POLICY_CANCELLED, effective_on)
        self.case.cover_ended_on = effective_on

    async def _fraud(self, turn: RecordFraud) -> None:
        facts = self._facts(CarTNews.FRAUD, turn.found_on)
        if facts and await self.journey.approved(await self.journey.decide(facts)):
            return
        self.case.owed = False
        raise TherapyEndedError(Stage.TERMINATED, CarTNews.FRAUD, turn.found_on)

    async def _transfer(self, turn: TransferSite) -> None:
        """Only another designated institution takes over; else the therapy stays where it is. CART-5."""
        decision = await self.journey.decide(self.case.site_facts(turn.site))
        if await approved_at(turn.site, decision, self.journey, self.case):
            self.case.change(site=turn.site, party=turn.party)
            self.journey.record.note("input", car_t_texts.transferred(turn.site), actor=turn.actor)
            await self.cells.bookings.follow()
        else:
            text = car_t_texts.site_refused(turn.site)
            self.journey.record.notify(ActorRole.SERVICE_AGENT, "site_refused", text)

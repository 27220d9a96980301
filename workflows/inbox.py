"""What people and partners say to a journey: checked, taken once by its key, kept until the journey hears it."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from schemas.action_input import ActionInput
    from schemas.actions import (
        CorrectClaim,
        Hold,
        OpenInvestigation,
        Receipt,
        RecordCancellation,
        RecordDeath,
        RecordFraud,
        RecordHandOver,
        RecordRefund,
        Resume,
        SubmitPapers,
        Withdraw,
    )
    from schemas.car_t_actions import TransferSite
    from schemas.carried import TakenAction
    from schemas.journey import ActionOffer, WaitingFor
    from schemas.money import ZERO
    from schemas.papers import Paper, PaperKind
    from schemas.text import Bilingual

from workflows.offers import Standing, label_of, possible
from workflows.record import JourneyRecord


@dataclass(frozen=True)
class CancellationDue:
    """The day of a cancellation that was told in advance has come."""

    effective_on: date
    at: datetime
    """The beginning of that day."""
    action = "record_cancellation"


Turn: TypeAlias = (
    Withdraw
    | CorrectClaim
    | OpenInvestigation
    | RecordDeath
    | RecordCancellation
    | CancellationDue
    | RecordFraud
    | RecordHandOver
    | TransferSite
)
"""What can take a journey off its way at any wait."""
Dropped = TypeVar("Dropped", Withdraw, CorrectClaim, RecordHandOver)
_REMEMBERED = 50
"""Of so many taken actions the receipts are remembered from one run of a journey to the next, of all others the key."""


class Inbox:
    """Inputs of one journey; nothing that was accepted is lost, and nothing is taken twice."""

    def __init__(self, record: JourneyRecord, publish: Callable[[], Awaitable[None]]) -> None:
        """Check against `record`; `publish` writes it for inputs that no waiting step writes."""
        self.record = record
        self.answer: ActionInput | None = None
        self.expected = WaitingFor.NOTHING
        self.turns: list[Turn] = []
        self.announced: CancellationDue | None = None
        """What becomes a turn on its day."""
        self.held: Hold | None = None
        self.withdrawable = True
        self.busy = False
        """A partner is being asked on its queue: no step waits that would write what comes in."""
        self.asides: dict[str, Callable[[ActionInput], Awaitable[None]]] = {}
        """What may be told whatever the journey waits for, by the name of the action, and what is done with it."""
        self.refunded = ZERO
        """What came back in this run."""
        self._publish = publish
        self._receipts: dict[str, Receipt] = {}
        self._before: tuple[str, ...] = ()
        """Digests of the keys of actions that were taken before those."""

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Every paper that has come in."""
        return self.record.status.papers

    @property
    def diverted(self) -> bool:
        """Whether somebody put the journey on hold or takes it off its way."""
        return bool(self.turns) or self.held is not None

    def arrive(self) -> bool:
        """Whether what was told in advance takes effect now: from here on it is a turn like any other."""
        if self.announced is None or workflow.now() < self.announced.at:
            return False
        self.turns.append(self.announced)
        self.announced = None
        return True

    def expect(self, what: WaitingFor) -> None:
        """Accept the answers of `what` from now on, even while a partner is still being asked."""
        self.expected, self.answer = what, None

    def offers(self, what: WaitingFor) -> tuple[ActionOffer, ...]:
        """Everything that may be said while the journey waits for `what`."""
        if self.record.closed:
            return ()
        return possible(self.record.status.stage, what, self._standing())

    def _standing(self) -> Standing:
        withdrawn = any(isinstance(turn, Withdraw) for turn in self.turns)
        therapy = self.record.status.car_t
        return Standing(
            withdrawable=self.withdrawable and not withdrawn,
            held=self.held is not None,
            refund_due=self.record.status.money.refund_due > ZERO,
            collected=bool(therapy and therapy.therapy.first_apheresis_on),
            untold="record_infusion" in self.asides,
            unreturned="record_hand_over" in self.asides,
            deviations=bool(therapy and any(deviation.open for deviation in therapy.deviations)),
        )

    def check(self, action: ActionInput) -> bool:
        """Refuse an action that is not possible now, or not for this actor; a repeated key is always welcome.

        True for a new action, whose content is still to be checked.
        """
        if action.key in self._receipts or self._long_taken(action):
            return False
        name: str = getattr(action, "action", "")
        expected = self.expected if self.answer is None else WaitingFor.NOTHING
        offers = {offer.action: offer for offer in self.offers(expected)}
        if name not in offers:
            can = ", ".join(offers) or "nothing: the journey is closed or busy"
            where = "while the journey is on hold" if self.held else f"in stage {self.record.status.stage}"
            message = f"{name} is not possible {where} (possible now: {can})"
            raise ApplicationError(message, type="ActionNotPossible", non_retryable=True)
        if action.actor.role not in offers[name].roles:
            message = f"actor.role: {action.actor.role} may not {name}; allowed: {', '.join(offers[name].roles)}"
            raise ApplicationError(message, type="ActionInvalid", non_retryable=True)
        return True

    async def take(self, action: ActionInput) -> Receipt:
        """Take an accepted action; the receipt comes once the new state is written."""
        if known := self._receipts.get(action.key):
            return known.model_copy(update={"repeated": True})
        name: str = getattr(action, "action", "")
        if self._long_taken(action):
            return self._receipt(name).model_copy(update={"repeated": True})
        aside = self.asides.get(name)
        if aside:
            await aside(action)
        what = Bilingual(zh=f"收到操作：{label_of(name).zh}", en=f"received {name}")
        self.record.note("input", what, actor=action.actor)
        recorded = self.record.status.revision + 1
        if aside or self._hear(action):
            await self._publish()
        await workflow.wait_condition(lambda: self.record.published >= recorded)
        receipt = self._receipts[action.key] = self._receipt(name)
        return receipt

    def _receipt(self, name: str) -> Receipt:
        """What whoever took action `name` is told: how the journey stands now."""
        status = self.record.status
        return Receipt(journey_id=status.journey_id, action=name, stage=status.stage, revision=status.revision)

    def _long_taken(self, action: ActionInput) -> bool:
        """Whether an earlier run took it whose receipt is not remembered any more."""
        return bool(self._before) and _digest(action.key) in self._before

    def _hear(self, action: ActionInput) -> bool:
        """Keep what was said; gives whether it has to be written here, because no waiting step does it."""
        match action:
            case SubmitPapers():
                self.add_papers(action.papers)
                return True
            case RecordRefund():
                self._refunded(action)
                return True
            case Hold():
                self.held = action
            case Resume():
                self.held = None
            case (
                Withdraw()
                | CorrectClaim()
                | OpenInvestigation()
                | RecordDeath()
                | RecordCancellation()
                | RecordFraud()
                | TransferSite()
            ):
                self.turns.append(action)
            case _:
                self.answer = action
                return self.held is not None
        return self.busy

    def add_papers(self, papers: tuple[Paper, ...]) -> None:
        """Put papers to those that are here."""
        self.record.change(papers=(*self.papers, *papers))

    def renew_papers(self, kinds: frozenset[PaperKind], papers: tuple[Paper, ...]) -> None:
        """Let the papers of some kinds count no more, and put others to the rest."""
        self.set_aside(kinds)
        self.add_papers(papers)

    def set_aside(self, kinds: frozenset[PaperKind]) -> tuple[Paper, ...]:
        """Let the papers of some kinds not count, and give them."""
        aside = tuple(paper for paper in self.papers if paper.kind in kinds)
        self.record.change(papers=tuple(paper for paper in self.papers if paper.kind not in kinds))
        return aside

    def _refunded(self, action: RecordRefund) -> None:
        money = self.record.status.money
        self.refunded += action.amount
        rest = ZERO if action.settled else max(money.refund_due - action.amount, ZERO)
        self.record.change(money=money.model_copy(update={"refund_due": rest}))

    def hear_no_withdrawal(self) -> list[Withdraw | CorrectClaim]:
        """From here on the claim cannot be withdrawn or corrected; gives what was said so and not acted on."""
        self.withdrawable = False
        return [*self._drop(Withdraw), *self._drop(CorrectClaim)]

    def hear_no_correction(self) -> list[CorrectClaim]:
        """What was to be corrected is over; gives the corrections that were not acted on."""
        return self._drop(CorrectClaim)

    def hear_no_hand_over(self) -> list[RecordHandOver]:
        """The drug is not to go back any more; gives what was said of it and not acted on."""
        return self._drop(RecordHandOver)

    def _drop(self, kind: type[Dropped]) -> list[Dropped]:
        dropped = [turn for turn in self.turns if isinstance(turn, kind)]
        self.turns = [turn for turn in self.turns if not isinstance(turn, kind)]
        return dropped

    def taken(self) -> tuple[TakenAction, ...]:
        """The last actions, for the next run of the journey."""
        last = list(self._receipts.items())[-_REMEMBERED:]
        return tuple(TakenAction(key=key, receipt=receipt) for key, receipt in last)

    def taken_before(self) -> tuple[str, ...]:
        """Digests of the keys of all actions before those: a repeat acts in no run, however late it comes."""
        return (*self._before, *(_digest(key) for key in list(self._receipts)[:-_REMEMBERED]))

    def remember(self, taken: tuple[TakenAction, ...], before: tuple[str, ...]) -> None:
        """Know what was taken in earlier runs."""
        self._receipts.update((each.key, each.receipt) for each in taken)
        self._before = before


def _digest(key: str) -> str:
    """A key in little space."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]

"""The own share where it is paid before a delivery: collected, then evened out with what turns out to be owed."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.actions import RecordOwnSharePaid
    from schemas.journey import WaitingFor
    from schemas.money import ZERO, Yuan
    from schemas.people import ActorRole

from workflows import texts
from workflows.cover import Cover
from workflows.journey import Journey


class OwnShare:
    """What the insured person pays in advance for the prescription in hand."""

    def __init__(self, journey: Journey, cover: Cover) -> None:
        """Collect by the means of `journey`, while `cover` lasts."""
        self.journey = journey
        self.cover = cover
        self._in_advance = False
        """Whether that of the prescription in hand is paid before its delivery."""

    async def collect(self) -> None:
        """Wait until what is estimated now is paid; nothing is handed over before. yuanxin-cancer-drug/FUL-2."""
        self._in_advance = True
        estimate = self.journey.record.status.money.estimate
        if estimate is None or not estimate.own_share:
            return
        text = texts.own_share_first(estimate.own_share)
        self.journey.record.notify(ActorRole.INSURED, "own_share_first", text, person=self.journey.person)
        wait = self.cover.wait(WaitingFor.OWN_SHARE, ActorRole.INSURED)
        answer = await self.journey.answer_in(RecordOwnSharePaid, wait)
        self._show(answer.amount)

    def keep(self, owed: Yuan) -> None:
        """Of what was paid in advance `owed` stays paid; the rest goes back, or what is lacking is asked for.

        The insured person pays the own share, the whole of it and nothing above it; a supervisor sees to it.
        yuanxin-cancer-drug/PAY-1.
        """
        record, person = self.journey.record, self.journey.person
        lacking, in_advance = owed - record.status.money.own_share_paid, self._in_advance
        self._in_advance = False
        if lacking < ZERO:
            self._show(owed)
            text = texts.own_share_back(-lacking)
            record.notify(ActorRole.INSURED, "own_share_back", text, person=person)
            record.escalate(text)
        elif lacking and in_advance:
            text = texts.own_share_due(lacking)
            record.notify(ActorRole.INSURED, "own_share_due", text, person=person)
            record.escalate(text)

    def _show(self, paid: Yuan) -> None:
        money = self.journey.record.status.money
        self.journey.record.change(money=money.model_copy(update={"own_share_paid": paid}))

"""The own share where it is paid before a delivery: collected, and given back as far as it turns out not to be owed."""

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

    async def collect(self) -> None:
        """Wait until what is estimated now is paid; nothing is handed over before. yuanxin-cancer-drug/FUL-2."""
        estimate = self.journey.record.status.money.estimate
        if estimate is None or not estimate.own_share:
            return
        wait = self.cover.wait(WaitingFor.OWN_SHARE, ActorRole.INSURED)
        answer = await self.journey.answer_in(RecordOwnSharePaid, wait)
        self._show(answer.amount)

    def keep(self, owed: Yuan) -> None:
        """Of what was paid, `owed` stays paid; the rest goes back to the insured person, and a supervisor sees to it.

        They pay the own share and nothing above it. yuanxin-cancer-drug/PAY-1.
        """
        record = self.journey.record
        too_much = record.status.money.own_share_paid - owed
        if too_much <= ZERO:
            return
        self._show(owed)
        text = texts.own_share_back(too_much)
        record.notify(ActorRole.INSURED, "own_share_back", text, person=self.journey.person)
        record.escalate(text)

    def _show(self, paid: Yuan) -> None:
        money = self.journey.record.status.money
        self.journey.record.change(money=money.model_copy(update={"own_share_paid": paid}))

"""After a refused review: the insured person accepts it, and the consultation this earns is arranged.

pingan-longterm-b/GIFT-1 GIFT-2 SLA-4, pingan-cancer-drug/GIFT-1 GIFT-2 SLA-3.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.actions import AcceptRefusal, ConfirmExpert, RecommendExpert, RecordAppointment, RecordConsultation
    from schemas.deadline import Budget, BudgetUnit
    from schemas.journey import Appointment, Stage, WaitingFor
    from schemas.people import ActorRole

from workflows import texts
from workflows.drug_case import DrugCase, today
from workflows.endings import JourneyEndedError
from workflows.journey import Journey

_LONGEST = 4000


class GreenChannel:
    """One out-patient consultation for one application that was refused at review."""

    def __init__(self, journey: Journey, case: DrugCase) -> None:
        """Arrange for `case` by the means of `journey`."""
        self.journey = journey
        self.case = case

    async def offer(self) -> None:
        """Ask whether the refusal is accepted; the right ends with the cover, and a correction starts over."""
        record = self.journey.record
        record.enter_stage(Stage.GREEN_CHANNEL)
        record.notify(ActorRole.INSURED, "refusal_answer", texts.GREEN_CHANNEL, person=self.journey.person)
        try:
            word = await self.journey.answer(
                AcceptRefusal, WaitingFor.REFUSAL_ANSWER, ActorRole.INSURED, budget=self._while_covered(), lapses=True
            )
        except JourneyEndedError as ended:
            # Nobody answered while the cover lasted: what lapsed is the consultation, the claim was refused.
            raise JourneyEndedError(Stage.REFUSED) if ended.stage is Stage.LAPSED else ended from None
        if word.green_channel:
            await self._arrange()

    def _while_covered(self) -> Budget:
        """The service is valid as long as the contract (pingan-longterm-b/ID-2, pingan-cancer-drug/ID-2)."""
        policy = self.case.coverage.policy
        days = ((policy.renewed_to or policy.expires_on) - today()).days
        return Budget(unit=BudgetUnit.NATURAL_DAYS, amount=min(max(days, 0), _LONGEST))

    async def _arrange(self) -> None:
        record = self.journey.record
        await self._confirmed()
        arranged = await self.journey.answer(
            RecordAppointment, WaitingFor.APPOINTMENT, ActorRole.SERVICE_AGENT, budget=self.case.plan.green_budget
        )
        if record.status.appointment:
            record.change(appointment=record.status.appointment.model_copy(update={"on": arranged.on}))
        await self.journey.answer(RecordConsultation, WaitingFor.CONSULTATION, ActorRole.SERVICE_AGENT)

    async def _confirmed(self) -> None:
        """The provider recommends until the insured person confirms; nobody names hospital or doctor themselves."""
        while True:
            expert = await self.journey.answer(RecommendExpert, WaitingFor.EXPERT, ActorRole.SERVICE_AGENT)
            appointment = Appointment(hospital=expert.hospital, department=expert.department)
            self.journey.record.change(appointment=appointment)
            text = texts.expert(expert.hospital, expert.department)
            self.journey.record.notify(ActorRole.INSURED, "expert", text, person=self.journey.person)
            word = await self.journey.answer(ConfirmExpert, WaitingFor.EXPERT_CONFIRMATION, ActorRole.INSURED)
            if word.confirmed:
                return

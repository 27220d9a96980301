"""At the bedside: the examination, the lymphodepletion, the infusion, and what follows it."""

from datetime import date

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.decisions import Decisions
    from schemas.action_input import ActionInput
    from schemas.car_t_actions import (
        EndMonitoring,
        RecordAdverseEvent,
        RecordBridging,
        RecordEfficacy,
        RecordExamination,
        RecordInfusion,
        RecordLymphodepletion,
    )
    from schemas.car_t_facts import CarTNews, ExaminationResult
    from schemas.journey import Stage, WaitingFor
    from schemas.people import ActorRole

from workflows import car_t_texts
from workflows.car_t_case import CarTCase
from workflows.car_t_cells import Cells
from workflows.drug_case import today
from workflows.endings import TherapyEndedError
from workflows.journey import Journey

_SEVERE = 3
"""Grade from which a reaction is put before a supervisor."""


class Care:
    """What is done to the patient, as the institution tells it."""

    def __init__(self, journey: Journey, case: CarTCase, cells: Cells) -> None:
        """Follow the care of `case` by the means of `journey`; `cells` are what is infused."""
        self.journey = journey
        self.case = case
        self.cells = cells
        self.waits = cells.waits
        journey.inbox.asides |= {"record_bridging": self.bridged, "record_adverse_event": self.reacted}

    async def bridged(self, action: ActionInput) -> None:
        """Bridging therapy is told; whether its costs count is decided with the bill."""
        if isinstance(action, RecordBridging):
            self.journey.record.note("input", car_t_texts.bridging(action.started_on), actor=action.actor)

    async def reacted(self, action: ActionInput) -> None:
        """A reaction after infusion; a severe one is put before a supervisor."""
        if not isinstance(action, RecordAdverseEvent):
            return
        text = car_t_texts.reaction(action.kind, action.grade, intensive=action.intensive_care)
        self.case.change(worst_grade=max(self.case.therapy.worst_grade, action.grade))
        self.journey.record.note("input", text, actor=action.actor)
        if action.grade >= _SEVERE:
            self.journey.record.escalate(text)

    async def examine(self) -> None:
        """The patient is examined until fit; who is found unfit is not infused. CART-5."""
        self.journey.record.enter_stage(Stage.PRE_INFUSION_EXAMINATION)
        self.journey.inbox.expect(WaitingFor.EXAMINATION)
        await self.cells.admit("infusion", today())
        again_on: date | None = None
        while True:
            answer = await self.waits.answer(
                RecordExamination, WaitingFor.EXAMINATION, ActorRole.HOSPITAL, planned_on=again_on
            )
            self.case.change(examination=answer.result, examined_on=answer.examined_on)
            if answer.result is ExaminationResult.UNFIT:
                raise TherapyEndedError(Stage.REFUSED, CarTNews.UNFIT, answer.examined_on)
            if answer.result is ExaminationResult.FIT:
                return
            again_on = answer.again_on
            self.journey.record.note("input", car_t_texts.postponed(again_on), actor=answer.actor)

    async def deplete(self) -> None:
        """Lymphodepletion, once the cells were looked at: chemotherapy for cells that cannot be used would harm."""
        await self.cells.clear(conditioned=False)
        self.journey.record.enter_stage(Stage.LYMPHODEPLETION)
        answer = await self.waits.answer(RecordLymphodepletion, WaitingFor.LYMPHODEPLETION, ActorRole.HOSPITAL)
        self.case.change(conditioned_on=answer.ended_on)

    async def infuse(self) -> None:
        """The infusion: only of cells that were cleared, and cleared anew when anything is told of them. CART-5."""
        self.journey.record.enter_stage(Stage.INFUSION)
        while True:
            await self.cells.clear(conditioned=True)
            self.case.change(at_bedside=True)
            answer = await self.waits.answer_unless(
                RecordInfusion,
                WaitingFor.INFUSION,
                ActorRole.HOSPITAL,
                changed=lambda: not self.cells.cleared,
                last_day=self.case.therapy.product_expires_on,
            )
            if answer:
                break
            self.case.change(at_bedside=False)
        await self._infused(answer.infused_on)

    async def _infused(self, on: date) -> None:
        self.case.change(infused_on=on, at_bedside=False)
        await self._shorten(on)

    def hear_of_infusion(self) -> None:
        """The therapy has ended: that the cells were given before it can still be told until the bill is judged."""
        if self.case.therapy.at_bedside:
            self.journey.inbox.asides["record_infusion"] = self.told_late

    async def told_late(self, action: ActionInput) -> None:
        """An infusion told after the therapy's end closes the period as any other does. CART-4."""
        if isinstance(action, RecordInfusion):
            self.journey.inbox.asides.pop(action.action, None)
            await self._infused(action.infused_on)

    async def _shorten(self, infused_on: date) -> None:
        """The infusion may close the window sooner than the apheresis does. CART-4."""
        request = self.case.window_request(infused_on)
        known = await self.journey.decidable(Decisions.car_t_window, request)
        self.case.change(window=known.window)
        if known.window:
            self.journey.record.note("deadline", known.window.reckoning)

    async def monitor(self) -> None:
        """Reactions are watched until the institution ends it."""
        await self.waits.answer(EndMonitoring, WaitingFor.MONITORING_END, ActorRole.HOSPITAL)

    async def assess(self) -> None:
        """The efficacy is assessed: it tells the response, and ends the treatment whatever it is."""
        self.journey.record.enter_stage(Stage.EFFICACY_ASSESSMENT)
        answer = await self.waits.answer(RecordEfficacy, WaitingFor.EFFICACY, ActorRole.HOSPITAL)
        self.case.change(response=answer.response)

"""At the bedside: the examination, the lymphodepletion, the infusion, and what follows it."""

from collections.abc import Callable
from datetime import date
from functools import partial

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
from workflows.endings import NotFitError, TherapyEndedError
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
        self.again_on: date | None = None
        """When a patient who was not fit is to be examined again."""
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
        self.journey.inbox.asides.pop("record_examination", None)
        self._heed_unfit()
        self.journey.record.enter_stage(Stage.PRE_INFUSION_EXAMINATION)
        self.journey.inbox.expect(WaitingFor.EXAMINATION)
        await self._admit()
        while not self.case.fit:
            answer = await self.waits.answer_unless(
                RecordExamination,
                WaitingFor.EXAMINATION,
                ActorRole.HOSPITAL,
                last_day=self.case.therapy.product_expires_on,
                planned_on=self.again_on,
            )
            if answer is None:
                await self.cells.clear(conditioned=False)  # nobody is examined for cells that cannot be used
                continue
            self._examined(answer)
            self._heed_unfit()
        self.journey.inbox.asides["record_examination"] = self.examined_anew

    async def _admit(self) -> None:
        """A bed, unless one is booked or the patient is in it already."""
        therapy = self.case.therapy
        if not therapy.appointment and therapy.conditioned_on is None:
            await self.cells.bookings.admit("infusion", today())

    async def examined_anew(self, action: ActionInput) -> None:
        """A patient who was fit was examined once more before the infusion: what was found then counts."""
        if isinstance(action, RecordExamination):
            self._examined(action)

    def _examined(self, found: RecordExamination) -> None:
        self.case.examined(found)
        self.again_on = found.again_on
        if found.result is ExaminationResult.POSTPONED:
            self.journey.record.note("input", car_t_texts.postponed(found.again_on), actor=found.actor)

    def _heed_unfit(self) -> None:
        therapy = self.case.therapy
        if therapy.examination is ExaminationResult.UNFIT:
            raise TherapyEndedError(Stage.REFUSED, CarTNews.UNFIT, therapy.examined_on or today())

    async def deplete(self) -> None:
        """Lymphodepletion, once the cells were looked at: chemotherapy for cells that cannot be used would harm."""
        if self.case.therapy.conditioned_on:
            return  # examined anew since: whether it still counts is asked before the infusion
        await self.cells.clear(conditioned=False)
        self.journey.record.enter_stage(Stage.LYMPHODEPLETION)
        answer = await self.waits.answer_unless(
            RecordLymphodepletion,
            WaitingFor.LYMPHODEPLETION,
            ActorRole.HOSPITAL,
            changed=self.case.examined_anew(),
            last_day=self.case.therapy.product_expires_on,
        )
        if answer is None:
            raise NotFitError
        self.case.change(conditioned_on=answer.ended_on)
        self.cells.bookings.kept()

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
                changed=partial(self._unsettled, self.case.examined_anew()),
                last_day=self.case.therapy.product_expires_on,
            )
            if answer:
                break
            if self.case.expired and self.cells.cleared:
                self._may_have_been_given()
            else:
                self.case.change(at_bedside=False)
        await self._infused(answer.infused_on)

    def _may_have_been_given(self) -> None:
        """The product's last day is over: an infusion of that day can be told until somebody decides how to go on."""
        self.hear_of_infusion()
        if self.case.therapy.product_expires_on:
            self.journey.record.escalate(car_t_texts.expired(self.case.therapy.product_expires_on))

    def _unsettled(self, examined_anew: Callable[[], bool]) -> bool:
        """Whether cells or patient have to be looked at once more."""
        return not self.cells.cleared or examined_anew()

    async def _infused(self, on: date) -> None:
        self.journey.inbox.asides.pop("record_examination", None)
        self.case.change(infused_on=on, at_bedside=False)
        await self._shorten(on)

    def hear_of_infusion(self) -> None:
        """Cells that lay ready were given, or not: that they were can still be told, though the time for it is over."""
        if self.case.therapy.at_bedside:
            self.journey.inbox.asides["record_infusion"] = self.told_late

    async def told_late(self, action: ActionInput) -> None:
        """An infusion told late closes the period as any other does. CART-4."""
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

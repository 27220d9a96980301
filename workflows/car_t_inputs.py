"""The updates that a CAR-T journey takes besides those of every journey."""

from datetime import date

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from schemas.actions import Receipt
    from schemas.car_t_actions import (
        ArrangeTreatment,
        BookAssessment,
        DecideRemanufacture,
        EndMonitoring,
        RecordAdverseEvent,
        RecordApheresis,
        RecordAssessment,
        RecordBridging,
        RecordCustody,
        RecordEfficacy,
        RecordExamination,
        RecordInfusion,
        RecordLymphodepletion,
        RecordManufacturing,
        ResolveDeviation,
        SubmitCosts,
        TransferSite,
    )
    from schemas.civil import china_date
    from schemas.custody import DeviationKind, Disposition

from workflows.car_t_case import CarTCase
from workflows.car_t_cells import Cells
from workflows.car_t_costs import at_odds
from workflows.drug_case import today
from workflows.inputs import JourneyInputs, invalid, not_in_future

_MOST_EVENTS = 200
"""Custody events of one therapy: a chain that grows beyond is a fault of whoever sends them."""


class CarTJourneyInputs(JourneyInputs):
    """Update handlers of a CAR-T journey."""

    case: CarTCase
    cells: Cells
    correctable = ("applicant", "diagnosis", "drug", "papers")

    @workflow.update
    async def book_assessment(self, action: BookAssessment) -> Receipt:
        """The provider booked the assessment."""
        return await self.journey.inbox.take(action)

    @book_assessment.validator
    def _may_book_assessment(self, action: BookAssessment) -> None:
        if self.journey.inbox.check(action):
            _not_past("on", action.on)

    @workflow.update
    async def record_assessment(self, action: RecordAssessment) -> Receipt:
        """The institution assessed the patient."""
        return await self.journey.inbox.take(action)

    @record_assessment.validator
    def _may_record_assessment(self, action: RecordAssessment) -> None:
        if self.journey.inbox.check(action):
            not_in_future("assessed_on", action.assessed_on)

    @workflow.update
    async def arrange_treatment(self, action: ArrangeTreatment) -> Receipt:
        """The treatment is arranged."""
        return await self.journey.inbox.take(action)

    @arrange_treatment.validator
    def _may_arrange_treatment(self, action: ArrangeTreatment) -> None:
        if self.journey.inbox.check(action):
            _not_past("apheresis_planned_on", action.apheresis_planned_on)

    @workflow.update
    async def record_apheresis(self, action: RecordApheresis) -> Receipt:
        """Apheresis was performed, or could not be."""
        return await self.journey.inbox.take(action)

    @record_apheresis.validator
    def _may_record_apheresis(self, action: RecordApheresis) -> None:
        if not self.journey.inbox.check(action):
            return
        not_in_future("performed_on", action.performed_on)
        _in_one_go(action)
        therapy = self.case.therapy
        if action.collected and action.collected.identity.din in {therapy.din, *therapy.earlier_dins}:
            message = "collected.identity.din: is the number of an apheresis before: every donation has its own"
            raise invalid(message)

    @workflow.update
    async def record_custody(self, action: RecordCustody) -> Receipt:
        """Something happened to the cells."""
        return await self.journey.inbox.take(action)

    @record_custody.validator
    def _may_record_custody(self, action: RecordCustody) -> None:
        if self.journey.inbox.check(action):
            not_in_future("event.at", china_date(action.event.at))
            self._not_too_many()

    @workflow.update
    async def record_manufacturing(self, action: RecordManufacturing) -> Receipt:
        """The manufacturer tells of the product."""
        return await self.journey.inbox.take(action)

    @record_manufacturing.validator
    def _may_record_manufacturing(self, action: RecordManufacturing) -> None:
        self.journey.inbox.check(action)

    @workflow.update
    async def decide_remanufacture(self, action: DecideRemanufacture) -> Receipt:
        """The doctor decides how to go on without a product."""
        return await self.journey.inbox.take(action)

    @decide_remanufacture.validator
    def _may_decide_remanufacture(self, action: DecideRemanufacture) -> None:
        if self.journey.inbox.check(action):
            _not_past("apheresis_planned_on", action.apheresis_planned_on)

    @workflow.update
    async def record_bridging(self, action: RecordBridging) -> Receipt:
        """Bridging therapy was given."""
        return await self.journey.inbox.take(action)

    @record_bridging.validator
    def _may_record_bridging(self, action: RecordBridging) -> None:
        if self.journey.inbox.check(action):
            not_in_future("started_on", action.started_on)

    @workflow.update
    async def record_examination(self, action: RecordExamination) -> Receipt:
        """The patient was examined."""
        return await self.journey.inbox.take(action)

    @record_examination.validator
    def _may_record_examination(self, action: RecordExamination) -> None:
        if self.journey.inbox.check(action):
            not_in_future("examined_on", action.examined_on)

    @workflow.update
    async def record_lymphodepletion(self, action: RecordLymphodepletion) -> Receipt:
        """The lymphodepletion was given."""
        return await self.journey.inbox.take(action)

    @record_lymphodepletion.validator
    def _may_record_lymphodepletion(self, action: RecordLymphodepletion) -> None:
        if not self.journey.inbox.check(action):
            return
        not_in_future("ended_on", action.ended_on)
        if action.ended_on < action.started_on:
            message = "ended_on: is before started_on"
            raise invalid(message)
        self._still_fit("started_on", action.started_on)

    @workflow.update
    async def record_infusion(self, action: RecordInfusion) -> Receipt:
        """The cells were infused."""
        return await self.journey.inbox.take(action)

    @record_infusion.validator
    def _may_record_infusion(self, action: RecordInfusion) -> None:
        if self.journey.inbox.check(action):
            not_in_future("infused_on", action.infused_on)
            self._cells_there(action)
            self._right_cells(action)

    @workflow.update
    async def record_adverse_event(self, action: RecordAdverseEvent) -> Receipt:
        """A reaction occurred."""
        return await self.journey.inbox.take(action)

    @record_adverse_event.validator
    def _may_record_adverse_event(self, action: RecordAdverseEvent) -> None:
        if self.journey.inbox.check(action):
            not_in_future("occurred_on", action.occurred_on)

    @workflow.update
    async def end_monitoring(self, action: EndMonitoring) -> Receipt:
        """The monitoring ended."""
        return await self.journey.inbox.take(action)

    @end_monitoring.validator
    def _may_end_monitoring(self, action: EndMonitoring) -> None:
        if self.journey.inbox.check(action):
            not_in_future("ended_on", action.ended_on)

    @workflow.update
    async def record_efficacy(self, action: RecordEfficacy) -> Receipt:
        """The efficacy was assessed."""
        return await self.journey.inbox.take(action)

    @record_efficacy.validator
    def _may_record_efficacy(self, action: RecordEfficacy) -> None:
        if self.journey.inbox.check(action):
            not_in_future("assessed_on", action.assessed_on)

    @workflow.update
    async def submit_costs(self, action: SubmitCosts) -> Receipt:
        """Costs were handed in."""
        return await self.journey.inbox.take(action)

    @submit_costs.validator
    def _may_submit_costs(self, action: SubmitCosts) -> None:
        if not self.journey.inbox.check(action):
            return
        for index, item in enumerate(action.items):
            not_in_future(f"items.{index}.incurred_on", item.incurred_on)
        if not action.items and not action.final:
            message = "items: name at least one cost, or say that no more will come (final)"
            raise invalid(message)
        if message := at_odds(action):
            raise invalid(message)

    @workflow.update
    async def resolve_deviation(self, action: ResolveDeviation) -> Receipt:
        """A deviation was disposed of."""
        return await self.journey.inbox.take(action)

    @resolve_deviation.validator
    def _may_resolve_deviation(self, action: ResolveDeviation) -> None:
        if self.journey.inbox.check(action):
            self._known_deviation(action)

    @workflow.update
    async def transfer_site(self, action: TransferSite) -> Receipt:
        """The therapy goes on elsewhere."""
        return await self.journey.inbox.take(action)

    @transfer_site.validator
    def _may_transfer_site(self, action: TransferSite) -> None:
        self.journey.inbox.check(action)

    def _not_too_many(self) -> None:
        if self.case.first_seq + len(self.case.custody) > _MOST_EVENTS:
            message = f"event: the chain has {_MOST_EVENTS} events; a person has to look"
            raise invalid(message)

    def _right_cells(self, action: RecordInfusion) -> None:
        """Only cells that are cleared, by what is known of them now, with this patient's labels on them. CART-5."""
        therapy = self.case.therapy
        ended = "record_infusion" in self.journey.inbox.asides
        if not ended and (not self.cells.cleared or self.cells.being_told_of):
            message = "the cells are not cleared: something was told of them that has to be looked at first"
            raise ApplicationError(message, type="ActionNotPossible", non_retryable=True)
        if therapy.product_expires_on and action.infused_on > therapy.product_expires_on:
            message = f"infused_on: the product was usable until {therapy.product_expires_on}: do not infuse"
            raise invalid(message)
        self._still_fit("infused_on", action.infused_on)
        if therapy.conditioned_on and action.infused_on < therapy.conditioned_on:
            message = f"infused_on: is before the lymphodepletion ended on {therapy.conditioned_on}"
            raise invalid(message)
        for name, expected in (("coi", therapy.coi), ("din", therapy.din)):
            if getattr(action.identity, name) != expected:
                message = f"identity.{name}: is not the one of this patient's cells: do not infuse"
                raise invalid(message)
        if action.site != therapy.site:
            message = f"site: the therapy is arranged at {therapy.site}"
            raise invalid(message)

    def _still_fit(self, field: str, day: date) -> None:
        """Nothing is given to a patient whose examination counts no more on that day. CART-5."""
        fit_until = self.case.therapy.fit_until
        if fit_until and day > fit_until:
            message = f"{field}: the examination counted until {fit_until}: examine the patient once more"
            raise invalid(message)

    def _cells_there(self, action: RecordInfusion) -> None:
        """Nobody was given cells before they came."""
        came_on = self.cells.came_on
        if came_on and action.infused_on < came_on:
            message = f"infused_on: is before the product came on {came_on}"
            raise invalid(message)

    def _known_deviation(self, action: ResolveDeviation) -> None:
        found = next((item for item in self.case.view.deviations if item.number == action.number), None)
        if found is None or found.kind is not action.kind:
            message = "number: there is no such deviation of that kind"
            raise invalid(message)
        if action.kind is DeviationKind.IDENTITY_MISMATCH and action.disposition is Disposition.USABLE:
            message = "disposition: cells with another patient's label are never usable; correct the record or discard"
            raise invalid(message)


def _not_past(field: str, day: date | None) -> None:
    """Refuse a day before today: it is still to be planned."""
    if day and day < today():
        message = f"{field}: lies in the past"
        raise invalid(message)


def _in_one_go(action: RecordApheresis) -> None:
    """The apheresis ended after it began, and the cells were in the bag then: every later event is compared with it."""
    ended_on, collected = action.ended_on or today(), action.collected
    not_in_future("ended_on", ended_on)
    if ended_on < action.performed_on:
        message = "ended_on: is before performed_on"
        raise invalid(message)
    if collected and not action.performed_on <= china_date(collected.at) <= ended_on:
        message = "collected.at: lies outside the days of the apheresis"
        raise invalid(message)

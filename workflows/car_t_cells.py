"""The cells: collected, made into the product, brought back, and looked at before anybody gets them."""

import asyncio
from datetime import date

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.custody import Custody
    from activities.decisions import Decisions
    from activities.manufacturer import Manufacturer
    from schemas.action_input import ActionInput
    from schemas.car_t_actions import (
        ApheresisResult,
        DecideRemanufacture,
        ManufacturingStatus,
        RecordApheresis,
        RecordCustody,
        RecordManufacturing,
        ResolveDeviation,
    )
    from schemas.car_t_facts import CarTNews
    from schemas.civil import china_date
    from schemas.custody import CustodyEntry, CustodyEvent, CustodyStep, DeviationWord, Material
    from schemas.decision import Decision, Verdict
    from schemas.journey import Stage, WaitingFor
    from schemas.partners import PartnerName, SlotQuery
    from schemas.people import Actor, ActorRole

from workflows import car_t_texts, own
from workflows.car_t_bookings import Bookings
from workflows.car_t_case import CarTCase
from workflows.car_t_cover import TherapyCover
from workflows.car_t_sites import approved_at
from workflows.car_t_waits import TherapyWaits
from workflows.drug_case import today
from workflows.endings import JourneyEndedError, NotFitError, TherapyEndedError
from workflows.journey import Journey
from workflows.partner_desk import PartnerDesk
from workflows.turns import tell_a_supervisor

_OF_SLOT = {
    "released": ManufacturingStatus.RELEASED,
    "out_of_specification": ManufacturingStatus.OUT_OF_SPECIFICATION,
    "failed": ManufacturingStatus.FAILED,
    "lost": ManufacturingStatus.SLOT_LOST,
    "cancelled": ManufacturingStatus.SLOT_LOST,
}
"""How a manufacturer that is asked says what it did not tell by itself."""

_LONGEST = 500
"""Characters of a reason."""


class Cells:
    """The cells of one patient, from apheresis to the bedside."""

    def __init__(self, journey: Journey, desk: PartnerDesk, case: CarTCase) -> None:
        """Follow the cells of `case` by the means of `journey`; partners are asked at `desk`."""
        self.journey = journey
        self.desk = desk
        self.case = case
        self.cover = TherapyCover(journey, desk, case)
        self.waits = TherapyWaits(journey, case, self.cover)
        self.bookings = Bookings(journey, desk, case)
        self.looked_at = -1
        """How much was known of the chain when it was last found fit for infusion; -1: it was not."""
        self._not_theirs = set[str]()
        """Donations of other patients whose product was released for this one: a supervisor knows."""
        self._writing = asyncio.Lock()
        journey.inbox.asides |= {"record_custody": self.tell, "resolve_deviation": self.dispose}

    @property
    def known(self) -> int:
        """How much is known of the chain: it grows with every event and every disposition."""
        return self.case.first_seq + len(self.case.custody) + 1000 * len(self.case.words)

    @property
    def cleared(self) -> bool:
        """Whether the cells were found fit for infusion, and nothing has been told of them since."""
        return self.looked_at == self.known

    @property
    def being_told_of(self) -> bool:
        """Whether a custody event is on its way into the chain."""
        return self._writing.locked()

    @property
    def came_on(self) -> date | None:
        """The day on which the product was last handed over; None where it was not."""
        handed_over = (event for event in reversed(self.case.custody) if event.step is CustodyStep.HANDED_OVER)
        return next((china_date(event.at) for event in handed_over if event.material is Material.PRODUCT), None)

    # What is told of the cells, whatever the journey waits for.

    async def tell(self, action: ActionInput) -> None:
        """A custody event: into the chain first, then the journey goes by it."""
        if isinstance(action, RecordCustody):
            await self._chain(action.key, action.event)

    async def dispose(self, action: ActionInput) -> None:
        """Somebody responsible disposed of a deviation."""
        if isinstance(action, ResolveDeviation):
            word = DeviationWord(number=action.number, disposition=action.disposition, report=action.report)
            self.case.words = (*self.case.words, word)
            closed = (
                item.model_copy(update={"open": False}) if item.number == action.number else item
                for item in self.case.view.deviations
            )
            self.case.found(tuple(closed))

    async def _chain(self, key: str, event: CustodyEvent) -> None:
        """One after the other, so that the chain's order is the journey's."""
        async with self._writing:
            entry = CustodyEntry(key=key, journey_id=self.case.claim.journey_id, event=event)
            self.case.tell(event, await own.ask(Custody.append, entry))
            self.bookings.brought(event.material)
            await self._look()

    async def _look(self) -> None:
        """What is wrong with the cells is shown as soon as it is told, and put before a supervisor."""
        facts = self.case.infusion_facts(conditioned=False)
        before = {item.number for item in self.case.view.deviations}
        found = (await own.ask(Decisions.car_t_deviations, facts)).deviations
        self.case.found(found)
        if any(item.open and item.number not in before for item in found):
            self.journey.record.escalate(car_t_texts.CHAIN_BROKEN)

    # Apheresis

    async def arrange(self) -> None:
        """A manufacturing slot, with the identifier that links cells and patient; a bed for the apheresis."""
        await self.bookings.take_slot()
        self.journey.inbox.expect(WaitingFor.APHERESIS)
        await self.bookings.admit("apheresis", self.case.therapy.apheresis_planned_on or today())

    async def collect(self) -> None:
        """Apheresis, until enough cells are in the bag. The first one opens the treatment window. CART-4, CART-5."""
        self.journey.record.enter_stage(Stage.APHERESIS)
        while True:
            planned_on = self.case.therapy.apheresis_planned_on
            answer = await self.waits.answer(
                RecordApheresis, WaitingFor.APHERESIS, ActorRole.HOSPITAL, planned_on=planned_on
            )
            for late in self.journey.inbox.hear_no_correction():
                tell_a_supervisor(self.journey, late)
            if answer.result is not ApheresisResult.INSUFFICIENT:
                self.bookings.kept()
            if answer.result is ApheresisResult.NOT_POSSIBLE:
                raise TherapyEndedError(Stage.REFUSED, CarTNews.UNFIT, today())
            await self._count(answer)
            if answer.collected:
                self.case.begin_cells(answer.performed_on)
                self.case.change(din=answer.collected.identity.din, collected_on=answer.performed_on)
                await self._chain(answer.key, answer.collected)
                return

    async def _count(self, answer: RecordApheresis) -> None:
        decision = await self.journey.decide(self.case.apheresis_facts(answer))
        if not await approved_at(answer.site, decision, self.journey, self.case):
            self.case.owed = self.case.therapy.first_apheresis_on is not None
            raise self._not_covered() if self.case.owed else JourneyEndedError(Stage.REFUSED)
        therapy = self.case.therapy
        self.case.change(
            first_apheresis_on=therapy.first_apheresis_on or answer.performed_on,
            aphereses=therapy.aphereses + 1,
            window=decision.window,
        )
        if decision.window:
            self.journey.record.note("deadline", decision.window.reckoning)

    # Manufacturing

    async def make(self) -> None:
        """The manufacturer makes the product and it comes back; without one it is tried again, or given up."""
        while True:
            self.journey.inbox.expect(WaitingFor.PRODUCT)
            if self.case.view.starting_material_at != self.case.therapy.manufacturer:
                await self.bookings.ship(Material.STARTING_MATERIAL)
            if await self._made():
                break
            await self._go_on(await self._decided())
        await self.bookings.ship(Material.PRODUCT)
        await self.waits.until(self.bookings.arrived, WaitingFor.PRODUCT_ARRIVAL, ActorRole.CRYO_COURIER)

    async def _made(self) -> bool:
        """Whether a product within its specification was released; a lost slot is replaced by another."""
        while True:
            answer = await self.waits.answer(
                RecordManufacturing, WaitingFor.PRODUCT, ActorRole.MANUFACTURER, poll=self._ask_manufacturer
            )
            if answer.status is not ManufacturingStatus.SLOT_LOST:
                break
            self.journey.record.escalate(car_t_texts.SLOT_LOST)
            await self.bookings.take_slot()
        if answer.din and answer.din != self.case.therapy.din:
            self._not_theirs.add(answer.din)
            self.journey.record.escalate(car_t_texts.WRONG_PRODUCT)
            return await self._made()
        if answer.status is not ManufacturingStatus.RELEASED:
            self.journey.record.note("input", car_t_texts.no_product(answer.status, answer.reason), actor=answer.actor)
            return False
        self.case.change(
            released=True, batch=answer.batch, certificate=answer.certificate, product_expires_on=answer.expires_on
        )
        return True

    async def _ask_manufacturer(self) -> RecordManufacturing | None:
        slot = self.case.therapy.slot
        standing = await self.desk.look_up(PartnerName.MANUFACTURER, Manufacturer.slot, SlotQuery(slot_id=slot))
        status = _OF_SLOT.get(standing.status)
        if status is None or standing.din in self._not_theirs:
            return None
        record = self.journey.record.status
        names = ("batch", "certificate", "expires_on", "din") if status is ManufacturingStatus.RELEASED else ()
        return RecordManufacturing(
            key=f"{record.journey_id}/polled/product/{record.revision}",
            actor=Actor(role=ActorRole.MANUFACTURER, id=str(ActorRole.MANUFACTURER)),
            status=status,
            reason=standing.reason[:_LONGEST],
            **{name: getattr(standing, name) for name in names},  # checked with a release, and with nothing else
        )

    async def _decided(self) -> DecideRemanufacture:
        return await self.waits.answer(DecideRemanufacture, WaitingFor.REMANUFACTURE_CHOICE, ActorRole.HOSPITAL)

    async def _go_on(self, word: DecideRemanufacture) -> None:
        """No product: the treating doctor says whether cells are collected anew, made again, or the therapy ends.

        Neither opens a new window: it runs from the first apheresis. CART-4.
        """
        if word.way == "stop":
            raise TherapyEndedError(Stage.REFUSED, CarTNews.NO_PRODUCT, today())
        self.case.make_again()
        if word.way == "remanufacture":
            await self.bookings.take_slot()
            return
        self.case.change(apheresis_planned_on=word.apheresis_planned_on or today(), collected_on=None)
        await self.arrange()
        await self.collect()
        self.journey.record.enter_stage(Stage.MANUFACTURING)

    # Before anybody gets them

    async def clear(self, *, conditioned: bool) -> None:
        """Wait until the cells may be infused; cells that cannot be lead back to manufacturing.

        Raises UnusableCellsError, NotFitError where the patient has to be examined once more, and TherapyEndedError
        where it is not for the cells. CART-5: made of the patient's
        own white cells, used as the approved label says.
        """
        while True:
            if not self.case.fit and not self.case.expired:
                raise NotFitError
            known = self.known
            decision = await self.journey.decide(self.case.infusion_facts(conditioned=conditioned))
            if known != self.known:
                continue  # something was told meanwhile: it is looked at, too
            self.case.found(decision.deviations)
            if decision.verdict is Verdict.APPROVED or await self._approved_by_person(decision, known):
                self.looked_at = known
                return

    async def _approved_by_person(self, decision: Decision, known: int) -> bool:
        """Whether a person lets them pass; what news of the cells can set right waits for news instead."""
        if decision.verdict is Verdict.REFUSED:
            raise self._refused(decision)
        broken = any(item.open for item in decision.deviations)
        if broken or not self.bookings.arrived():
            self.journey.record.keep_escalated(car_t_texts.CHAIN_BROKEN if broken else car_t_texts.PRODUCT_AWAY)
            await self.waits.until(lambda: self.known != known, WaitingFor.DEVIATION, ActorRole.MANUFACTURER)
            return False
        if not await approved_at(self.case.therapy.site, decision, self.journey, self.case):
            raise self._refused(decision)
        return self.known == known

    def _refused(self, decision: Decision) -> Exception:
        """Only cells that cannot be used are replaced: no others would help against anything else. CART-4, CART-5."""
        return UnusableCellsError(decision) if decision.unusable else self._not_covered()

    def _not_covered(self) -> TherapyEndedError:
        """The next step is not covered: the therapy ends, for the window where that has closed meanwhile."""
        self.waits.heed_window()
        return TherapyEndedError(Stage.REFUSED, CarTNews.STEP_REFUSED, today())

    async def replaced(self) -> bool:
        """The cells cannot be used: their disposal is on record, and it goes on without them and without the bed.

        False where it is told, before anybody decided how to go on, that they were given while they could be.
        """
        await self.bookings.cancel_appointment(goes_on=True)
        self.journey.record.enter_stage(Stage.MANUFACTURING)
        word = await self.waits.answer_unless(
            DecideRemanufacture,
            WaitingFor.REMANUFACTURE_CHOICE,
            ActorRole.HOSPITAL,
            changed=lambda: self.case.therapy.infused_on is not None,
        )
        if word is None:
            return False
        self.journey.inbox.asides.pop("record_infusion", None)
        self.case.change(at_bedside=False)
        await self._go_on(word)
        await self.make()
        return True


class UnusableCellsError(Exception):
    """The cells may not be infused, whoever disposes of what: the decision says why."""

    def __init__(self, decision: Decision) -> None:
        """Remember the decision."""
        super().__init__(decision.question)
        self.decision = decision

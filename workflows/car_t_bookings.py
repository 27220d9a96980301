"""What is booked for a therapy with hospital, manufacturer and cryo courier, and called off when it is not needed."""

from datetime import date

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.cryo_courier import CryoCourier
    from activities.hospital import Hospital
    from activities.manufacturer import Manufacturer
    from schemas.car_t_actions import BookAssessment
    from schemas.custody import Material
    from schemas.journey import Stage
    from schemas.partners import (
        Admission,
        AppointmentCancellation,
        AssessmentBooking,
        PartnerName,
        ShipmentBooking,
        ShipmentCancellation,
        SlotCancellation,
        SlotRequest,
    )

from workflows.car_t_case import CarTCase
from workflows.drug_case import today
from workflows.journey import Journey
from workflows.partner_desk import PartnerDesk


class Bookings:
    """Appointments, slots and transports of one therapy; at most one of each stands at a time."""

    def __init__(self, journey: Journey, desk: PartnerDesk, case: CarTCase) -> None:
        """Book for `case` at `desk`."""
        self.journey = journey
        self.desk = desk
        self.case = case
        self._asking: Material | str = ""
        """What a partner is being asked for: where it refuses, it is asked anew for the therapy as it is by then."""

    # Hospital

    async def assess(self, booking: BookAssessment) -> None:
        """Have the patient assessed."""
        claim = self.case.claim
        receipt = await self.desk.hand_off(
            PartnerName.HOSPITAL,
            Hospital.book_assessment,
            lambda key: AssessmentBooking(
                key=key,
                journey_id=claim.journey_id,
                site=booking.site,
                party=booking.party,
                on=booking.on,
                person=claim.insured.ref,
            ),
        )
        self.case.change(appointment=receipt.appointment_id)

    async def admit(self, purpose: str, on: date) -> None:
        """Have the patient admitted, for `apheresis` or `infusion`."""
        before, self._asking = self._asking, purpose
        receipt = await self.desk.hand_off(
            PartnerName.HOSPITAL, Hospital.admit, lambda key: self._admission(key, purpose, on)
        )
        self._asking = before
        self.case.change(appointment=receipt.appointment_id)

    def _admission(self, key: str, purpose: str, on: date) -> Admission:
        claim, therapy = self.case.claim, self.case.therapy
        return Admission(
            key=key,
            journey_id=claim.journey_id,
            site=therapy.site,
            party=therapy.party,
            purpose=purpose,
            on=on,
            person=claim.insured.ref,
        )

    def kept(self) -> None:
        """The patient came, and what the appointment was for is done or begun: nobody calls it off any more."""
        self.case.change(appointment="")

    async def cancel_appointment(self, *, goes_on: bool) -> None:
        """The patient does not come; `goes_on`: the therapy does all the same."""
        appointment = self.case.therapy.appointment
        if not appointment:
            return
        self.case.change(appointment="")
        await self.desk.take_back(
            PartnerName.HOSPITAL,
            Hospital.cancel_appointment,
            lambda key: AppointmentCancellation(
                key=key, journey_id=self.case.claim.journey_id, appointment_id=appointment, goes_on=goes_on
            ),
        )

    # Manufacturer

    async def take_slot(self) -> None:
        """A manufacturing slot, with the identifier that links cells and patient."""
        claim, therapy = self.case.claim, self.case.therapy
        slot = await self.desk.hand_off(
            PartnerName.MANUFACTURER,
            Manufacturer.reserve_slot,
            lambda key: SlotRequest(
                key=key,
                journey_id=claim.journey_id,
                product=claim.product,
                drug_id=self.case.plan.drug_id,
                drug_name=self.case.plan.drug_label,
                site=therapy.site,
                apheresis_on=therapy.collected_on or therapy.apheresis_planned_on or today(),
                coi=therapy.coi,
            ),
        )
        self.case.change(slot=slot.slot_id, coi=slot.coi, manufacturer=slot.manufacturer, conditions=slot.conditions)

    async def _give_up_slot(self) -> None:
        """A slot in which nothing is made any more goes back to the manufacturer."""
        therapy = self.case.therapy
        if not therapy.slot or therapy.released:
            return
        await self.desk.take_back(
            PartnerName.MANUFACTURER,
            Manufacturer.cancel_slot,
            lambda key: SlotCancellation(key=key, journey_id=self.case.claim.journey_id, slot_id=therapy.slot),
        )

    # Cryo courier

    async def ship(self, material: Material) -> None:
        """Have cells brought where they are needed next."""
        before, self._asking = self._asking, material
        booked = await self.desk.hand_off(
            PartnerName.CRYO_COURIER, CryoCourier.book_shipment, lambda key: self._shipment(key, material)
        )
        self._asking = before
        self.case.change(shipment=booked.shipment_id)

    def _shipment(self, key: str, material: Material) -> ShipmentBooking:
        therapy, view = self.case.therapy, self.case.view
        sender, recipient = (
            (view.starting_material_at or therapy.party, therapy.manufacturer)
            if material is Material.STARTING_MATERIAL
            else (view.product_at or therapy.manufacturer, therapy.party)
        )
        return ShipmentBooking(
            key=key,
            journey_id=self.case.claim.journey_id,
            material=material,
            coi=therapy.coi,
            din=therapy.din,
            sender=sender,
            recipient=recipient,
            ready_on=today(),
            conditions=next((each for each in therapy.conditions if each.material is material), None),
        )

    def arrived(self) -> bool:
        """Whether the product is with the institution that is to infuse it."""
        return self.case.view.product_at == self.case.therapy.party

    def brought(self, material: Material) -> None:
        """Something was told of cells: where they are where they were to be brought, no transport stands any more."""
        at_manufacturer = self.case.view.starting_material_at == self.case.therapy.manufacturer
        if self.arrived() if material is Material.PRODUCT else at_manufacturer:
            self.case.change(shipment="")

    async def _cancel_shipment(self) -> None:
        """Cells are not to be carried; what is on its way already arrives."""
        shipment = self.case.therapy.shipment
        if not shipment:
            return
        self.case.change(shipment="")
        await self.desk.take_back(
            PartnerName.CRYO_COURIER,
            CryoCourier.cancel_shipment,
            lambda key: ShipmentCancellation(key=key, journey_id=self.case.claim.journey_id, shipment_id=shipment),
        )

    # All of them

    async def follow(self) -> None:
        """The therapy goes on elsewhere: the patient is admitted there, and a product that is made is brought there."""
        therapy, stage = self.case.therapy, self.journey.record.status.stage
        if stage is Stage.APHERESIS and self._asking != "apheresis":
            await self.cancel_appointment(goes_on=True)
            await self.admit("apheresis", max(therapy.apheresis_planned_on or today(), today()))
        elif stage is Stage.PRE_INFUSION_EXAMINATION and self._asking != "infusion":
            await self.cancel_appointment(goes_on=True)
            await self.admit("infusion", today())
        if therapy.released and not self.arrived() and self._asking is not Material.PRODUCT:
            await self._cancel_shipment()
            await self.ship(Material.PRODUCT)

    async def call_off(self, *, goes_on: bool = False) -> None:
        """Nothing that is booked is needed; `goes_on`: it is booked anew."""
        await self.cancel_appointment(goes_on=goes_on)
        await self._cancel_shipment()
        await self._give_up_slot()

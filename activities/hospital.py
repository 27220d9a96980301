"""The hospital: it holds the medical papers, and where it is a designated institution, it gives CAR-T therapies."""

from temporalio import activity

from activities.orders import order, personal
from activities.ports import PartnerPort, PersonalRecords
from schemas.partners import (
    Admission,
    AppointmentCancellation,
    AppointmentCancelled,
    AppointmentReceipt,
    AssessmentBooking,
    RecordsReceipt,
    RecordsRequest,
)


class Hospital:
    """Requests to the hospital; raises `PartnerError`."""

    def __init__(self, client: PartnerPort, people: PersonalRecords) -> None:
        """Speak through `client`; `people` gives what the hospital finds its patient by."""
        self._client = client
        self._people = people

    @activity.defn(name="hospital.request_records")
    async def request_records(self, request: RecordsRequest) -> RecordsReceipt:
        """Ask for missing papers; they come by call-back."""
        insured = await self._people.person(request.person)
        asked = order(request, person=personal(insured, "name", "id_document", "birth_date"))
        return await self._client.write("request_records", ("records-requests",), RecordsReceipt, asked)

    @activity.defn(name="hospital.book_assessment")
    async def book_assessment(self, booking: AssessmentBooking) -> AppointmentReceipt:
        """Book the assessment of the patient; what it found comes by call-back."""
        return await self._appointment("book_assessment", "assessments", booking)

    @activity.defn(name="hospital.admit")
    async def admit(self, admission: Admission) -> AppointmentReceipt:
        """Have the patient admitted; each step of the therapy comes by call-back."""
        return await self._appointment("admit", "admissions", admission)

    @activity.defn(name="hospital.cancel_appointment")
    async def cancel_appointment(self, cancellation: AppointmentCancellation) -> AppointmentCancelled:
        """Take an appointment back; cancelling twice is harmless, and too late is an answer, not an error."""
        path = ("appointments", cancellation.appointment_id, "cancellation")
        asked = order(cancellation, leave_out=frozenset({"appointment_id"}))
        cancelled = await self._client.write("cancel_appointment", path, AppointmentCancelled, asked)
        same = cancelled.appointment_id == cancellation.appointment_id
        self._client.expect("cancel_appointment", "appointment_id: the answer is about another one", sound=same)
        return cancelled

    async def _appointment(
        self, operation: str, kind: str, booking: AssessmentBooking | Admission
    ) -> AppointmentReceipt:
        insured = await self._people.person(booking.person)
        asked = order(booking, person=personal(insured, "name", "id_document", "birth_date"))
        receipt = await self._client.write(operation, (kind,), AppointmentReceipt, asked)
        later = receipt.on >= booking.on
        self._client.expect(operation, "on: lies before the day that was asked for", sound=later)
        return receipt

"""The treating hospital: it holds the medical papers."""

from temporalio import activity

from activities.orders import order, personal
from activities.ports import PartnerPort, PersonalRecords
from schemas.partners import RecordsReceipt, RecordsRequest


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

"""The charity foundations: aid programs and applications to them."""

from temporalio import activity

from activities.orders import order, personal
from activities.ports import PartnerPort, PersonalRecords
from schemas.decision import AidStanding
from schemas.partners import AidApplication, AidProgram, AidProgramQuery, AidQuery, AidReceipt

_PROGRAM = frozenset({AidStanding.NO_PROGRAM, AidStanding.NOT_QUALIFIED, AidStanding.OPEN})


class Foundation:
    """Questions and orders to the foundations; raises `PartnerError`."""

    def __init__(self, client: PartnerPort, people: PersonalRecords) -> None:
        """Speak through `client`; `people` gives the personal data an application must state."""
        self._client = client
        self._people = people

    @activity.defn(name="foundation.program")
    async def program(self, query: AidProgramQuery) -> AidProgram:
        """Whether a program exists and this patient would qualify."""
        program = await self._client.read("program", ("programs",), AidProgram, query.model_dump(mode="json"))
        known = program.standing in _PROGRAM
        self._client.expect("program", f"standing: none of {sorted(_PROGRAM)}", sound=known)
        named = program.standing is not AidStanding.OPEN or bool(program.program_id)
        self._client.expect("program", "program_id: an open program must have one", sound=named)
        return program

    @activity.defn(name="foundation.apply")
    async def apply(self, application: AidApplication) -> AidReceipt:
        """Apply on the patient's behalf; the outcome comes by call-back."""
        insured = await self._people.person(application.person)
        stated = personal(insured, "name", "id_document", "birth_date", "citizenship", "phone", "address")
        return await self._client.write("apply", ("applications",), AidReceipt, order(application, person=stated))

    @activity.defn(name="foundation.application")
    async def application(self, query: AidQuery) -> AidReceipt:
        """How an application stands; the fallback when no call-back has come."""
        receipt = await self._client.read("application", ("applications", query.application_id), AidReceipt)
        same = receipt.application_id == query.application_id
        self._client.expect("application", "application_id: the answer is about another application", sound=same)
        return receipt

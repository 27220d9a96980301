"""The charity foundations, played: aid programs per drug, applications, the donated drug's collection."""

import secrets
from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from sandbox.behaviours import Behaviour
from sandbox.callbacks import Callback, plan_told
from sandbox.database import load
from sandbox.desk import AtDesk, Reading, Writing
from sandbox.outcomes import AidOutcome
from sandbox.people import Applicant
from sandbox.problems import RESPONSES, ProblemError
from schemas.decision import AidStanding
from schemas.names import DrugId
from schemas.partners import AidProgram, AidProgramQuery, AidReceipt, PartnerName
from schemas.people import Citizenship
from schemas.shape import Strict

if TYPE_CHECKING:
    from sandbox.database import Connection

router = APIRouter(prefix="/foundation", tags=[PartnerName.FOUNDATION.value], responses=RESPONSES)
_BOOKS = load("books")


class Application(Strict):
    """One application to a program."""

    program_id: str
    drug_id: DrugId
    prescription_number: str
    person: Applicant


@router.get("/programs")
async def program(question: Annotated[AidProgramQuery, Query()], call: Reading, desk: AtDesk) -> AidProgram:
    """Whether there is a program for the drug and the patient qualifies: mainland citizens do."""
    return await desk.read(call, question.model_dump(mode="json"), partial(_program, question))


async def _program(question: AidProgramQuery, connection: "Connection", _: Behaviour) -> AidProgram:
    row = await connection.fetchrow(_BOOKS["program"], question.drug_id)
    if row is None:
        return AidProgram(standing=AidStanding.NO_PROGRAM)
    qualified = question.citizenship is Citizenship.MAINLAND
    return AidProgram(standing=AidStanding.OPEN if qualified else AidStanding.NOT_QUALIFIED, **row)


@router.post("/applications", status_code=201)
async def apply(application: Application, call: Writing, desk: AtDesk) -> AidReceipt:
    """Take an application; outcome and collection are called back and can be asked."""

    async def work(connection: "Connection", told: Behaviour) -> AidReceipt:
        receipt = await _apply(connection, call.journey_id, application)
        await _plan_outcome(connection, call.journey_id, receipt.application_id, told, desk.pace)
        return receipt

    return await desk.write(call, application, AidReceipt, work)


async def _apply(connection: "Connection", journey_id: str, application: Application) -> AidReceipt:
    known = await connection.fetchrow(_BOOKS["program"], application.drug_id)
    if known is None or known["program_id"] != application.program_id:
        raise ProblemError(404, "no such program for this drug", field="program_id")
    if application.person.citizenship is not Citizenship.MAINLAND:
        raise ProblemError(422, "only mainland citizens may apply", field="person.citizenship")
    application_id = f"aid-{secrets.token_hex(8)}"
    asked = (application.program_id, application.drug_id, application.prescription_number)
    person = application.person.model_dump(mode="json")
    await connection.execute(_BOOKS["add_application"], application_id, journey_id, *asked, person)
    return AidReceipt(application_id=application_id, standing=AidStanding.UNDER_REVIEW)


async def _plan_outcome(
    connection: "Connection", journey_id: str, application_id: str, told: Behaviour, pace: float
) -> None:
    outcome = AidOutcome.model_validate(told.outcome)
    known = {"application_id": application_id}
    decided = known | {"approved": outcome.approved, "reason": outcome.reason}
    callback = Callback(PartnerName.FOUNDATION, journey_id, "record_aid_outcome", application_id, decided)
    first = await plan_told(connection, callback, told, pace)
    if outcome.approved and outcome.collected is not None:
        fetched = known | {"collected": outcome.collected, "own_reason": outcome.own_reason}
        callback = callback._replace(type="record_aid_collection", data=fetched)
        await plan_told(connection, callback, told, 2 * pace, first)


@router.get("/applications/{application_id}")
async def application(application_id: str, call: Reading, desk: AtDesk) -> AidReceipt:
    """How an application stands."""
    return await desk.read(call, {"application_id": application_id}, partial(_application, application_id))


async def _application(application_id: str, connection: "Connection", _: Behaviour) -> AidReceipt:
    row = await connection.fetchrow(_BOOKS["application"], application_id)
    if row is None:
        raise ProblemError(404, "no application of this id", field="application_id")
    return AidReceipt(**row)

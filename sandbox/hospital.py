"""The treating hospital, played: sends the papers it is asked for."""

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import Field

from sandbox.behaviours import Behaviour
from sandbox.callbacks import Callback, plan_told
from sandbox.database import load
from sandbox.desk import AtDesk, Writing
from sandbox.outcomes import RecordsOutcome
from sandbox.people import PatientOnFile
from sandbox.problems import RESPONSES
from schemas.civil import china_date
from schemas.papers import Paper, PaperForm, PaperKind
from schemas.partners import PartnerName, RecordsReceipt
from schemas.shape import Strict

if TYPE_CHECKING:
    from sandbox.database import Connection

router = APIRouter(prefix="/hospital", tags=[PartnerName.HOSPITAL.value], responses=RESPONSES)
_BOOKS = load("books")


class Records(Strict):
    """Send these papers of this patient."""

    hospital: str
    kinds: tuple[PaperKind, ...] = Field(min_length=1)
    person: PatientOnFile


@router.post("/records-requests", status_code=201)
async def request_records(records: Records, call: Writing, desk: AtDesk) -> RecordsReceipt:
    """Take a request; the papers are called back."""

    async def work(connection: "Connection", told: Behaviour) -> RecordsReceipt:
        request_id = f"rec-{secrets.token_hex(8)}"
        row = (records.hospital, list(records.kinds), records.person.model_dump(mode="json"))
        await connection.execute(_BOOKS["add_records_request"], request_id, call.journey_id, *row)
        outcome = RecordsOutcome.model_validate(told.outcome)
        data = {"papers": _papers(records.kinds if outcome.kinds is None else outcome.kinds, request_id)}
        sent = Callback(PartnerName.HOSPITAL, call.journey_id, "submit_papers", request_id, data)
        await plan_told(connection, sent, told, desk.pace)
        return RecordsReceipt(request_id=request_id)

    return await desk.write(call, records, RecordsReceipt, work)


def _papers(kinds: tuple[PaperKind, ...], reference: str) -> list[dict[str, object]]:
    today = china_date(datetime.now(UTC))
    papers = (Paper(kind=kind, form=PaperForm.ORIGINAL, received_on=today, reference=reference) for kind in kinds)
    return [paper.model_dump(mode="json") for paper in papers]

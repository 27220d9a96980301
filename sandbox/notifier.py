"""The notifier, played: keeps every message where a test or a person can read it."""

import secrets
from typing import TYPE_CHECKING

from fastapi import APIRouter

from sandbox.behaviours import Behaviour
from sandbox.database import load
from sandbox.desk import AtDesk, Writing
from sandbox.people import Addressee
from sandbox.problems import RESPONSES, ProblemError
from schemas.partners import PartnerName, Sent
from schemas.shape import Strict
from schemas.text import Bilingual

if TYPE_CHECKING:
    from sandbox.database import Connection

router = APIRouter(prefix="/notifier", tags=[PartnerName.NOTIFIER.value], responses=RESPONSES)
_BOOKS = load("books")


class OutgoingMessage(Strict):
    """One message for a person or a team."""

    template: str
    text: Bilingual
    team: str = ""
    person: Addressee | None = None


@router.post("/messages", status_code=201)
async def send(message: OutgoingMessage, call: Writing, desk: AtDesk) -> Sent:
    """Take a message."""

    async def work(connection: "Connection", _: Behaviour) -> Sent:
        if not message.person and not message.team:
            raise ProblemError(422, "state a person or a team", field="person")
        message_id = f"msg-{secrets.token_hex(8)}"
        person = message.person.model_dump(mode="json") if message.person else None
        row = (message.template, message.team, message.text.model_dump(), person)
        await connection.execute(_BOOKS["add_message"], message_id, call.journey_id, *row)
        return Sent(message_id=message_id)

    return await desk.write(call, message, Sent, work)

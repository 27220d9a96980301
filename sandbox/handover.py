"""What is said of a hand-over, and how the voucher code gets from the patient's message to whoever asks for it."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.database import load
from sandbox.outcomes import HandOverOutcome
from schemas.civil import china_date

if TYPE_CHECKING:
    from sandbox.database import Connection

VOUCHER_TEMPLATE = "voucher_issued"
_BOOKS = load("books")
_CODE = re.compile(r"(?<![0-9A-Za-z-])(?=[0-9-]*[A-Z])[0-9A-Z][0-9A-Z-]{4,30}[0-9A-Z](?![0-9A-Za-z-])")
"""Capitals and digits with at least one capital, which keeps dates apart."""


def handed_over(outcome: HandOverOutcome) -> dict[str, object]:
    """The call-back's data; an empty voucher code is filled in when the patient is met."""
    today = china_date(datetime.now(UTC))
    papers = [paper.model_copy(update={"received_on": today}).model_dump(mode="json") for paper in outcome.papers]
    return {
        "collector": outcome.collector.value,
        "voucher_code": outcome.voucher_code,
        "identity_verified": outcome.identity_verified,
        "papers": papers,
    }


async def code_shown(connection: "Connection", journey_id: str) -> str | None:
    """The code in the patient's newest voucher message; None while they have none."""
    text = await connection.fetchval(_BOOKS["last_text"], journey_id, VOUCHER_TEMPLATE)
    found = _CODE.search(text or "")
    return found.group() if found else None

"""Listening: what somebody says while a journey looks after its clock is heard."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from schemas.action_input import ActionInput
from schemas.journey import JourneyStatus, Stage, WaitingFor
from schemas.people import ActorRole
from tests import people
from workflows.journey import Journey
from workflows.record import JourneyRecord
from workflows.waiting import Waiting

SAID = people.withdraw()
POLLED = people.review()


def listening(look: Callable[[Journey], Awaitable[ActionInput | None]], monkeypatch: pytest.MonkeyPatch) -> Journey:
    """A journey whose deadline passes once, and which does `look` then."""
    fields: dict[str, Any] = {"journey_id": "journey", "revision": 0, "escalations": (), "papers": ()}
    status = JourneyStatus.model_construct(**fields, stage=Stage.PRESCRIPTION_REVIEW)
    insured: Any = type("Insured", (), {"ref": "person"})()
    journey = Journey(JourneyRecord(status), insured, "")

    async def passed(_: Waiting) -> bool:
        return True

    async def looked(_: Waiting) -> ActionInput | None:
        return await look(journey)

    monkeypatch.setattr(journey, "_news_or_timeout", passed)
    monkeypatch.setattr(journey, "_overdue_or_silent", looked)
    return journey


@pytest.mark.parametrize("polled", [None, POLLED], ids=["nothing polled", "something polled"])
async def test_what_is_said_meanwhile_is_heard(polled: ActionInput | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An action that was taken is never lost, whatever the partner said when it was asked."""

    async def look(journey: Journey) -> ActionInput | None:
        journey.inbox.answer = SAID
        return polled

    journey = listening(look, monkeypatch)
    wait: Any = Waiting(WaitingFor.REVIEW, ActorRole.PHARMACIST, None)  # type: ignore[arg-type]
    assert await journey.listen(wait) is SAID


async def test_what_is_polled_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody spoke."""

    async def look(_: Journey) -> ActionInput | None:
        return POLLED

    journey = listening(look, monkeypatch)
    wait: Any = Waiting(WaitingFor.REVIEW, ActorRole.PHARMACIST, None)  # type: ignore[arg-type]
    assert await journey.listen(wait) is POLLED

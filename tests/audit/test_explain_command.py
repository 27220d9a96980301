"""`journeys audit explain`: what it says where there is nothing to explain."""

import asyncio

import pytest

from privacy.erasing import Erasing
from tests.audit.travelled import Books, Travelled
from workers.cli import run

pytestmark = pytest.mark.usefixtures("logs_as_before")


async def test_a_decision_of_an_erased_journey_is_told_as_erased(
    travelled: Travelled, reached: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not as one that was never taken."""
    journey = travelled.withdrawn
    person = await reached.pool.fetchval("SELECT person_ref FROM claim WHERE journey_id = $1", journey)
    erasing = Erasing(reached.pool, reached.vault)
    await erasing.carry_out(await erasing.plan(person), by="os:tests", reason="request 1")
    assert await asyncio.to_thread(run, ["audit", "explain", journey, "1"]) == 2
    assert "DECISION: the journey was erased; none of its decisions can be told any more" in capsys.readouterr().err

"""What the delivery of kept actions writes into the log: who was refused, and what will be tried again."""

from http import HTTPStatus

import pytest
from structlog.testing import capture_logs

from console.database import DatabaseAwayError
from console.kept import KeptAction
from console.performing import FailedActionError, InvalidActionError, RefusedError, TemporalAwayError
from console.problems import ProblemError
from schemas.actions import Withdraw
from schemas.people import Actor, ActorRole
from workers.delivery import Delivery

_ACTION = Withdraw(key="key-00001", actor=Actor(role=ActorRole.SERVICE_AGENT, id="agent-7"), reason="x")


class Failing:
    """One kept action, whose delivery fails."""

    def __init__(self, problem: ProblemError) -> None:
        """Fail with `problem`."""
        self._problem = problem

    async def claim(self, most: int, seconds: float) -> list[KeptAction]:
        """The one action."""
        del most, seconds
        return [KeptAction(1, "journey-" + "a" * 20, _ACTION)]

    async def deliver(self, kept: KeptAction) -> None:
        """It fails."""
        del kept
        raise self._problem


async def _logged(problem: ProblemError) -> str:
    with capture_logs() as logs:
        assert await Delivery(Failing(problem)).deliver_due() == 1  # type: ignore[arg-type]  # played
    return str(logs[-1]["event"])


@pytest.mark.parametrize("problem", [TemporalAwayError("Temporal"), DatabaseAwayError(), FailedActionError()])
async def test_what_is_tried_again_is_not_logged_as_refused(problem: ProblemError) -> None:
    """A server that is away and a fault of ours say nothing about the action."""
    assert await _logged(problem) == "action.not_delivered"


@pytest.mark.parametrize(
    "problem",
    [RefusedError("no"), InvalidActionError("reason: no"), ProblemError(HTTPStatus.NOT_FOUND, "journey-unknown", "no")],
)
async def test_a_refusal_is_logged_as_one(problem: ProblemError) -> None:
    """Not possible, not valid and not known are answers."""
    assert await _logged(problem) == "action.refused"

"""Histories from the server: where it goes away midway, that is a finding, and what came before it stands."""

from typing import Any

from temporalio.service import RPCError, RPCStatusCode

from audit import live
from audit.replaying import Replayed, Verdict


class BreaksOff:
    """A server that goes away while it lists its runs."""

    namespace = "default"

    @property
    def workflow_service(self) -> "BreaksOff":
        """Itself."""
        return self

    async def list_workflow_executions(self, request: object, *, retry: bool) -> object:
        """Nothing comes."""
        del request, retry
        message = "connection refused"
        raise RPCError(message, RPCStatusCode.UNAVAILABLE, b"")


async def test_a_list_that_breaks_off_is_told() -> None:
    """Not thrown: what was replayed before it is still reported."""
    client: Any = BreaksOff()
    [told] = [each async for each in live.runs(client, "")]
    assert isinstance(told, Replayed)
    assert (told.verdict, told.reason) == (
        Verdict.NOT_REPLAYED,
        "the server does not go on with it: connection refused",
    )

"""Making a build current: a Temporal server that goes away meanwhile is waited for, one that stays away is named."""

import pytest
from temporalio.service import RPCError, RPCStatusCode

from workers.settings import Settings
from workers.stack import release
from workers.stack.adoption import Adoption

AWAY = RPCError("transport error", RPCStatusCode.UNKNOWN, b"")


class Server:
    """Answers once it has been asked often enough."""

    def __init__(self, away: int) -> None:
        """Be away for so many questions."""
        self.away = away
        self.asked = 0

    async def release(self, _: Settings) -> Adoption:
        """Release, or be away."""
        self.asked += 1
        if self.asked <= self.away:
            raise AWAY
        return Adoption(moved=("journey-a",), stuck={})


async def test_a_release_begins_anew_when_the_server_went_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed and started again, the server gets the whole release once more."""
    server = Server(away=2)
    monkeypatch.setattr(release, "_release", server.release)
    monkeypatch.setattr(release, "_PAUSE_SECONDS", 0)
    assert (await release.release(Settings())).moved == ("journey-a",)
    assert server.asked == 3


async def test_a_server_that_stays_away_ends_the_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the patience is over the reason comes out."""
    monkeypatch.setattr(release, "_release", Server(away=10**6).release)
    monkeypatch.setattr(release, "_PATIENCE_SECONDS", 0)
    monkeypatch.setattr(release, "_PAUSE_SECONDS", 0)
    with pytest.raises(RPCError, match="transport error"):
        await release.release(Settings())

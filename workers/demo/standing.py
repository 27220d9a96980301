"""How far a demonstration has come, in words: how many journeys have settled, and what the others wait for."""

from collections.abc import Iterator, Mapping, Sequence

from console.views import JourneyView
from schemas.claim import ClaimReport
from schemas.journey import CLOSED_STAGES, Stage, WaitingFor


class Standing:
    """Where the claims of one play stand; every answer is of the moment in which it is asked for."""

    def __init__(self, views: Mapping[str, JourneyView], claims: Sequence[ClaimReport]) -> None:
        """Tell of `claims`; `views` is the latest known state by claim number and may change meanwhile."""
        self.views = views
        self.claims = claims

    @property
    def all_ended(self) -> bool:
        """Whether no journey goes on."""
        stages = [view.stage for view in self.views.values()]
        return len(stages) == len(self.claims) and all(stage in CLOSED_STAGES for stage in stages)

    @property
    def settled(self) -> str:
        """How many have settled, e.g. `3 of 5 settled`."""
        count = sum(view.stage is Stage.COMPLETED for view in self.views.values())
        return f"{count} of {len(self.claims)} settled"

    def unsettled(self) -> Iterator[str]:
        """Each journey that has not settled and what it waits for, e.g. `CLCR-2026-0003 hand_over on courier`."""
        for claim in self.claims:
            view = self.views.get(claim.claim_number)
            if view is None or view.stage is not Stage.COMPLETED:
                yield f"{claim.claim_number} {_wait(view)}"

    def line(self) -> str:
        """All of it, e.g. `4 of 5 settled; waiting: CLCR-2026-0003 hand_over on courier`."""
        return "; waiting: ".join(filter(None, (self.settled, ", ".join(self.unsettled()))))


def _wait(view: JourneyView | None) -> str:
    if view is None:
        return "not started"
    if view.stage in CLOSED_STAGES:
        return f"ended: {view.stage}"
    if view.wait.what is WaitingFor.NOTHING:
        return f"at work: {view.stage}"
    return f"{view.wait.what} on {view.wait.on}" if view.wait.on else view.wait.what

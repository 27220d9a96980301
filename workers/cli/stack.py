"""`journeys up`: the embedded stack in the foreground."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from workers.cli.foreground import in_foreground
from workers.logs import configure_logs
from workers.settings import DEFAULT_STATE, Settings
from workers.stack.addresses import addresses
from workers.stack.embedded import EmbeddedStack
from workers.stack.session import run_with_stack, until_interrupted
from workers.stack.state import StateFolder

_SAMPLE_POLICIES = Path(__file__).parents[2] / "samples" / "policies.json"
_State = Annotated[Path, Parameter(env_var="JOURNEYS_STATE")]


def up(*, state: _State = DEFAULT_STATE, services_only: bool = False) -> int:
    """Run the embedded stack until Ctrl-C: Temporal, PostgreSQL, partners, workers, gateway.

    Parameters
    ----------
    state
        Folder that keeps everything between two starts.
    services_only
        Start Temporal and PostgreSQL only, to run our own processes by hand.

    """
    configure_logs(Settings(journeys_state=state))
    return in_foreground(_up(state, services_only=services_only))


async def _up(state: Path, *, services_only: bool) -> int:
    async def tell(stack: EmbeddedStack) -> int:
        Console(soft_wrap=True, highlight=False).print(addresses(stack.settings, services_only=services_only))
        sys.stdout.flush()
        return await until_interrupted()

    # The insurer, played, knows the sample claims' policies: reported by hand, they travel as in the demonstration.
    known = {"sandbox_policies": str(_SAMPLE_POLICIES)} if _SAMPLE_POLICIES.is_file() else {}
    return await run_with_stack(EmbeddedStack(StateFolder(state), services_only=services_only, sandbox=known), tell)

"""Commands that run the embedded stack: `journeys up` and `journeys demo`."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console

from workers.cli.failures import CommandError
from workers.demo.clients import RefusedError
from workers.demo.run import NotSettledError, Wanted, demonstrate
from workers.demo.samples import SamplesError
from workers.demo.table import addresses
from workers.logs import configure_logs
from workers.settings import DEFAULT_STATE, Settings
from workers.stack.embedded import EmbeddedStack
from workers.stack.postgres import PostgresFailedError
from workers.stack.session import run_with_stack, until_interrupted
from workers.stack.state import StackRunningError, StateFolder, StateFolderError
from workers.stack.supervisor import PartFailedError

_EXPECTED = (
    NotSettledError,
    PartFailedError,
    PostgresFailedError,
    RefusedError,
    SamplesError,
    StackRunningError,
    StateFolderError,
)
_State = Annotated[Path, Parameter(env_var="JOURNEYS_STATE")]
_Seconds = Parameter(validator=Number(gte=0, lte=86_400))


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
    return _run(_up(state, services_only=services_only))


def demo(
    *,
    state: _State = DEFAULT_STATE,
    pace: Annotated[float | None, _Seconds] = None,
    exit_: Annotated[bool, Parameter(name="--exit", negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
    timeout: Annotated[float, _Seconds] = 300,
) -> int:
    """Play the sample claims of all products through the stack, live.

    Starts the stack unless one runs on the state folder already. Interrupted and run again, it goes on where it was.

    Parameters
    ----------
    state
        Folder that keeps everything between two starts.
    pace
        Seconds between two people's moves; 1.5 unless told, 0 with --exit.
    exit_
        End when every journey has ended; status 0 only when all of them settled.
    json
        Print a summary for programs instead of the table.
    timeout
        With --exit: seconds after which to give up.

    """
    chosen = pace if pace is not None else 0 if exit_ else 1.5
    return _run(demonstrate(state, Wanted(pace=chosen, exit_when_settled=exit_, as_json=json, timeout=timeout)))


async def _up(state: Path, *, services_only: bool) -> int:
    async def tell(stack: EmbeddedStack) -> int:
        Console(soft_wrap=True, highlight=False).print(addresses(stack.settings))
        sys.stdout.flush()
        return await until_interrupted()

    return await run_with_stack(EmbeddedStack(StateFolder(state), services_only=services_only), tell)


def _run(work: Coroutine[Any, Any, int]) -> int:
    try:
        return asyncio.run(work)
    except* _EXPECTED as group:
        raise CommandError("\n".join(_messages(group))) from None


def _messages(error: BaseException) -> list[str]:
    if isinstance(error, BaseExceptionGroup):
        return [message for inner in error.exceptions for message in _messages(inner)]
    return [str(error)]

"""`journeys demo`: the sample claims of all products, played through the stack."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from workers.cli.foreground import in_foreground
from workers.demo.clients import RefusedError
from workers.demo.run import NotSettledError, Wanted, demonstrate
from workers.demo.samples import SamplesError
from workers.settings import DEFAULT_STATE

_Seconds = Parameter(validator=Number(gte=0, lte=86_400))


def demo(
    *,
    state: Annotated[Path, Parameter(env_var="JOURNEYS_STATE")] = DEFAULT_STATE,
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
    wanted = Wanted(pace=chosen, exit_when_settled=exit_, as_json=json, timeout=timeout)
    return in_foreground(demonstrate(state, wanted), NotSettledError, RefusedError, SamplesError)

"""`journeys demo`: the sample claims of all products, played through the stack."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from workers.cli.failures import BadInputError
from workers.cli.foreground import in_foreground
from workers.demo.clients import RefusedError
from workers.demo.run import Wanted, demonstrate
from workers.demo.samples import SamplesError
from workers.settings import DEFAULT_STATE

_TIMEOUT_SECONDS = 300.0


def demo(
    *,
    state: Annotated[Path, Parameter(env_var="JOURNEYS_STATE")] = DEFAULT_STATE,
    pace: Annotated[float | None, Parameter(validator=Number(gte=0, lte=86_400))] = None,
    exit_: Annotated[bool, Parameter(name="--exit", negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
    timeout: Annotated[float | None, Parameter(validator=Number(gt=0, lte=86_400))] = None,
) -> int:
    """Play the sample claims of all products through the stack, live.

    Starts the stack unless one runs on the state folder already. Interrupted, it says what has not settled and ends
    with status 130; run again, it goes on where it was.

    Parameters
    ----------
    state
        Folder that keeps everything between two starts.
    pace
        Seconds between two people's moves; 1.5 unless told, 0 with --exit.
    exit_
        End when every journey has ended; status 0 only when all of them settled.
    json
        Print a summary for programs instead of the table, also when not all settled.
    timeout
        With --exit: seconds after which to give up with status 1, the start of the stack included; 300 unless told.

    """
    if timeout is not None and not exit_:
        message = "--timeout: only with --exit; without it everything stays up until Ctrl-C"
        raise BadInputError(message)
    wanted = Wanted(
        pace=pace if pace is not None else 0 if exit_ else 1.5,
        as_json=json,
        exit_when_settled=exit_,
        timeout=timeout or _TIMEOUT_SECONDS if exit_ else None,
    )
    return in_foreground(demonstrate(state, wanted), RefusedError, SamplesError)

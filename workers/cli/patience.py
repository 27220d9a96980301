"""How long a command may be told to wait for a replay."""

from math import isfinite
from typing import Any

_SHORTEST, _LONGEST = 1, 3600


def a_while(_type: Any, seconds: float) -> None:  # noqa: ANN401 - as cyclopts calls it
    """Raise ValueError unless this is long enough for a history to be replayed at all."""
    if not (isfinite(seconds) and _SHORTEST <= seconds <= _LONGEST):
        message = f"give a number of seconds from {_SHORTEST} to {_LONGEST}"
        raise ValueError(message)

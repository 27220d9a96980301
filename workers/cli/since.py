"""The day or time of `--since`, by China's clock."""

from datetime import datetime

from schemas.civil import CHINA
from workers.cli.failures import BadInputError

_FIRST, _LAST = 1970, 9998


def moment_of(since: datetime) -> datetime:
    """With its zone; raises BadInputError where servers cannot be asked for it."""
    if not _FIRST <= since.year <= _LAST:
        message = f"--since {since.date()}: give a day from {_FIRST} to {_LAST}, e.g. 2026-11-20"
        raise BadInputError(message)
    return since if since.tzinfo else since.replace(tzinfo=CHINA)

"""Running a stack for a command: what can be expected to go wrong becomes a message."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from storage.migrations import MigrationError
from workers.cli.failures import CommandError
from workers.stack.postgres import PostgresFailedError
from workers.stack.state import StackRunningError, StateFolderError
from workers.stack.supervisor import PartFailedError

_EXPECTED = (MigrationError, PartFailedError, PostgresFailedError, StackRunningError, StateFolderError)


def in_foreground(work: Coroutine[Any, Any, int], *expected: type[Exception]) -> int:
    """Run `work` to its end; a failure of the stack or one of `expected` is raised as CommandError."""
    known: tuple[type[Exception], ...] = (*_EXPECTED, *expected)
    try:
        return asyncio.run(work)
    except* known as group:
        raise CommandError("\n".join(_messages(group))) from None


def _messages(error: BaseException) -> list[str]:
    if isinstance(error, BaseExceptionGroup):
        return [message for inner in error.exceptions for message in _messages(inner)]
    return [str(error)]

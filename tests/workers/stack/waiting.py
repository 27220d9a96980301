"""Waiting for a condition, with a limit and without a guess at how long it takes."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_LIMIT_SECONDS = 30


async def eventually(condition: Callable[[], bool | Awaitable[bool]], what: str) -> None:
    """Return once `condition` holds; fail naming `what` when it does not within the limit."""
    deadline = time.monotonic() + _LIMIT_SECONDS
    while time.monotonic() < deadline:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        await asyncio.sleep(0.02)
    message = f"not within {_LIMIT_SECONDS} s: {what}"
    raise AssertionError(message)

"""Waiting for a condition, with a limit and without a guess at how long it takes."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def eventually(condition: Callable[[], bool | Awaitable[bool]], what: str, *, seconds: float = 30) -> None:
    """Return once `condition` holds; fail naming `what` when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        await asyncio.sleep(0.02)
    message = f"not within {seconds:.0f} s: {what}"
    raise AssertionError(message)

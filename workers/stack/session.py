"""A stack in the foreground: it runs while some work is done and ends cleanly on Ctrl-C, at once on a second one."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from workers.stack.embedded import EmbeddedStack

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 130
"""Exit status of a program ended by Ctrl-C before its work was done."""
_log = structlog.get_logger("workers.stack")


async def run_with_stack(stack: EmbeddedStack, work: Callable[[EmbeddedStack], Awaitable[int]]) -> int:
    """Start `stack`, await `work` with it, end the stack; returns what `work` returned.

    SIGINT, SIGTERM or SIGHUP cancels start or work and ends the stack (returns INTERRUPTED unless `work` answers the
    cancellation with a status of its own); a second one kills what is left.
    """
    return await until_told_to_end(_session(stack, work), at_once=stack.supervisor.force)


async def until_told_to_end(work: Coroutine[Any, Any, int], *, at_once: Callable[[], object] = lambda: None) -> int:
    """Await `work`, which a first signal cancels, so that it tidies up; a second one calls `at_once`.

    Returns what `work` returned, or INTERRUPTED.
    """
    session = asyncio.create_task(work)
    loop, seen = asyncio.get_running_loop(), 0

    def interrupted() -> None:
        nonlocal seen
        seen += 1
        if seen == 1:
            _log.info("ending the stack; once more ends it at once")
            session.cancel()
        else:
            at_once()

    for number in _SIGNALS:
        loop.add_signal_handler(number, interrupted)
    try:
        return await session
    except asyncio.CancelledError:
        return INTERRUPTED
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


async def _session(stack: EmbeddedStack, work: Callable[[EmbeddedStack], Awaitable[int]]) -> int:
    async with stack:
        return await work(stack)


async def until_interrupted() -> int:
    """Wait to be interrupted, and take that as the proper end (status 0)."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    return 0

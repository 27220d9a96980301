"""Something to see while a demonstration is played: a live table on a terminal, a line now and then elsewhere."""

import asyncio
from collections.abc import Callable

from rich.console import RenderableType
from rich.live import Live

_FRAME_SECONDS = 0.25
_LOOK_SECONDS = 2.0
_SILENCE_SECONDS = 10.0
"""After so long without news the last line is said again: whoever waits sees that it goes on."""


async def live(playing: "asyncio.Task[None]", picture: Callable[[], RenderableType]) -> None:
    """Show `picture` on the terminal until `playing` is done."""
    with Live(picture(), auto_refresh=False) as shown:
        while not playing.done():
            await asyncio.wait({playing}, timeout=_FRAME_SECONDS)
            shown.update(picture(), refresh=True)


async def signs_of_life(playing: "asyncio.Task[None]", line: Callable[[], str], say: Callable[[str], None]) -> None:
    """`say` the `line` when it has changed, and after some silence anyway, until `playing` is done."""
    said, at = "", asyncio.get_running_loop().time()
    while not playing.done():
        await asyncio.wait({playing}, timeout=_LOOK_SECONDS)
        now = asyncio.get_running_loop().time()
        if not playing.done() and (line() != said or now - at >= _SILENCE_SECONDS):
            said, at = line(), now
            say(said)

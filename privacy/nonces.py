"""Random nonces of 96 bits, drawn many at a time: each draw lets other threads in, and under load waits for them."""

import os
import secrets
from collections.abc import Iterator

NONCE_BYTES = 12
_AT_ONCE = 256


class Nonces:
    """Gives each nonce once, to whatever thread; a forked process draws its own."""

    def __init__(self) -> None:
        """Nothing is drawn before it is asked for."""
        self._fresh: Iterator[bytes] = iter(())
        self._process = 0

    def next(self) -> bytes:
        """Twelve random bytes that nobody was given before."""
        nonce = next(self._fresh, None)
        while nonce is None or self._process != os.getpid():
            self._draw()
            nonce = next(self._fresh, None)
        return nonce

    def _draw(self) -> None:
        block = secrets.token_bytes(NONCE_BYTES * _AT_ONCE)
        fresh = iter([block[at : at + NONCE_BYTES] for at in range(0, len(block), NONCE_BYTES)])
        self._fresh, self._process = fresh, os.getpid()

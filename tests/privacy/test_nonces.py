"""No nonce is given twice: not to another thread, not to a forked process."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

from privacy.nonces import Nonces

_MANY = 2_000


def test_threads_side_by_side_get_different_ones() -> None:
    """However they meet where a new lot is drawn."""
    nonces = Nonces()
    with ThreadPoolExecutor(8) as threads:
        drawn = [each for lot in threads.map(lambda _: [nonces.next() for _ in range(_MANY)], range(8)) for each in lot]
    assert len(set(drawn)) == len(drawn) == 8 * _MANY
    assert {len(nonce) for nonce in drawn} == {12}


def test_a_forked_process_gets_others() -> None:
    """It has a copy of what was drawn before, which is its parent's."""
    nonces = Nonces()
    nonces.next()
    here, there = multiprocessing.get_context("fork").Pipe()
    child = multiprocessing.get_context("fork").Process(target=_tell, args=(nonces, there))
    child.start()
    theirs = here.recv()
    child.join()
    assert set(theirs).isdisjoint(nonces.next() for _ in range(len(theirs)))


def _tell(nonces: Nonces, to: Connection) -> None:
    to.send([nonces.next() for _ in range(100)])

"""The claim and the order to start, held against the journey that came of them."""

from collections.abc import Iterator

from audit.reconcile.beside import differing
from audit.reconcile.finding import Finding, Part
from audit.reconcile.rows import Rows
from audit.reconcile.told import Said

_STARTED = "started"


def ordered(said: Said, rows: Rows) -> Iterator[Finding]:
    """Whether the claim is of the person whose journey it is, and the start stands as done.

    A start that is still ordered may be on its way.
    """
    if not rows.claimed:
        return  # which is told by itself
    if said.person:
        yield from differing(Part.START, "", {"person_ref": said.person}, {"person_ref": rows.person})
    for found in differing(Part.START, "", {"start": _STARTED}, {"start": rows.start}):
        yield found.model_copy(update={"passing": True})

"""Rows that hold what none of ours ever wrote: each is one finding, and the rest is compared."""

from collections.abc import Iterator
from contextlib import contextmanager

from audit.reconcile.finding import Fault, Finding, Part

NOT_READ = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What comes of comparing them; a shape that does not fit is a ValueError."""


@contextmanager
def compared(part: Part, what: str = "") -> Iterator[list[Finding]]:
    """A list for what is found of a row, or of a part; that it could not be compared to its end is found as well."""
    found = list[Finding]()
    try:
        yield found
    except NOT_READ as error:
        why = f"it holds what none of ours wrote ({type(error).__name__})"
        found.append(Finding(part=part, fault=Fault.UNREADABLE, what=what, database=why))

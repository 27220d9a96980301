"""Differences that a strict replay may find: each named in a file with its reason, and gone from it once they are gone.

A history that differs on purpose, e.g. because a time-out was shortened, would else either hide every other difference
or have to be recorded anew.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from pydantic import Field, ValidationError

from audit.replaying import Divergence, Replayed, Verdict, unreadable
from schemas.shape import Strict


class AcceptedFileError(Exception):
    """The file of accepted differences cannot be read; the message says where it is wrong."""


class Accepted(Strict):
    """One difference of one history."""

    history: str = Field(min_length=1)
    """Name of its file, or journey and run."""
    event: int = Field(ge=0)
    what: str = Field(min_length=1)
    """What differs, as the replay tells it."""
    reason: str = Field(min_length=10)


class _File(Strict):
    accepted: tuple[Accepted, ...] = ()


def read_accepted(file: Path) -> tuple[Accepted, ...]:
    """The differences that a TOML file accepts, each an `[[accepted]]`; raises AcceptedFileError."""
    try:
        return _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).accepted
    except OSError as error:
        message = f"{file}: {error.strerror}"
        raise AcceptedFileError(message) from error
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        message = f"{file}: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"
        raise AcceptedFileError(message) from error
    except ValueError as error:  # TOML or text that is none
        message = f"{file}: {error}"
        raise AcceptedFileError(message) from error


class Acceptance:
    """Takes accepted differences out of what is told, and knows which of them nobody met."""

    def __init__(self, accepted: Iterable[Accepted]) -> None:
        """Accept these."""
        self._accepted = {(each.history, each.event, each.what): each for each in accepted}
        self._met = set[tuple[str, int, str]]()

    def apply(self, told: Replayed) -> Replayed:
        """The same, without what is accepted; a history of which nothing else is left counts as accepted."""
        left = tuple(each for each in told.differences if not self._meets(told.name, each))
        if left == told.differences or told.verdict is not Verdict.DIFFERS:
            return told
        return told.model_copy(update={"differences": left, "verdict": Verdict.DIFFERS if left else Verdict.ACCEPTED})

    def unmet(self) -> list[Replayed]:
        """What is told of each that no history shows any more."""
        return [
            unreadable(name, f"event {event}, {what}: does not differ any more; take it out of the accepted ones")
            for name, event, what in self._accepted.keys() - self._met
        ]

    def _meets(self, name: str, difference: Divergence) -> bool:
        key = (name, difference.event_id, difference.what)
        if key not in self._accepted:
            return False
        self._met.add(key)
        return True

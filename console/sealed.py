"""Sealed values as the doors open them: what was erased, or has no key, is a problem with a name and not a fault."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from console.database import DatabaseAwayError
from console.problems import ProblemError
from privacy.errors import ErasedError, PrivacyError
from storage.away import DATABASE_AWAY, fault_of_ours


class ErasedJourneyError(ProblemError):
    """The personal data of this journey were erased: nothing of it can be read or done any more."""

    def __init__(self, journey_id: str) -> None:
        """`journey_id` is what was asked for."""
        detail = f"Journey {journey_id} is erased: its personal data were deleted on request, for good."
        super().__init__(HTTPStatus.GONE, "journey-erased", detail)


class UnreadableError(ProblemError):
    """What is stored cannot be opened: a data key or a key of the ring is missing, or a value was changed or moved."""

    def __init__(self, why: PrivacyError) -> None:
        """`why` names the subject and what is missing."""
        detail = f"{why}. An operator has to look: docs/operations.md, Keys."
        super().__init__(HTTPStatus.INTERNAL_SERVER_ERROR, "not-readable", detail)


@asynccontextmanager
async def readable(journey_id: str) -> AsyncIterator[None]:
    """Turns what hinders the sealing or opening of values of a journey into problems; keys lie in PostgreSQL, too."""
    try:
        yield
    except ErasedError as error:
        raise ErasedJourneyError(journey_id) from error
    except PrivacyError as error:
        raise UnreadableError(error) from error
    except DATABASE_AWAY as error:
        if fault_of_ours(error):
            raise
        raise DatabaseAwayError from error

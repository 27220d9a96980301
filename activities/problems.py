"""Reading a partner's refusal: HTTP status and RFC 9457 problem document become the error a journey understands."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, ValidationError

from activities.errors import (
    PartnerBusyError,
    PartnerCredentialsError,
    PartnerError,
    PartnerNonsenseError,
    PartnerRefusedError,
    PartnerUnavailableError,
)

_LONGEST_WAIT = timedelta(hours=1)
_LONGEST_REASON = 300
_MOST_FIELDS = 5
_SHORTEST_MASKED = 2
_MASK = "[personal]"
_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})


class FieldProblem(BaseModel):
    """One field the partner objects to."""

    model_config = ConfigDict(extra="ignore")

    field: str = ""
    reason: str = ""

    def __str__(self) -> str:
        """`field: reason`, or whichever of them there is."""
        return ": ".join(part for part in (self.field, self.reason) if part)


class Problem(FieldProblem):
    """A problem document (RFC 9457), with the members partners add to name fields."""

    title: str = ""
    detail: str = ""
    errors: tuple[FieldProblem, ...] = ()

    def __str__(self) -> str:
        """The most precise thing the document says."""
        fields = "; ".join(str(each) for each in self.errors[:_MOST_FIELDS])
        return fields or super().__str__() or self.detail or self.title


def failure_of(partner: str, operation: str, status: int, said: str, headers: Mapping[str, str]) -> PartnerError | None:
    """The error that an answer means, or None for a good one (2xx); `said` is what `problem_of` read."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    kind = _kind(status)
    reason = f"{status} {said}" if said else str(status)
    wait = None if kind.HOPELESS else retry_after(headers.get("retry-after", ""))
    return kind(partner, operation, reason, retry_after=wait)


def _kind(status: int) -> type[PartnerError]:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return PartnerCredentialsError
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return PartnerBusyError
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _LATER:
        return PartnerUnavailableError
    if status >= HTTPStatus.BAD_REQUEST:
        return PartnerRefusedError
    return PartnerNonsenseError


def problem_of(content: bytes, person: Mapping[str, object] | None = None) -> str:
    """What a problem document says, in one line, empty for none.

    Values of `person` are masked, because partners like to repeat what they were sent.
    """
    try:
        said = str(Problem.model_validate_json(content))
    except ValidationError:
        return ""
    for value in sorted(_values(person), key=len, reverse=True):
        said = said.replace(value, _MASK)
    return "".join(letter for letter in said if letter.isprintable())[:_LONGEST_REASON]


def retry_after(header: str, now: datetime | None = None) -> timedelta | None:
    """How long a Retry-After header (seconds or HTTP date) asks us to wait, at most an hour; None if unreadable."""
    try:
        wait = timedelta(seconds=int(header)) if header.isdecimal() else _until(header, now or datetime.now(UTC))
    except (ValueError, OverflowError):
        return None
    return max(timedelta(0), min(wait, _LONGEST_WAIT))


def _until(header: str, now: datetime) -> timedelta:
    moment = parsedate_to_datetime(header)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now


def _values(data: object) -> Iterator[str]:
    if isinstance(data, Mapping):
        for value in data.values():
            yield from _values(value)
    elif isinstance(data, str) and len(data) >= _SHORTEST_MASKED:
        yield data

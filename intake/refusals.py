"""Why an event was not taken: one family of refusals, each naming the fields and what is wrong with them."""

from enum import StrEnum

from schemas.shape import Shape
from schemas.text import Bilingual


class RefusalKind(StrEnum):
    """What was wrong, as a word a program can branch on (last part of the problem's type)."""

    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    TOO_LARGE = "event-too-large"
    UNREADABLE = "unreadable-event"
    NOT_A_CLOUDEVENT = "not-a-cloudevent"
    UNKNOWN_TYPE = "unknown-event-type"
    INVALID_DATA = "invalid-data"
    UNKNOWN_PRODUCT = "unknown-product"
    CONFLICT = "conflicting-event"
    CANNOT_START = "journey-cannot-start"
    ERASED = "erased-person"


class FieldProblem(Shape):
    """One field that was not accepted; `field` is a dotted path. The value itself is never repeated."""

    field: str
    reason: Bilingual


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a failure
    """The event was understood well enough to say no. Correct what `fields` names and send it again."""

    def __init__(self, kind: RefusalKind, reason: Bilingual, fields: tuple[FieldProblem, ...] = ()) -> None:
        """`reason` is the whole in one sentence; `fields` names the parts."""
        super().__init__(reason.en)
        self.kind = kind
        self.reason = reason
        self.fields = fields


def refused(kind: RefusalKind, zh: str, en: str, *fields: FieldProblem) -> Refused:
    """A refusal in both languages."""
    return Refused(kind, Bilingual(zh=zh, en=en), fields)


def problem(field: str, zh: str, en: str) -> FieldProblem:
    """One field's problem in both languages."""
    return FieldProblem(field=field, reason=Bilingual(zh=zh, en=en))

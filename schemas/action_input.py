"""What every action carries, whoever takes it and whatever it tells."""

import re
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field, field_validator

from schemas.names import IdempotencyKey
from schemas.people import Actor
from schemas.shape import Strict

Reason = Annotated[str, Field(min_length=1, max_length=500)]
"""Why, in the actor's own words; never the patient's name or numbers."""


_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def _text(value: object) -> str:
    """All that is written in a field, however deep."""
    if isinstance(value, BaseModel):
        return _text(tuple(value.__dict__.values()))
    return "".join(map(_text, value)) if isinstance(value, tuple) else str(value)


class ActionInput(Strict):
    """What every action carries: a key that makes a repeat harmless, who acts, and when it happened."""

    key: IdempotencyKey
    actor: Actor
    happened_at: AwareDatetime | None = None

    @field_validator("*")
    @classmethod
    def _printable(cls, value: Any) -> Any:  # noqa: ANN401 - a value of any field
        """Control characters have no place in what people read, and PostgreSQL keeps no NUL."""
        if _UNPRINTABLE.search(_text(value)):
            message = "holds control characters"
            raise ValueError(message)
        return value

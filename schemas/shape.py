"""The two bases of every shape: lenient towards newer writers inside, strict at the doors."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Shape(BaseModel):
    """A frozen value that travels between our own parts.

    Unknown fields are ignored, so that a worker of an older release can read what a newer one wrote.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class Strict(Shape):
    """A frozen value that comes through a door (event, call-back, action): an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _printable(cls, value: Any) -> Any:  # noqa: ANN401 - a value of any field
        """Control characters have no place in what people read, and PostgreSQL keeps no NUL."""
        texts = value if isinstance(value, list | tuple) else (value,)
        if any(isinstance(text, str) and _UNPRINTABLE.search(text) for text in texts):
            message = "holds control characters"
            raise ValueError(message)
        return value

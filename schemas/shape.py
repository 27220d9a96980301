"""The two bases of every shape: lenient towards newer writers inside, strict at the doors."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A frozen value that travels between our own parts.

    Unknown fields are ignored, so that a worker of an older release can read what a newer one wrote. Errors do not
    repeat the input: it may be personal, and errors are logged.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True, hide_input_in_errors=True)


class Strict(Shape):
    """A frozen value that comes through a door (event, call-back, action): an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

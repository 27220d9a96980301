"""Actions built from what a sender wrote and what we set ourselves."""

from typing import Any

from pydantic import ValidationError

from console.catalogue import ACTIONS
from console.problems import FieldProblem, InvalidRequestError, field_problems
from schemas.action_input import ActionInput


def build(name: str, fields: dict[str, Any], given: dict[str, Any], *, prefix: str = "") -> ActionInput:
    """The action `name` from a sender's `fields` and what we set ourselves (`given`: its key, its actor).

    `prefix` is where the sender wrote the fields, e.g. `data.`. Raises InvalidRequestError naming each wrong field.
    """
    if name not in ACTIONS:
        reason = f"no such action; there are {', '.join(ACTIONS)}"
        raise InvalidRequestError((FieldProblem(field="type" if prefix else "action", reason=reason),))
    if ours := sorted({*given, "action"} & fields.keys()):
        reason = "is set by the receiver; leave it out"
        raise InvalidRequestError(tuple(FieldProblem(field=prefix + field, reason=reason) for field in ours))
    try:
        return ACTIONS[name].model_validate({**fields, **given})
    except ValidationError as error:
        wrong = field_problems(error)
        raise InvalidRequestError(
            tuple(one.model_copy(update={"field": prefix + one.field}) for one in wrong)
        ) from None

"""The actions there are: shape and JSON schema of each by its name."""

from typing import Any, get_args

from pydantic import ValidationError

from console.problems import FieldProblem, InvalidRequestError, field_problems
from schemas.actions import Action, ActionInput


def _models() -> dict[str, type[ActionInput]]:
    union = get_args(Action)[0]
    return {model.model_fields["action"].default: model for model in get_args(union)}


ACTIONS = _models()
"""Name of an action, which is also the name of its Temporal update, to its shape."""


def name_of(action: ActionInput) -> str:
    """Name of the action that a shape stands for."""
    return str(type(action).model_fields["action"].default)


def schema(name: str) -> dict[str, Any]:
    """JSON schema of what the action `name` takes; KeyError for an unknown name."""
    return ACTIONS[name].model_json_schema()


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

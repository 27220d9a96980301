"""The actions there are: shape and JSON schema of each by its name."""

from typing import Any, get_args

from schemas.action_input import ActionInput
from schemas.actions import Action


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

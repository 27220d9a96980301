"""From a deed of a script to the action that a journey takes."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from console.catalogue import ACTIONS
from console.problems import field_problems
from schemas.actions import Action, ActionInput
from schemas.people import ActorRole
from simulation.errors import ScenarioError
from simulation.people import Obliging, Situation, usual_fields
from simulation.scenario import Deed, laid_over
from simulation.wording import reason

_ACTION: TypeAdapter[ActionInput] = TypeAdapter(Action)


def action_of(deed: Deed, usual: Obliging | None, key: str, now: Situation) -> ActionInput:
    """The action that `deed` stands for; what it does not tell is as `usual`. Raises ScenarioError."""
    name = deed.do or (usual.do if usual else "")
    role = deed.as_ or _role(name, usual, now)
    own = {"action": name, "key": key, "actor": {"role": role, "id": f"simulated-{role}"}}
    fields = laid_over({"happened_at": now.at, **usual_fields(name, now, deed.with_)}, deed.with_)
    try:
        return _ACTION.validate_python({**fields, **own})
    except ValidationError as error:
        raise ScenarioError(_words(name, error)) from None


def problems_of(deed: Deed) -> list[tuple[str, str]]:
    """What is wrong with the fields that a deed tells, as far as it can be known before it is done."""
    if deed.do and deed.do not in ACTIONS:
        return [("do", f"no such action; there are {', '.join(ACTIONS)}")]
    if not deed.do:
        return []
    own: dict[str, Any] = {"key": "a-key-to-check", "actor": {"role": "system", "id": "check"}}
    try:
        ACTIONS[deed.do].model_validate({**deed.with_, **own})
    except ValidationError as error:
        return [(".".join(map(str, ("with", *one["loc"]))), reason(one)) for one in error.errors() if _told(one)]
    return []


def _told(error: Any) -> bool:  # noqa: ANN401 - pydantic's error details
    return bool(error["type"] != "missing")


def _role(name: str, usual: Obliging | None, now: Situation) -> ActorRole:
    if usual and usual.do == name:
        return usual.role
    offered = [offer.roles[0] for offer in now.status.actions if offer.action == name]
    return offered[0] if offered else ActorRole.INSURED


def _words(name: str, error: ValidationError) -> str:
    return "; ".join(f"{name}: {one.field}: {one.reason}" for one in field_problems(error))

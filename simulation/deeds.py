"""From a deed of a script to the action that a journey takes."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from console.catalogue import ACTIONS
from console.problems import field_problems
from schemas.action_input import ActionInput
from schemas.actions import Action
from schemas.people import ActorRole
from simulation.errors import ScenarioError
from simulation.people import usual_fields
from simulation.scenario import Deed, laid_over
from simulation.situation import Obliging, Situation
from simulation.wording import reason
from workflows.offers import roles_of

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


def problems_of(deed: Deed, now: Situation) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with a deed, and in which field, as far as it can be known before it is done."""
    if deed.do not in ACTIONS:
        known = ", ".join(ACTIONS)
        yield ("do",), f"no such action; there are {known}" if deed.do else f"is needed; there are {known}"
        return
    roles = roles_of(deed.do)
    if deed.as_ and roles and deed.as_ not in roles and not deed.refused:
        yield ("as",), f"{deed.as_} may never {deed.do}; {', '.join(roles)} may"
    own: dict[str, Any] = {"key": "a-key-to-check", "actor": {"role": "system", "id": "check"}}
    try:
        ACTIONS[deed.do].model_validate({**laid_over(usual_fields(deed.do, now, deed.with_), deed.with_), **own})
    except ValidationError as error:
        yield from ((("with", *map(str, one["loc"])), reason(one)) for one in error.errors() if _told(one, deed))


def _told(error: Mapping[str, Any], deed: Deed) -> bool:
    """Whether it comes of what the scenario says, or fails to say; what is usual is known only when it is done."""
    return error["type"] == "missing" or error["loc"][:1] in {(name,) for name in deed.with_}


def _role(name: str, usual: Obliging | None, now: Situation) -> ActorRole:
    if usual and usual.do == name:
        return usual.role
    offered = [offer.roles[0] for offer in now.status.actions if offer.action == name]
    return offered[0] if offered else ActorRole.INSURED


def _words(name: str, error: ValidationError) -> str:
    return "; ".join(f"{name}: {one.field}: {one.reason}" for one in field_problems(error))

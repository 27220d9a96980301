"""The command that acts on a journey: `journeys act ID ACTION --field value …`."""

import uuid
from typing import Annotated, Any

import orjson
from cyclopts import Parameter
from rich.console import Console

from console.building import build
from console.catalogue import ACTIONS, schema
from console.kept import KeptActions
from console.performing import Performer
from console.problems import InvalidRequestError
from console.reads import Reads
from schemas.action_input import ActionInput
from schemas.actions import Receipt
from schemas.people import ActorRole
from workers.cli.failures import AwayError, BadInputError, CommandError
from workers.cli.fields import fields_of
from workers.cli.reading import database, resolve, told
from workers.clients import connect
from workers.settings import Settings
from workers.vaults import open_vault

_Flag = Annotated[bool, Parameter(negative="")]


async def act(
    journey: str,
    action: str = "",
    /,
    *fields: Annotated[str, Parameter(allow_leading_hyphen=True, show=False)],
    json_input: str = "",
    role: ActorRole = ActorRole.SERVICE_AGENT,
    by: str = "cli",
    key: str = "",
    schema_: Annotated[_Flag, Parameter(name="--schema")] = False,
    json: _Flag = False,
) -> None:
    """Act on a journey, e.g. `journeys act CLM-1 record_own_share_paid --amount 1791.80`.

    Each field of the action is an option of its name; parts are parted by a dot: `--findings.on_label true`.

    Parameters
    ----------
    journey
        Its id, the beginning of it, or its claim number.
    action
        One of those that `journeys status` shows as possible now; with --schema it may stand alone.
    fields
        Fields of the action, each as `--name value`.
    json_input
        The fields as one JSON object, instead of options.
    role
        Role of who acts.
    by
        Opaque id of who acts; never a name.
    key
        Key that makes a repeat harmless; a new one unless given.
    schema_
        Show what the action takes, and do nothing.
    json
        Print for programs.

    """
    if schema_ and not action:
        action = journey
    if not action:
        message = f"ACTION: is needed; there are {', '.join(ACTIONS)}"
        raise BadInputError(message)
    if action not in ACTIONS:
        message = f"{action}: no such action; there are {', '.join(ACTIONS)}"
        raise BadInputError(message)
    if schema_:
        Console().print_json(orjson.dumps(schema(action)).decode())
        return
    built = _built(action, _given(fields, json_input), key or f"cli:{uuid.uuid4().hex}", role, by)
    try:
        await _perform(journey, built, as_json=json)
    except AwayError as error:
        message = f"{error}\n{_again(built.key, new=not key)}"
        raise CommandError(message) from error


def _given(fields: tuple[str, ...], json_input: str) -> dict[str, Any]:
    if not json_input:
        return fields_of(fields)
    if fields:
        message = f"give the fields either by --json-input or as options, not both ({fields[0]})"
        raise BadInputError(message)
    try:
        given = orjson.loads(json_input)
    except orjson.JSONDecodeError as error:
        message = f"--json-input: not JSON: {error}"
        raise BadInputError(message) from None
    if not isinstance(given, dict):
        message = '--json-input: an object of fields is wanted, e.g. \'{"reason": "…"}\''
        raise BadInputError(message)
    return given


def _built(action: str, fields: dict[str, Any], key: str, role: ActorRole, by: str) -> ActionInput:
    try:
        return build(action, fields, {"key": key, "actor": {"role": role, "id": by}})
    except InvalidRequestError as error:
        hint = f"\n(what {action} takes: journeys act ID {action} --schema)"
        raise BadInputError(str(told(error)) + hint) from None


def _again(key: str, *, new: bool) -> str:
    # The fields are not repeated: a reason may tell of a person.
    how = f"with --key {key} added at its end" if new else "as it is"
    return f"Once it answers, repeat the same command {how}: with one key the action is taken once, however often sent."


async def _perform(journey: str, action: ActionInput, *, as_json: bool) -> None:
    settings = Settings()
    async with database(settings) as pool:
        vault = open_vault(pool, settings)
        reads = Reads(pool, vault)
        journey_id = await resolve(reads, journey)
        client = await connect(settings, vault, lazy=True)  # while Temporal is away, the action is kept for it
        taken = await KeptActions(pool, vault, Performer(client, reads)).perform(journey_id, action)
    if as_json:
        Console().print_json(taken.model_dump_json())
        return
    what = (
        f"{journey_id} is in stage {taken.stage}"
        if isinstance(taken, Receipt)
        else f"it is on its way, or the journey is at work on it (key {taken.key})"
    )
    Console(highlight=False).print(f"{taken.action}: taken; {what}", soft_wrap=True)

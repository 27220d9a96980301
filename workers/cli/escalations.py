"""`journeys escalations`: the supervisor's queue."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from pydantic import ValidationError
from rich.console import Console

from console.escalations import EscalationFilter, Escalations
from console.problems import InvalidRequestError, field_problems
from workers.cli.reading import database, told
from workers.cli.render_escalations import escalation_tables
from workers.cli.words import Language, Words
from workers.clients import connect
from workers.settings import Settings
from workers.vaults import open_vault

_Flag = Annotated[bool, Parameter(negative="")]


async def escalations(
    *,
    product: str | None = None,
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=200))] = 50,
    cursor: str | None = None,
    json: _Flag = False,
    lang: Language | None = None,
) -> None:
    """List what a supervisor has to see, oldest first, and the journeys that our own code fails on.

    Parameters
    ----------
    product
        Only journeys of this product, e.g. pingan-longterm-b.
    limit
        How many escalations at most.
    cursor
        Where to go on: `next` of the page before.
    json
        Print for programs.
    lang
        Language of the texts; that of LANG unless told.

    """
    wanted, settings = _filter(product=product, limit=limit, cursor=cursor), Settings()
    async with database(settings) as pool:
        vault = open_vault(pool, settings)
        page = await Escalations(pool, vault, await connect(settings, vault, lazy=True)).page(wanted)
    out = Console(highlight=False, markup=False)
    if json:
        out.print_json(page.model_dump_json())
    else:
        out.print(escalation_tables(page, Words(lang), goes_on=cursor is not None))


def _filter(**given: object) -> EscalationFilter:
    try:
        return EscalationFilter.model_validate(given)
    except ValidationError as error:
        raise told(InvalidRequestError(field_problems(error))) from None

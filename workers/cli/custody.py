"""`journeys custody`: the chain of custody of a patient's cells. It asks PostgreSQL alone."""

from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from console.custody import Chains
from console.reads import Reads
from workers.cli.failures import CommandError
from workers.cli.reading import database, resolve
from workers.cli.render_custody import custody_table, verdict
from workers.cli.words import Language, Words
from workers.settings import Settings
from workers.vaults import open_vault

_Flag = Annotated[bool, Parameter(negative="")]


async def custody(journey: str, /, *, json: _Flag = False, lang: Language | None = None) -> None:
    """Show each custody event of a CAR-T journey and whether the chain verifies; status 1 where it does not.

    Parameters
    ----------
    journey
        Its id, the beginning of it, or its claim number.
    json
        Print for programs, with the EPCIS documents.
    lang
        Language of the texts; that of LANG unless told.

    """
    settings = Settings()
    async with database(settings) as pool:
        vault = open_vault(pool, settings)
        view = await Chains(pool, vault).view(await resolve(Reads(pool, vault), journey))
    out, words = Console(highlight=False, markup=False), Words(lang)
    if json:
        out.print_json(view.model_dump_json())
    else:
        out.print(custody_table(view, words))
    if not view.whole:
        raise CommandError(verdict(view, words))

"""The chain of custody as a table for a terminal."""

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from console.custody import CustodyLink, CustodyView
from schemas.custody import CustodyEvent, Material, TemperatureRecord
from workers.cli.render import lines, moment
from workers.cli.words import Words


def custody_table(view: CustodyView, words: Words) -> RenderableType:
    """Every link, oldest first, and below whether the chain is whole; a broken one is told by `verdict`."""
    if not view.links:
        return Text(words("no_custody") if view.whole else "")
    table = _empty_table(words)
    for link in view.links:
        table.add_row(*_cells(link, words, broken=view.flaw is not None and link.seq >= view.flaw.seq))
    return Group(table, Text(verdict(view, words), style="green")) if view.whole else table


def verdict(view: CustodyView, words: Words) -> str:
    """Whether the chain verifies, in a sentence."""
    if view.flaw is None:
        return words("whole").format(len(view.links))
    return words("broken").format(view.flaw.seq, words(view.flaw.fault))


def _empty_table(words: Words) -> Table:
    """A few columns of several lines each, so that 80 characters are enough; in less the texts wrap."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    table.add_column("")
    table.add_column(lines(words("at"), words("step")), overflow="fold")
    table.add_column(lines(words("from_to"), words("place")), overflow="fold")
    table.add_column(words("temperatures"), overflow="fold")
    table.add_column(lines(words("identifiers"), words("checked_by")), overflow="fold")
    return table


def _cells(link: CustodyLink, words: Words, *, broken: bool) -> tuple[str | Text, ...]:
    number = Text(str(link.seq), style="bold red" if broken else "")
    if link.event is None:
        return number, Text(words("unreadable"), style="bold red"), "", "", ""
    event = link.event
    return (
        number,
        lines(moment(event.at), f"{words(event.step)} · {_material(event, words)}"),
        lines(" → ".join(filter(None, (event.sender, event.holder))), Text(event.place, style="dim")),
        lines(*(_range(record) for record in event.temperatures)),
        lines(event.identity.coi, event.identity.din, _people(event)),
    )


def _material(event: CustodyEvent, words: Words) -> str:
    # `product` alone is the insurer's product elsewhere.
    return words("cells" if event.material is Material.PRODUCT else event.material)


def _range(record: TemperatureRecord) -> str:
    return f"{record.lowest} … {record.highest}"


def _people(event: CustodyEvent) -> Text:
    return Text(f"{event.identity.checked_by}, {event.identity.witnessed_by}", style="dim")

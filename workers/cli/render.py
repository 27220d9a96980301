"""The list of journeys as a table for a terminal."""

from datetime import datetime

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from console.views import JourneyPage, JourneyRow
from schemas.civil import china_time
from schemas.journey import Money, Stage
from workers.cli.words import Words

STAGE_STYLES = {
    Stage.COMPLETED: "green",
    Stage.AID_SUPPLIED: "cyan",
    Stage.REFUSED: "red",
    Stage.WITHDRAWN: "dim",
}
_COLUMNS = ("journey", "claim", "drug", "stage", "waiting", "money")
_SHOWN = 8
"""Characters of an id, behind its prefix, that the list shows: enough for `journeys status`."""
_NEVER_CUT = ("journey", "claim", "money")


def moment(at: datetime | None) -> str:
    """A moment on a clock in China, to the minute."""
    return china_time(at).strftime("%Y-%m-%d %H:%M") if at else ""


def page_table(page: JourneyPage, words: Words) -> RenderableType:
    """One page of the list; an empty one says so."""
    if not page.items:
        return Text(words("empty"))
    table = Table(box=box.SIMPLE_HEAD, expand=False, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(words(name), justify="right" if name == "money" else "left", no_wrap=name in _NEVER_CUT)
    for row in page.items:
        table.add_row(*_cells(row, words))
    return Group(table, Text(words("more").format(page.next))) if page.next else table


def _cells(row: JourneyRow, words: Words) -> tuple[str | Text, ...]:
    stage = Text(words(row.stage), style=STAGE_STYLES.get(row.stage, "yellow"))
    if row.escalated:
        stage.append(" !", style="bold red")
    return (
        row.journey_id.removeprefix("journey-")[:_SHOWN],
        _two_lines(row.claim_number, Text(row.product, style="dim")),
        row.drug,
        _two_lines(stage, Text(moment(row.stage_since), style="dim")),
        _two_lines(_waiting(row, words), _due(row, words)),
        _money(row.money, words),
    )


def _two_lines(first: str | Text, second: Text) -> Text:
    return Text.assemble(first, "\n", second)


def _waiting(row: JourneyRow, words: Words) -> str:
    return "" if row.closed_at else " · ".join(filter(None, (words(row.waiting_for), words(row.waiting_on))))


def _due(row: JourneyRow, words: Words) -> Text:
    if row.clock_stopped:
        return Text(words("stopped"), style="cyan")
    due = Text(moment(row.due_at))
    if row.provisional:
        due.append(" ?")
    if row.overdue:
        due.stylize("bold red")
        due.append(f" {words('overdue')}")
    return due


def _money(money: Money, words: Words) -> Text:
    amounts = money.settled or money.estimate
    if amounts is None:
        return Text("")
    own = Text(f"{words('own')} {amounts.own_share:,.2f}", style="dim")
    return _two_lines(f"{words('insurer_pays')} {amounts.insurer_pays:,.2f}", own)

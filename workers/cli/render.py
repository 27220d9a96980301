"""The list of journeys as a table for a terminal."""

from datetime import datetime

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
_COLUMNS = ("journey", "product", "claim", "drug", "stage", "since", "waiting", "due", "insurer_pays", "own")


def moment(at: datetime | None) -> str:
    """A moment on a clock in China, to the minute."""
    return china_time(at).strftime("%Y-%m-%d %H:%M") if at else ""


def page_table(page: JourneyPage, words: Words) -> RenderableType:
    """One page of the list; an empty one says so."""
    if not page.items:
        return Text(words("empty"))
    table = Table(expand=False)
    for name in _COLUMNS:
        table.add_column(words(name), justify="right" if name in {"insurer_pays", "own"} else "left", overflow="fold")
    for row in page.items:
        table.add_row(*_cells(row, words))
    return Group(table, Text(words("more").format(page.next))) if page.next else table


def _cells(row: JourneyRow, words: Words) -> tuple[str | Text, ...]:
    insurer_pays, own_share = _amounts(row.money)
    stage = Text(words(row.stage), style=STAGE_STYLES.get(row.stage, "yellow"))
    if row.escalated:
        stage.append(" !", style="bold red")
    waiting = "" if row.closed_at else " · ".join(filter(None, (words(row.waiting_for), words(row.waiting_on))))
    return (
        row.journey_id,
        row.product,
        row.claim_number,
        row.drug,
        stage,
        moment(row.stage_since),
        waiting,
        _due(row, words),
        insurer_pays,
        own_share,
    )


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


def _amounts(money: Money) -> tuple[str, str]:
    amounts = money.settled or money.estimate
    return (f"{amounts.insurer_pays:,.2f}", f"{amounts.own_share:,.2f}") if amounts else ("", "")

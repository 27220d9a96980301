"""The list of journeys as a table for a terminal."""

from datetime import datetime

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from console.views import JourneyPage, JourneyRow
from schemas.civil import china_time, due_moment
from schemas.journey import Money, Stage
from schemas.paper_names import NAMES
from schemas.papers import PaperKind
from workers.cli.words import Words

STAGE_STYLES = {
    Stage.COMPLETED: "green",
    Stage.AID_SUPPLIED: "cyan",
    Stage.REFUSED: "red",
    Stage.WITHDRAWN: "dim",
}
_KINDS = frozenset(map(str, PaperKind))
_SHOWN = 8
"""Characters of an id, behind its prefix, that the list shows: enough for `journeys status`."""


def moment(at: datetime | None) -> str:
    """A moment on a clock in China, to the minute."""
    return china_time(at).strftime("%Y-%m-%d %H:%M") if at else ""


def page_table(page: JourneyPage, words: Words) -> RenderableType:
    """One page of the list; an empty one says so."""
    if not page.items:
        return Text(words("empty"))
    table = _empty_table(words)
    for row in page.items:
        table.add_row(*_cells(row, words))
    return Group(table, Text(words("more").format(page.next))) if page.next else table


def _empty_table(words: Words) -> Table:
    """A few columns of several lines each, so that 80 characters are enough; in less the texts wrap, money never."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    table.add_column(lines(words("claim"), words("product"), words("journey")), overflow="fold")
    table.add_column(words("drug"), overflow="fold")
    table.add_column(lines(words("stage"), words("waiting"), words("due")), overflow="fold")
    table.add_column(lines(words("insurer_pays"), words("own")), justify="right", no_wrap=True)
    return table


def _cells(row: JourneyRow, words: Words) -> tuple[str | Text, ...]:
    stage = Text(words(row.stage), style=STAGE_STYLES.get(row.stage, "yellow"))
    if row.escalated:
        stage.append(" !", style="bold red")
    return (
        lines(row.claim_number, Text(row.product, style="dim"), short_id(row.journey_id)),
        row.drug,
        lines(stage, _waiting(row, words), _missing(row, words), _due(row, words)),
        _money(row.money),
    )


def lines(*parts: str | Text) -> Text:
    """One line for each part that is not empty."""
    return Text("\n").join(part if isinstance(part, Text) else Text(part) for part in parts if part)


def short_id(journey_id: str) -> str:
    """As much of an id as `journeys status` needs."""
    return journey_id.removeprefix("journey-")[:_SHOWN]


def _waiting(row: JourneyRow, words: Words) -> str:
    return "" if row.closed_at else " · ".join(filter(None, (words(row.waiting_for), words(row.waiting_on))))


def _missing(row: JourneyRow, words: Words) -> Text:
    named = words("comma").join(words.text(NAMES[PaperKind(kind)]) if kind in _KINDS else kind for kind in row.missing)
    return Text(f"{words('lacks')}{named}" if named else "", style="magenta")


def _due(row: JourneyRow, words: Words) -> Text:
    if row.clock_stopped:
        return Text(words("stopped"), style="cyan")
    due = Text(due_moment(row.due_at) if row.due_at else "")
    if row.provisional:
        due.append(" ?")
    if row.overdue:
        due.stylize("bold red")
        due.append(f" {words('overdue')}")
    return due


def _money(money: Money) -> Text:
    """What was settled; before that the estimate, marked as one."""
    amounts, about = (money.settled, "") if money.settled else (money.estimate, "≈ ")
    if amounts is None:
        return Text("")
    return lines(f"{about}{amounts.insurer_pays:,.2f}", Text(f"{about}{amounts.own_share:,.2f}", style="dim"))

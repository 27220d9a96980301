"""The supervisor's queue as tables for a terminal."""

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from console.escalations import EscalationPage, EscalationRow, FailingRow
from schemas.civil import due_moment
from workers.cli.render import lines, moment, short_id
from workers.cli.words import Words


def escalation_tables(page: EscalationPage, words: Words, *, goes_on: bool = False) -> RenderableType:
    """One page of the queue; `goes_on`: it is not the first, which alone tells what our own code fails on."""
    return Group(*_parts(page, words, goes_on=goes_on))


def _parts(page: EscalationPage, words: Words, *, goes_on: bool) -> Iterator[RenderableType]:
    if page.items:
        yield _escalations(page, words)
    else:
        yield Text(words("no_escalations"))
    if page.next:
        yield Text(words("more").format(page.next))
    if page.failing is None:
        yield Text(words("failing_unknown"), style="yellow")
    elif page.failing and not goes_on:
        yield Text(f"\n{words('failing')}", style="bold red")
        yield _failing(page.failing, words)


def _table(words: Words, last: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    table.add_column(lines(words("claim"), words("product"), words("journey")), overflow="fold")
    table.add_column(lines(words("stage"), words("waiting"), words("due")), overflow="fold")
    table.add_column(lines(words("since"), words(last)), overflow="fold")
    return table


def _escalations(page: EscalationPage, words: Words) -> Table:
    table = _table(words, "reason")
    for row in page.items:
        table.add_row(_whose(row), _standing(row, words), lines(moment(row.since), words.text(row.reason)))
    return table


def _failing(rows: tuple[FailingRow, ...], words: Words) -> Table:
    table = _table(words, "attempts")
    for row in rows:
        table.add_row(_whose(row), _standing(row, words), lines(moment(row.since), str(row.attempts or "")))
    return table


def _whose(row: EscalationRow | FailingRow) -> Text:
    return lines(row.claim_number or "", Text(row.product or "", style="dim"), short_id(row.journey_id))


def _standing(row: EscalationRow | FailingRow, words: Words) -> Text:
    waiting = " · ".join(filter(None, (words(row.waiting_for), words(row.waiting_on))))
    due = Text(due_moment(row.due_at) if row.due_at else "")
    if row.overdue:
        due.append(f" {words('overdue')}").stylize("bold red")
    return lines(words(row.stage), waiting, due)

"""The table of a demonstration: journey, stage, waiting for whom, due when, money."""

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from console.views import JourneyView
from schemas.civil import china_time
from schemas.journey import Stage, WaitingFor
from workers.demo.play import Play
from workers.demo.standing import Standing
from workers.settings import Settings
from workers.stack.addresses import addresses

_STYLES = {Stage.COMPLETED: "green", Stage.REFUSED: "red", Stage.WITHDRAWN: "red", Stage.AID_SUPPLIED: "cyan"}


def picture(play: Play, standing: Standing, settings: Settings) -> Group:
    """The table, what was just done or how many have settled, and the addresses."""
    table = _empty_table()
    for claim in standing.claims:
        table.add_row(_lines(claim.claim_number, claim.product), *_cells(play.views.get(claim.claim_number)))
    news = standing.settled if standing.all_ended else play.last_move
    return Group(table, Text(f"› {news}" if news else ""), addresses(settings))


def _empty_table() -> Table:
    """Two lines a journey: 80 columns hold it all, 24 lines the table with the addresses; only drugs are cut short."""
    table = Table(title="患者旅程 Patient journeys", title_justify="left", box=box.SIMPLE_HEAD, show_edge=False)
    table.pad_edge, table.collapse_padding = False, True
    table.add_column("Claim\nproduct", no_wrap=True)
    table.add_column("Drug\nstage")
    table.add_column("Waiting for\ndue (China)")
    table.add_column("Insurer pays\nown share", justify="right", no_wrap=True)
    return table


def _cells(view: JourneyView | None) -> tuple[str | Text, ...]:
    if view is None:
        return "not started", "", ""
    what = _lines(view.drug, Text(view.stage, style=_STYLES.get(view.stage, "yellow")))
    what.no_wrap, what.overflow = True, "ellipsis"
    return what, _lines(_waiting(view), _due(view)), _money(view)


def _lines(first: str, second: str | Text) -> Text:
    return Text.assemble(first, "\n", second if isinstance(second, Text) else Text(second, style="dim"))


def _money(view: JourneyView) -> str | Text:
    amounts = view.money.settled or view.money.estimate
    return _lines(f"{amounts.insurer_pays:,.2f}", f"{amounts.own_share:,.2f}") if amounts else ""


def _waiting(view: JourneyView) -> str:
    if view.wait.what is WaitingFor.NOTHING:
        return ""
    return f"{view.wait.what} · {view.wait.on}" if view.wait.on else view.wait.what


def _due(view: JourneyView) -> Text:
    if view.wait.clock_stopped:
        return Text("clock stopped")
    if not view.wait.deadline:
        return Text("")
    moment = china_time(view.wait.deadline.due_at).strftime("%m-%d %H:%M")
    return Text(moment, style="red" if view.wait.overdue else "")

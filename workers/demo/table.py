"""The live table of a demonstration: journey, stage, waiting for whom, due when, money."""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from console.views import JourneyView
from schemas.civil import china_time
from schemas.claim import DrugClaimReport
from schemas.journey import Stage, WaitingFor
from workers.demo.play import Play
from workers.settings import Settings
from workers.stack.addresses import addresses

_STYLES = {Stage.COMPLETED: "green", Stage.REFUSED: "red", Stage.WITHDRAWN: "red", Stage.AID_SUPPLIED: "cyan"}


def picture(play: Play, claims: list[DrugClaimReport], settings: Settings) -> Group:
    """The table, what was just done, and the addresses."""
    table = Table(title="患者旅程 Patient journeys", title_justify="left", expand=False)
    for heading in ("Product", "Claim", "Drug", "Stage", "Waiting for", "Due (China)", "Insurer pays", "Own share"):
        table.add_column(heading, justify="right" if heading in {"Insurer pays", "Own share"} else "left")
    for claim in claims:
        view = play.views.get(claim.claim_number)
        table.add_row(claim.product, claim.claim_number, *(_cells(view) if view else ("", "not started", *[""] * 4)))
    return Group(table, Text(f"› {play.last_move}" if play.last_move else ""), addresses(settings))


def _cells(view: JourneyView) -> tuple[str | Text, ...]:
    amounts = view.money.settled or view.money.estimate
    return (
        view.drug,
        Text(view.stage, style=_STYLES.get(view.stage, "yellow")),
        _waiting(view),
        _due(view),
        f"{amounts.insurer_pays:,.2f}" if amounts else "",
        f"{amounts.own_share:,.2f}" if amounts else "",
    )


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

"""One journey as panels for a terminal: where it stands, why, and what may be done."""

from collections.abc import Iterator
from itertools import takewhile

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from console.views import JourneyView
from schemas.civil import due_moment
from schemas.deadline import Deadline
from schemas.decision import Amounts, Finding, Outcome
from schemas.journey import CLOSED_STAGES, DecisionRecord, WaitingFor
from schemas.paper_names import NAMES
from schemas.papers import Paper, PaperDue, PaperForm
from workers.cli.render import STAGE_STYLES, moment
from workers.cli.words import Words

_HISTORY = 20
"""History entries shown unless all are asked for."""
_MONEY = "settlement"
"""The question of who pays what: asked for an estimate first, and once more when the drug has been dispensed."""
_OUTCOME_STYLES = {
    Outcome.MET: "green",
    Outcome.NOT_MET: "bold red",
    Outcome.PAPERS_DUE: "yellow",
    Outcome.REFERRED: "magenta",
    Outcome.NOT_APPLICABLE: "dim",
}


def status_panels(view: JourneyView, words: Words, *, whole: bool = False) -> RenderableType:
    """Everything about one journey, the most urgent first; `whole`: with all of its history that `view` holds."""
    parts = [_header(view, words), *_urgent(view, words)]
    settled = _settled(view)
    for record in view.decisions:
        estimate = record.decision.question == _MONEY and record.number not in settled
        parts.append(_decision(record, words, estimate=estimate))
    history = _history(view, words, len(view.timeline) if whole else _HISTORY)
    parts += [_money(view, words), *_hand_over(view, words), history, _actions(view, words)]
    return Group(*parts)


def _settled(view: JourneyView) -> set[int]:
    """Numbers of the decisions on money since the drug was dispensed: nothing else is decided after that."""
    if not (view.fulfilment and view.fulfilment.dispensing_id):
        return set()
    last = takewhile(lambda record: record.decision.question == _MONEY, reversed(view.decisions))
    return {record.number for record in last}


def _lines() -> Table:
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column(overflow="fold")
    return lines


def _grid(columns: int) -> Table:
    """Columns whose texts are wrapped and never cut: a Chinese sentence is one word to the terminal."""
    grid = Table.grid(padding=(0, 2))
    for _ in range(columns):
        grid.add_column(overflow="fold")
    return grid


def _header(view: JourneyView, words: Words) -> Panel:
    lines = _lines()
    lines.add_row(words("claim"), f"{view.claim_number}   {words('policy')} {view.policy_number}")
    lines.add_row(words("product"), f"{view.product}   {words('drug')} {view.drug}")
    stage = Text(words(view.stage), style=STAGE_STYLES.get(view.stage, "yellow"))
    lines.add_row(words("stage"), stage.append(f"   {words('since')} {moment(view.stage_since)}", style="default"))
    if view.wait.what is not WaitingFor.NOTHING:
        whom = " · ".join(filter(None, (words(view.wait.what), words(view.wait.on))))
        lines.add_row(words("waiting"), f"{whom}   {words('since')} {moment(view.wait.since)}")
        lines.add_row(words("clock"), _clock(view, words))
    if told := view.cancellation:
        rule = f"   [{told.rule}]" if told.rule else ""
        lines.add_row(words("cancelled_from"), f"{told.effective_on}{rule}")
    return Panel(lines, title=view.journey_id, title_align="left")


def _clock(view: JourneyView, words: Words) -> RenderableType:
    if view.wait.deadline is None:
        return Text(words("no_deadline"))
    return Group(_due(view, view.wait.deadline, words), *_stops(view.wait.deadline, words))


def _due(view: JourneyView, deadline: Deadline, words: Words) -> Text:
    if stop := view.wait.clock_stopped:
        state = f"{words('stopped')} {words('since')} {moment(stop.since)}: {words.text(stop.why)}"
        return Text(state, style="cyan")
    late = view.wait.overdue
    line = Text(f"{words('due')} {due_moment(deadline.due_at)}", style="bold red" if late else "default")
    line.append(f"   {words('overdue' if late else 'running')}")
    if deadline.provisional:
        line.append(f" ({words('provisional')})", style="default")
    return line


def _stops(deadline: Deadline, words: Words) -> Iterator[Text]:
    rule = f"  [{deadline.budget.rule}]" if deadline.budget.rule else ""
    yield Text(words.text(deadline.reckoning) + rule, style="dim")
    for stop in deadline.stops:
        yield Text(f"{moment(stop.since)} – {moment(stop.until)}  {stop.by}: {words.text(stop.why)}", style="dim")


def _urgent(view: JourneyView, words: Words) -> Iterator[Panel]:
    if still_open := [one for one in view.escalations if one.open]:
        lines = _lines()
        for one in still_open:
            lines.add_row(moment(one.at), words.text(one.reason))
        yield Panel(lines, title=words("escalations"), title_align="left", border_style="red")
    if view.refused_later:
        lines = _lines()
        for refused in view.refused_later:
            lines.add_row(moment(refused.received_at), f"{refused.action}: {refused.reason}")
        yield Panel(lines, title=words("refused_later"), title_align="left", border_style="red")
    if missing := _missing(view):
        lines = _lines()
        for paper in missing:
            lines.add_row(words.text(NAMES[paper.kind]), f"{words(paper.form)}  {paper.kind}  [{paper.rule}]")
        yield Panel(lines, title=words("missing"), title_align="left", border_style="yellow")
    if view.next_steps:
        steps = Group(*(Text(f"• {words.text(step)}") for step in view.next_steps))
        yield Panel(steps, title=words("next"), title_align="left")


def _missing(view: JourneyView) -> list[PaperDue]:
    """What was asked for and has not come; at counter or door papers are shown anew, whatever was handed in before."""
    shown = () if view.wait.what is WaitingFor.HAND_OVER else view.papers
    return [due for due in view.papers_due if not any(_satisfies(paper, due) for paper in shown)]


def _satisfies(paper: Paper, due: PaperDue) -> bool:
    return paper.kind is due.kind and (due.form is PaperForm.COPY or paper.form is PaperForm.ORIGINAL)


def _decision(record: DecisionRecord, words: Words, *, estimate: bool) -> Panel:
    taken = record.decision
    lines = _grid(2)
    for finding in taken.findings:
        lines.add_row(Text(words(finding.outcome), style=_OUTCOME_STYLES[finding.outcome]), _finding(finding, words))
    parts: list[RenderableType] = [lines]
    if record.decided_by:
        who = f"{words('by')} {words(record.decided_by.role)} {record.decided_by.id}"
        parts.append(Text(f"{who}: {record.reason}" if record.reason else who))
    question = f"{taken.question} ({words('estimate')})" if estimate else taken.question
    title = f"{words('decisions')} {record.number} · {question}: {words(taken.verdict)} · {moment(taken.at)}"
    return Panel(Group(*parts), title=title, title_align="left")


def _finding(finding: Finding, words: Words) -> Text:
    line = Text(words.text(finding.why))
    for citation in finding.citations:
        line.append(f"\n[{citation.rule}] {citation.document} {citation.section}", style="dim")
    if finding.facts:
        line.append("\n" + ", ".join(f"{name}={value}" for name, value in finding.facts.items()), style="dim")
    if finding.next_step:
        line.append(f"\n→ {words.text(finding.next_step)}", style="yellow")
    return line


def _money(view: JourneyView, words: Words) -> Panel:
    money = view.money
    lines = _lines()
    for name, amounts in (("estimate", money.estimate), ("settled", money.settled)):
        if amounts:
            lines.add_row(words(name), _amounts(amounts, words))
    held = [("reserved", money.reserved), ("committed", money.committed), ("paid", money.paid)]
    if money.own_share_paid:
        held.append(("own_share_paid", money.own_share_paid))
    lines.add_row("", "   ".join(f"{words(name)} {amount:,.2f}" for name, amount in held))
    return Panel(lines, title=words("money"), title_align="left")


def _amounts(amounts: Amounts, words: Words) -> str:
    parts = (("cost", amounts.cost), ("insurer_pays", amounts.insurer_pays), ("own", amounts.own_share))
    return "   ".join(f"{words(name)} {amount:,.2f}" for name, amount in parts)


def _hand_over(view: JourneyView, words: Words) -> Iterator[Panel]:
    lines = _lines()
    if view.voucher:
        state = words("redeemed") if view.voucher.redeemed else f"{words('valid_to')} {view.voucher.last_day or '–'}"
        lines.add_row(words("voucher"), f"{view.voucher.voucher_id}   {moment(view.voucher.issued_at)}   {state}")
    if view.fulfilment:
        chosen = view.fulfilment
        where = (chosen.pharmacy_city, chosen.pharmacy_id, chosen.destination_city, chosen.tracking_number)
        lines.add_row(words(chosen.mode), "  ".join(filter(None, where)))
    if lines.row_count:
        yield Panel(lines, title=words("fulfilment"), title_align="left")


def _history(view: JourneyView, words: Words, most: int) -> Panel:
    lines = _grid(4)
    latest = view.timeline[-most:] if most else ()
    for entry in latest:
        lines.add_row(
            Text(moment(entry.at), style="dim"),
            entry.kind,
            words(entry.actor.role) if entry.actor else "",
            words.text(entry.what),
        )
    total = latest[-1].seq if latest else 0
    left_out = [Text(words("latest").format(len(latest), total), style="dim")] if total > len(latest) else []
    return Panel(Group(*left_out, lines), title=words("history"), title_align="left")


def _actions(view: JourneyView, words: Words) -> Panel:
    return Panel(_possible(view, words), title=words("actions"), title_align="left")


def _possible(view: JourneyView, words: Words) -> RenderableType:
    if not view.actions:
        return Text(words("closed" if view.stage in CLOSED_STAGES else "no_actions"))
    lines = _grid(3)
    for offer in view.actions:
        roles = ", ".join(words(role) for role in offer.roles)
        lines.add_row(Text(offer.action, style="bold"), words.text(offer.label), Text(roles, style="dim"))
    hint = words("act_hint").format(view.journey_id)
    return Group(lines, Text(hint, style="dim"))

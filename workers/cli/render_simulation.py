"""Outcomes of simulations for a terminal: the trace, the line of each scenario, expected and actual side by side."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from schemas.decision import Finding
from schemas.decision import Outcome as Found
from schemas.journey import DecisionRecord
from simulation.running import Outcome
from simulation.trace import ClaimTrace, Line
from workers.cli.render import STAGE_STYLES, moment
from workers.cli.words import Words

_KIND_STYLES = {
    "decision": "bold",
    "deadline": "cyan",
    "escalation": "bold red",
    "notice": "dim",
    "rejected": "red",
    "money": "green",
}
_HARMLESS = (Found.MET, Found.NOT_APPLICABLE)


def trace_tables(trace: ClaimTrace, words: Words) -> RenderableType:
    """Everything that happened to one claim, by the clock in China, and the money at its end."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, title=trace.name or None, title_justify="left")
    table.add_column("Asia/Shanghai", no_wrap=True)
    table.add_column(words("stage"), no_wrap=True, style="dim")
    table.add_column("", overflow="fold")
    for line in trace.lines:
        table.add_row(moment(line.at), words(line.stage), _happening(line, trace, words))
    return Group(table, _money(trace, words))


def _happening(line: Line, trace: ClaimTrace, words: Words) -> RenderableType:
    style = _KIND_STYLES.get(line.kind, "default")
    text = Text(f"{words(line.kind)}", style=style)
    text.append(f" · {words(line.by)}" if line.by else "", style="dim")
    text.append(f"  {words.text(line.what)}", style=style)
    if line.decision is None:
        return text
    return Group(text, *_reasons(trace.decisions[line.decision - 1], words))


def _reasons(record: DecisionRecord, words: Words) -> Iterator[Text]:
    """Each finding that stands in the way with its clauses and why; the clauses of the others in one line."""
    for finding in record.decision.findings:
        if finding.outcome not in _HARMLESS:
            yield Text(f"{words(finding.outcome)}  {words.text(finding.why)}  {_clauses([finding])}", style="yellow")
    if record.reason:
        yield Text(record.reason)
    met = [finding for finding in record.decision.findings if finding.outcome is Found.MET]
    if met:
        yield Text(f"{words('met')}  {_clauses(met)}", style="dim")


def _clauses(findings: Sequence[Finding]) -> str:
    rules = (citation.rule.partition("/")[2] for finding in findings for citation in finding.citations)
    return f"[{', '.join(dict.fromkeys(rules))}]"


def _money(trace: ClaimTrace, words: Words) -> Text:
    money = trace.money
    amounts = money.settled or money.estimate
    parts = (
        [("cost", amounts.cost), ("insurer_pays", amounts.insurer_pays), ("own", amounts.own_share)] if amounts else []
    )
    parts += [("committed", money.committed), ("paid", money.paid), ("limit_left", trace.limit_left)]
    about = f"   {words('estimate')}:" if amounts and not money.settled else ""
    line = Text(
        f"{words(trace.ends)}{about}",
        style=STAGE_STYLES.get(trace.ends, "yellow") if trace.ends != "open" else "yellow",
    )
    return line.append("   ".join(["", *(f"{words(name)} {amount:,.2f}" for name, amount in parts)]), "default")


def result_line(outcome: Outcome, words: Words) -> Text:
    """Whether a scenario passed, its file, and how long it took; what it shows, and why it could not be played."""
    passed = outcome.passed
    line = Text(words("passed" if passed else "failed"), style="green" if passed else "bold red")
    line.append(f"  {outcome.file}", "default").append(f"  {outcome.seconds:.1f} s", "dim")
    line.append(f"\n    {words.text(outcome.scenario.shows)}", "dim")
    return line.append(f"\n    {outcome.failure}", "red") if outcome.failure else line


def comparison(outcome: Outcome, words: Words) -> Table:
    """Expected and actual side by side; what differs is marked."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("")
    table.add_column("")
    table.add_column(words("expected"), overflow="fold")
    table.add_column(words("actual"), overflow="fold")
    for row in outcome.rows:
        style = "default" if row.same else "bold red"
        table.add_row("" if row.same else "≠", row.what, row.expected, row.actual, style=style)
    return table


def summary(outcomes: Sequence[Outcome], words: Words, took: float) -> Text:
    """How many passed, and the seconds that all took together."""
    passed = sum(outcome.passed for outcome in outcomes)
    failed = len(outcomes) - passed
    sentence = words("summary_of_one" if len(outcomes) == 1 else "summary")
    return Text(sentence.format(len(outcomes), passed, failed, took), style="red" if failed else "green")


def as_json(outcome: Outcome) -> dict[str, Any]:
    """One outcome for programs."""
    return {
        "file": str(outcome.file),
        "passed": outcome.passed,
        "seconds": round(outcome.seconds, 3),
        "failure": outcome.failure,
        "compared": [row.model_dump() for row in outcome.rows],
        "claims": [trace.model_dump(mode="json") for trace in outcome.traces],
    }

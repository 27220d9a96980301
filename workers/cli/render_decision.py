"""One decision as panels for a terminal: the verdict, every finding with its clauses, and what follows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from schemas.car_t_facts import TreatmentWindow
from schemas.custody import Deviation
from schemas.decision import Amounts, Decision, Finding, Outcome, Verdict
from schemas.paper_names import NAMES
from schemas.text import Bilingual
from workers.cli.render import moment
from workers.cli.words import Words

_VERDICT_STYLES = {
    Verdict.APPROVED: "bold green",
    Verdict.REFUSED: "bold red",
    Verdict.PAPERS_DUE: "bold yellow",
    Verdict.REFERRED: "bold magenta",
}
_OUTCOME_STYLES = {
    Outcome.MET: "green",
    Outcome.NOT_MET: "bold red",
    Outcome.PAPERS_DUE: "yellow",
    Outcome.REFERRED: "magenta",
    Outcome.NOT_APPLICABLE: "dim",
}

_HARMLESS = (Outcome.MET, Outcome.NOT_APPLICABLE)
"""Findings that stand in nobody's way; the others are named beside the verdict."""


def decision_panels(decision: Decision, words: Words, where: str = "") -> RenderableType:
    """The whole decision; sentences in Chinese and English, headings in one language.

    `where` is the place of its request, to stand above it.
    """
    parts: list[RenderableType] = [Text(where, style="bold")] if where else []
    parts += [_header(decision, words), _findings(decision, words)]
    if decision.amounts:
        parts.append(_panel(_amounts(decision.amounts, words), words("money")))
    if decision.window:
        parts.append(_panel(_window(decision.window), words("window")))
    if decision.deviations:
        parts.append(_panel(_deviations(decision.deviations, words), words("deviations"), "yellow"))
    if decision.papers_due:
        parts.append(_panel(_papers(decision, words), words("missing"), "yellow"))
    if decision.next_steps:
        steps = Group(*(_both(step, "• ", "  ") for step in decision.next_steps))
        parts.append(_panel(steps, words("next"), "yellow"))
    return Group(*parts)


def _panel(content: RenderableType, title: str, style: str = "none") -> Panel:
    return Panel(content, title=Text(title), title_align="left", border_style=style)


def _lines() -> Table:
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column(overflow="fold")
    return lines


def _header(decision: Decision, words: Words) -> Panel:
    lines, versions = _lines(), decision.versions
    lines.add_row(words("verdict"), Text(words(decision.verdict), style=_VERDICT_STYLES[decision.verdict]))
    if decision.way:
        lines.add_row(words("way"), words(decision.way))
    outcomes = Counter(finding.outcome for finding in decision.findings)
    counted = ", ".join(f"{outcomes[outcome]} {words(outcome)}" for outcome in Outcome if outcomes[outcome])
    lines.add_row(words("findings"), counted)
    for finding in decision.findings:
        if finding.outcome not in _HARMLESS:
            lines.add_row("", _outcome(finding, words))
    lines.add_row(words("taken_at"), f"{moment(decision.at)} (Asia/Shanghai)")
    texts = (("products", versions.products), ("rules", versions.rules), ("calendar", versions.calendar))
    lines.add_row(words("versions"), "\n".join(f"{words(name)} {version}" for name, version in texts))
    title = f"{decision.product} · {words(decision.question)}"
    return _panel(lines, title, _VERDICT_STYLES[decision.verdict].removeprefix("bold "))


def _findings(decision: Decision, words: Words) -> Panel:
    found = Group(*(part for finding in decision.findings for part in _finding(finding, words)))
    return _panel(found, words("findings"))


def _finding(finding: Finding, words: Words) -> Iterator[RenderableType]:
    yield _outcome(finding, words)
    yield Padding(Group(*_grounds(finding)), (0, 0, 0, 2))


def _outcome(finding: Finding, words: Words) -> Text:
    return Text(words(finding.outcome), style=_OUTCOME_STYLES[finding.outcome]).append(f"  {finding.name}", "default")


def _grounds(finding: Finding) -> Iterator[Text]:
    yield _both(finding.why)
    for document, cited in groupby(finding.citations, key=attrgetter("document")):
        sections = "".join(f"\n[{citation.rule}] {citation.section}" for citation in cited)
        yield Text(f"{document}{sections}", style="cyan")
    if finding.facts:
        yield Text(", ".join(f"{name}={value}" for name, value in finding.facts.items()), style="dim")
    if finding.next_step:
        yield _both(finding.next_step, "→ ", "  ", style="yellow")


def _both(sentence: Bilingual, first: str = "", second: str = "", style: str = "default") -> Text:
    return Text(f"{first}{sentence.zh}\n{second}{sentence.en}", style=style)


def _amounts(amounts: Amounts, words: Words) -> Table:
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="dim")
    lines.add_column(justify="right")
    lines.add_row(words("cost"), f"{amounts.cost:,.2f}")
    lines.add_row(words("other_compensation"), f"{amounts.other_compensation:,.2f}")
    lines.add_row(words("ratio"), f"{amounts.ratio:.2%}")
    lines.add_row(words("insurer_pays"), f"{amounts.insurer_pays:,.2f}", style="bold")
    lines.add_row(words("own"), f"{amounts.own_share:,.2f}", style="bold")
    lines.add_row(words("over_limit"), f"{amounts.over_limit:,.2f}")
    return lines


def _window(window: TreatmentWindow) -> Group:
    return Group(_both(window.reckoning), Text(f"[{window.rule}]", style="cyan"))


def _deviations(found: Sequence[Deviation], words: Words) -> Table:
    lines = _lines()
    for each in found:
        standing = words("undisposed" if each.open else "disposed")
        lines.add_row(str(each.number), f"{words(each.kind)}, {words(each.material)}: {standing}")
    return lines


def _papers(decision: Decision, words: Words) -> Table:
    lines = _lines()
    for due in decision.papers_due:
        name = NAMES[due.kind]
        lines.add_row(due.kind, f"{name.zh} / {name.en}, {words(due.form)}  [{due.rule}]")
    return lines

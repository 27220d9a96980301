"""A journey's timeline and one of its decisions, for a terminal."""

from collections.abc import Sequence

import orjson
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from audit.replaying import Verdict
from audit.timeline import Row, Run
from schemas.journey import DecisionRecord
from workers.cli.render import moment
from workers.cli.render_decision import decision_panels
from workers.cli.words import Words

_KIND_STYLES = {"stage": "bold", "decision": "cyan", "money": "green", "deadline": "yellow", "escalation": "red"}


def timeline_tables(runs: Sequence[Run], rows: Sequence[Row], words: Words) -> RenderableType:
    """Each run under its heading, one line for each thing that happened."""
    return Group(
        *(part for run in runs for part in _of_run(run, [row for row in rows if row.run == run.number], words))
    )


def _of_run(run: Run, rows: Sequence[Row], words: Words) -> list[RenderableType]:
    told = run.told
    heading = f"{words('run')} {run.number}  {told.workflow_type}  {told.build}  {run.recorded.run_id}"
    parts: list[RenderableType] = [Text(heading, style="bold")]
    if told.verdict is not Verdict.REPLAYS:
        parts.append(Text(f"{words(told.verdict)}: {told.reason}", style="bold red"))
    table = Table.grid(padding=(0, 2))
    for _ in range(4):
        table.add_column(overflow="fold")
    for row in rows:
        table.add_row(
            Text(f"{row.run}.{row.event_id}", style="dim"), Text(moment(row.at), style="dim"), *_told(row, words)
        )
    return [*parts, table, Text("")]


def _told(row: Row, words: Words) -> tuple[Text, Text]:
    by = f" · {words(row.actor.role)}" if row.actor else ""
    number = f" {row.decision}" if row.decision else ""
    what = Text(words.text(row.what))
    if row.rules:
        what.append(f"  [{', '.join(rule.partition('/')[2] for rule in row.rules)}]", style="dim")
    return Text(f"{words(row.kind)}{number}{by}", style=_KIND_STYLES.get(row.kind, "")), what


def decision_explained(record: DecisionRecord, words: Words) -> RenderableType:
    """The decision with its findings and clauses, who took it, and the facts that the rules were given."""
    where = f"{words('decision')} {record.number}  {words(record.decision.question)}  {moment(record.decision.at)}"
    parts: list[RenderableType] = [decision_panels(record.decision, words, where)]
    if record.decided_by:
        taken = f"{words(record.decided_by.role)} {record.decided_by.id}"
        said = f": {record.reason}" if record.reason else ""
        parts.append(Panel(Text(taken + said), title=words("by"), title_align="left"))
    facts = orjson.dumps(record.decision.facts.model_dump(mode="json"), option=orjson.OPT_INDENT_2).decode()
    shown = Syntax(facts, "json", theme="ansi_light", background_color="default", word_wrap=True)
    return Group(*parts, Panel(shown, title=words("facts"), title_align="left"))

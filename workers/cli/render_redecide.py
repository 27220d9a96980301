"""What came of taking recorded decisions once more, for a terminal."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from audit.redeciding import Retaken
from schemas.decision import Versions
from workers.cli.words import Words

_SIDE = 34
"""Columns that each side of a difference has: two and the name fit a terminal of 80."""


def redecided_table(different: Sequence[Retaken], counted: int, words: Words) -> RenderableType:
    """Each decision that differs with its differences, recorded and now side by side, and how many were looked at."""
    summary = Text(words("redecided").format(counted, len(different)), style="bold red" if different else "bold green")
    return Group(*(_retaken(each, words) for each in different), summary)


def _retaken(each: Retaken, words: Words) -> RenderableType:
    heading = f"{each.journey_id}  {each.run_id}  {words('event')} {each.event_id}  {words(each.question)}"
    after = each.undecidable or words(each.after)
    verdict = Text(f"{words(each.before)} → {after}", style="default" if each.before == each.after else "bold red")
    table = Table.grid(padding=(0, 2))
    for width in (None, _SIDE, _SIDE):
        table.add_column(overflow="fold", max_width=width)
    table.add_row(
        Text(words("what"), style="dim"), Text(words("recorded"), style="dim"), Text(words("now"), style="dim")
    )
    for change in each.changes:
        clauses = f"\n[{', '.join(change.rules)}]" if change.rules else ""
        table.add_row(Text(change.what + clauses), Text(change.before), Text(change.after))
    versions = f"{_versions(each.versions_before)} → {_versions(each.versions_after)}"
    return Group(Text(heading, style="bold"), verdict, Text(versions, style="dim"), Padding(table, (0, 0, 1, 2)))


def _versions(versions: Versions | None) -> str:
    return f"{versions.products} {versions.rules} {versions.calendar}" if versions else "–"

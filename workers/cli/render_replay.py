"""What replaying histories came to, for people: a table by type and build, and each that does not simply replay."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from audit.replaying import GOOD, Replayed, Verdict
from workers.cli.words import Words

_STYLES = {
    Verdict.DIFFERS: "yellow",
    Verdict.DIVERGES: "red",
    Verdict.NOT_REPLAYED: "red",
    Verdict.ERASED: "dim",
}


def report(told: Sequence[Replayed], words: Words, seconds: float) -> Group:
    """Everything there is to say at the end."""
    events = sum(each.events for each in told)
    line = f"{len(told)} {words('histories')}, {events} {words('events')}, {seconds:.1f} s"
    return Group(*_findings(told, words), _by_build(told, words), Text(line))


def _by_build(told: Sequence[Replayed], words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("workflow_type", "recorded_by", *Verdict):
        table.add_column(words(heading), justify="left" if heading in {"workflow_type", "recorded_by"} else "right")
    counted = Counter((each.workflow_type or "–", each.build or "–", each.verdict) for each in told)
    for kind, build in sorted({(kind, build) for kind, build, _ in counted}):
        numbers = (counted[kind, build, verdict] for verdict in Verdict)
        table.add_row(kind, build, *(str(number or "–") for number in numbers))
    return table


def _findings(told: Sequence[Replayed], words: Words) -> Iterator[RenderableType]:
    for each in told:
        if each.verdict not in GOOD:
            yield Text(f"{words(each.verdict)}  {each.name}", style=_STYLES[each.verdict])
            if each.reason:
                yield Text(f"    {each.reason}")
            if each.differences:
                yield _side_by_side(each, words)


def _side_by_side(each: Replayed, words: Words) -> Table:
    table = Table(box=None, pad_edge=True, header_style="dim")
    for heading in ("event", "what", "recorded", "emitted"):
        table.add_column(words(heading), overflow="fold")
    for found in each.differences:
        table.add_row(str(found.event_id or "–"), found.what, found.recorded, found.emitted)
    return table

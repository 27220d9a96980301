"""What came of a reconciliation, for a terminal: each difference, a count of each kind, and what to do."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from audit.reconcile.finding import SOUND, Finding, Part, Reconciled, Verdict
from workers.cli.visible import visible
from workers.cli.words import Words


def reconciled_table(came: Sequence[Reconciled], words: Words) -> Group:
    """Everything there is to say at the end."""
    findings = [found for each in came for found in each.findings]
    counted = Counter(each.verdict for each in came if _is_journey(each))
    verdicts = (Verdict.AGREES, Verdict.ERASED, Verdict.MOVING, Verdict.DISAGREES)
    numbers = (counted.total(), *(counted[verdict] for verdict in verdicts))
    repairable = sum(found.repairable for found in findings)
    line = words("reconciled").format(*numbers, len(findings), repairable)
    sound = all(each.verdict in SOUND for each in came)
    told = (each for each in came if each.verdict not in {Verdict.AGREES, Verdict.ERASED} or each.repaired)
    return Group(
        *(part for each in told for part in _told(each, words)),
        *_counts(findings, words),
        *_advice(findings, words),
        Text(line, style="green" if sound else "red"),
    )


def repairs_table(wrong: Sequence[Reconciled], words: Words) -> Group:
    """What a repair will write."""
    rows = ((each.name, found) for each in wrong for found in each.findings if found.repairable)
    lines = [Text(f"  {visible(name)}  {_row(found, words)}") for name, found in rows]
    return Group(Text(words("to_repair"), style="bold"), *lines)


def _is_journey(each: Reconciled) -> bool:
    return all(found.part not in {Part.BALANCE, Part.ENTRY} for found in each.findings)


def _told(each: Reconciled, words: Words) -> Iterator[RenderableType]:
    yield Text(f"{words(each.verdict)}  {visible(each.name)}", style="yellow" if each.verdict in SOUND else "red")
    for found in each.repaired:
        yield Text(f"    {words('was_repaired')}: {_row(found, words)}", style="green")
    for found in each.findings:
        mark = f" ({words('can_be_repaired')})" if found.repairable else ""
        yield Text(f"    {_row(found, words)}{mark}")
        sides = (("by_history", found.history), ("by_database", found.database))
        shown = "  ".join(words(name).format(visible(side)) for name, side in sides if side)
        if shown:
            yield Text(f"        {shown}", style="dim")


def _row(found: Finding, words: Words) -> str:
    place = " ".join(part for part in (words(f"part_{found.part}"), found.what, found.field) if part)
    return f"{visible(place)}: {words(f'fault_{found.fault}')}"


def _counts(findings: Sequence[Finding], words: Words) -> Iterator[RenderableType]:
    if not findings:
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for (part, fault), number in sorted(Counter((found.part, found.fault) for found in findings).items()):
        table.add_row(words(f"part_{part}"), words(f"fault_{fault}"), str(number))
    yield table


def _advice(findings: Sequence[Finding], words: Words) -> Iterator[RenderableType]:
    """What a person has to do about what is not repaired."""
    for part in dict.fromkeys(found.part for found in findings if not found.repairable):
        yield Text(words(f"advice_{part}"), style="yellow")

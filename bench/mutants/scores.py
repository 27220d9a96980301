"""What a run found, as a table: killed, survived and the score, part by part."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table

Fate = Literal["killed", "endless", "survived"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant: a test failed, a test never ended, or nobody noticed."""

    part: str
    fate: Fate
    mutant: str


def report(title: str, verdicts: Sequence[Verdict], *, show_survivors: bool = True) -> float:
    """Print the table and the survivors; the answer is the share that was killed, in percent."""
    table = Table("part", "mutants", "killed", "survived", "score", title=title)
    for part in sorted({each.part for each in verdicts}):
        _row(table, part, [each for each in verdicts if each.part == part])
    _row(table, "all", verdicts)
    console = Console()
    if show_survivors:
        for each in verdicts:
            if each.fate == "survived":
                console.print(each.mutant, markup=False, highlight=False, soft_wrap=True)
    console.print(table)
    return _score(verdicts)


def _row(table: Table, part: str, verdicts: Sequence[Verdict]) -> None:
    counts = Counter("survived" if each.fate == "survived" else "killed" for each in verdicts)
    figures = (len(verdicts), counts["killed"], counts["survived"])
    table.add_row(part, *map(str, figures), f"{_score(verdicts):.1f} %")


def _score(verdicts: Iterable[Verdict]) -> float:
    fates = [each.fate != "survived" for each in verdicts]
    return 100 * sum(fates) / len(fates) if fates else 100.0

"""The archive on a terminal: what was archived, what is missing, what is wrong."""

from rich.console import Group, RenderableType
from rich.text import Text

from audit.archive.export import Exported
from audit.archive.gaps import Gap, Looked
from audit.archive.verify import Flaw, FlawKind, Verified
from workers.cli.render import moment
from workers.cli.words import Words


def exported_table(done: Exported, words: Words) -> Group:
    """What was archived, the head, and each run that was not."""
    left = (_finding(words("left"), f"{each.journey_id}/{each.run_id}", each.reason) for each in done.left)
    line = words("exported").format(done.archived, done.bytes)
    return Group(*left, Text(line), Text(f"{words('head')} {done.head}"))


def gaps_table(looked: Looked, words: Words) -> Group:
    """Each gap with its reason, and what was looked at."""
    line = words("looked").format(looked.closed, looked.open, looked.archived)
    gaps = (_gap(each, words) for each in looked.gaps)
    return Group(*gaps, Text(line), _verdict(words, "gaps", len(looked.gaps)))


def verified_table(done: Verified, words: Words) -> Group:
    """Each flaw with its place, and the head."""
    line = words("verified").format(done.runs, done.bytes)
    flaws = (_flaw(each, words) for each in done.flaws)
    head = Text(f"{words('head')} {done.head}")
    return Group(*flaws, Text(line), head, _verdict(words, "flaws", len(done.flaws)))


def _verdict(words: Words, what: str, many: int) -> Text:
    return Text(words(what).format(many), style="red") if many else Text(words(f"no_{what}"), style="green")


def _flaw(flaw: Flaw, words: Words) -> RenderableType:
    place = f"{flaw.journey_id}/{flaw.run_id}" if flaw.run_id else f"{flaw.store} {flaw.sha256}".strip()
    number = f" {flaw.position}" if flaw.position else ""
    kind = "gap_before" if flaw.kind is FlawKind.GAP else flaw.kind  # the place is that of the row behind the gap
    return _finding(f"{words(kind)}{number}", place, flaw.why)


def _gap(gap: Gap, words: Words) -> RenderableType:
    known_by = words("named_by").format(gap.named_by) if gap.named_by else ""
    if gap.dropped_at:
        known_by = words("dropped_at").format(moment(gap.dropped_at))
    return _finding(words(gap.kind), f"{gap.journey_id}/{gap.run_id}".rstrip("/"), known_by)


def _finding(kind: str, place: str, why: str) -> RenderableType:
    return Group(Text(kind, style="red"), *(Text(f"    {line}") for line in (place, why) if line))

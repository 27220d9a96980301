"""The chain of custody, held against the links that the journey was answered."""

from collections.abc import Iterator, Sequence

from activities.custody_chain import Link, first_flaw, stored
from audit.reconcile.beside import differing, unmatched
from audit.reconcile.finding import Fault, Finding, Part
from audit.reconcile.rows import Row
from audit.reconcile.told import Said
from schemas.custody import CustodyEntry, CustodyHead


def custody(said: Said, rows: Sequence[Row]) -> Iterator[Finding]:
    """Every difference in the chain, and where it does not verify."""
    appended = [each for each in said.asked if each.kind == "custody.append"]
    links = {
        CustodyEntry.model_validate(each.request).key: CustodyHead.model_validate(each.answer)
        for each in appended
        if each.answer
    }
    perhaps = [CustodyEntry.model_validate(each.request).key for each in appended]
    there = {row["key"]: row for row in rows}
    yield from unmatched(Part.CUSTODY, links, there, perhaps, surplus=said.whole)
    for key in links.keys() & there.keys():
        row = {"seq": there[key]["seq"], "sha256": there[key]["sha256"].hex()}
        yield from differing(Part.CUSTODY, key, dict(links[key]), row)
    yield from chain(said.journey_id, rows)


def chain(journey_id: str, rows: Sequence[Row], *, erased: bool = False) -> Iterator[Finding]:
    """Where the chain does not verify by itself."""
    links = [Link(row["seq"], stored(row["event"]), row["previous"], row["sha256"]) for row in rows]
    if flaw := first_flaw(journey_id, links, erased=erased):
        yield Finding(part=Part.CUSTODY, fault=Fault.BROKEN, what=str(flaw.seq), database=flaw.fault)

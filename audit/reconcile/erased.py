"""An erased journey: what its histories and rows still tell without a key."""

from collections import Counter
from collections.abc import Iterable, Iterator

from audit.histories import Recorded
from audit.markers import markers
from audit.reconcile.custody import chain
from audit.reconcile.finding import Fault, Finding, Part
from audit.reconcile.rows import Row, Rows

_BOOKED = {
    "ledger.reserve": ("reserve",),
    "ledger.issue_voucher": ("reserve", "voucher"),
    "ledger.commit": ("commit",),
    "ledger.release": ("release",),
    "ledger.recover": ("recover",),
    "custody.append": ("custody link",),
}
"""What each activity leaves behind; a history tells their kinds in plain, and whether they were answered."""
_PARTS = {"voucher": Part.VOUCHER, "custody link": Part.CUSTODY}


def erased(journey_id: str, histories: Iterable[Recorded], rows: Rows, *, whole: bool) -> Iterator[Finding]:
    """Whether as much was booked and appended as was answered, and whether what is left adds up."""
    if rows.status and rows.status["erased_at"] is None:
        yield Finding(part=Part.STATUS, fault=Fault.OTHER, field="erased_at", history="erased", database="–")
    expected, found = _expected(histories), _found(rows)
    for what in sorted(expected.keys() | found.keys()) if whole else ():
        if expected[what] != found[what]:
            fault = Fault.ABSENT if expected[what] > found[what] else Fault.SURPLUS
            counts = {"history": str(expected[what]), "database": str(found[what])}
            yield Finding(part=_PARTS.get(what, Part.LEDGER), fault=fault, what=what, **counts)
    yield from _closed(rows.postings, rows.vouchers)
    yield from chain(journey_id, rows.links, erased=True)


def _expected(histories: Iterable[Recorded]) -> Counter[str]:
    answered = (
        marker.kind for each in histories for marker in markers(each.history.events) if marker.answer is not None
    )
    return Counter(what for kind in answered for what in _BOOKED.get(kind, ()))


def _found(rows: Rows) -> Counter[str]:
    kinds = Counter(row["kind"] for row in rows.postings if row["kind"] not in {"open", "adjust"})
    return kinds + Counter({"voucher": len(rows.vouchers), "custody link": len(rows.links)})


def _closed(postings: Iterable[Row], vouchers: Iterable[Row]) -> Iterator[Finding]:
    """Vouchers whose standing does not fit the posting that closed their reservation."""
    closing = {row["closes"]: row for row in postings if row["closes"]}
    for row in vouchers:
        posting = closing.get(row["reservation"])
        fitting = {None: {"issued", "locked"}, "commit": {"redeemed"}, "release": {"void", "redeemed"}}
        allowed = fitting[posting["kind"] if posting else None]
        if row["standing"] not in allowed or row["closed_by"] != (posting["key"] if posting else None):
            yield Finding(
                part=Part.VOUCHER,
                fault=Fault.BROKEN,
                what=row["voucher_id"],
                field="standing",
                history=" / ".join(sorted(allowed)),
                database=row["standing"],
            )

"""Postings of the benefit ledger, held against what the journey asked for and was answered."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from activities.ledger import policy_digest
from audit.reconcile.beside import differing, told, unmatched
from audit.reconcile.finding import Fault, Finding, Part
from audit.reconcile.rows import Row
from audit.reconcile.strange import NOT_READ, compared
from audit.reconcile.told import Said
from audit.story import Asked
from privacy.vault import Vault
from schemas.ledger import Commit, IssueVoucher, Posted, Recover, Release, Reservation, Reserve, Voucher

_SUM_INSURED = "sum insured, "
"""How the keys of postings begin that follow the sum insured: they come with a reservation, told by no history."""
_PERSONAL = frozenset({"policy_number"})


class Posting(NamedTuple):
    """What one posting has to say; amounts as they are asked for."""

    key: str
    kind: str
    request: dict[str, object]
    answer: Reservation | Posted | None
    """None where the history has none: it may be booked or not."""
    closes: str | None = None
    recovers: str | None = None
    handed_over: bool = False
    sum_insured: Decimal | None = None


def postings_of(vault: Vault, asked: Iterable[Asked]) -> Iterator[Posting]:
    """The postings that were asked for."""
    for each in asked:
        match each.kind:
            case "ledger.reserve":
                answer = Reservation.model_validate(each.answer) if each.answer else None
                yield _reserved(vault, Reserve.model_validate(each.request), answer)
            case "ledger.issue_voucher":
                reservation = Voucher.model_validate(each.answer).reservation if each.answer else None
                yield _reserved(vault, IssueVoucher.model_validate(each.request).reserve, reservation)
            case "ledger.commit":
                yield _committed(Commit.model_validate(each.request), _posted(each))
            case "ledger.release":
                yield _released(Release.model_validate(each.request), _posted(each))
            case "ledger.recover":
                yield _recovered(Recover.model_validate(each.request), _posted(each))


def postings(vault: Vault, said: Said, rows: Iterable[Row]) -> Iterator[Finding]:
    """Every difference in what was booked."""
    asked = {each.key: each for each in postings_of(vault, said.asked)}
    expected = {key: each for key, each in asked.items() if each.answer}
    there = {row["key"]: row for row in rows}
    implied = {f"{_SUM_INSURED}{key}" for key, each in asked.items() if each.kind == "reserve"}
    yield from unmatched(Part.LEDGER, expected, there, {*asked, *implied}, surplus=said.whole)
    for key in expected.keys() & there.keys():
        yield from _differing(expected[key], there[key])
    for key in implied & there.keys():
        with compared(Part.LEDGER, key) as found:
            found.extend(_sum_insured(asked[key.removeprefix(_SUM_INSURED)], there[key]))
        yield from found


def unbalanced(rows: Iterable[Row]) -> Iterator[Finding]:
    """Postings whose entries do not move what their answer says."""
    there = {row["key"]: row for row in rows}
    for key, row in there.items():
        try:
            expected = _entries(row, there)
            moved = {account: Decimal(amount) for account, amount in row["entries"].items()}
        except NOT_READ:
            yield Finding(part=Part.LEDGER, fault=Fault.UNREADABLE, what=key, field="answer")
            continue
        if expected is None:
            expected = moved if not sum(moved.values()) else {}
        if moved != expected:
            history, database = _moves(expected), _moves(moved)
            yield Finding(
                part=Part.LEDGER, fault=Fault.BROKEN, what=key, field="entries", history=history, database=database
            )


def _reserved(vault: Vault, asked: Reserve, answer: Reservation | None) -> Posting:
    request = {
        "journey_id": asked.journey_id,
        "product": asked.product,
        "policy_number": policy_digest(vault, asked.product, asked.policy_number),
        "period_from": asked.period_from,
        "sum_insured": asked.sum_insured,
    }  # not what was wanted: a task that was tried again may have wanted another amount
    return Posting(asked.key, "reserve", request, answer, sum_insured=asked.sum_insured)


def _committed(asked: Commit, answer: Posted | None) -> Posting:
    request = {"reservation": asked.reservation, "amount": asked.amount}
    return Posting(asked.key, "commit", request, answer, asked.reservation, handed_over=True)


def _released(asked: Release, answer: Posted | None) -> Posting:
    request = {"reservation": asked.reservation, "amount": Decimal(0)}
    return Posting(asked.key, "release", request, answer, asked.reservation, handed_over=asked.handed_over)


def _recovered(asked: Recover, answer: Posted | None) -> Posting:
    request = {"journey_id": asked.journey_id, "commit": asked.commit, "amount": asked.amount}
    return Posting(asked.key, "recover", request, answer, recovers=asked.commit)


def _posted(asked: Asked) -> Posted | None:
    return Posted.model_validate(asked.answer) if asked.answer else None


def _differing(expected: Posting, row: Row) -> Iterator[Finding]:
    links = {"kind": expected.kind, "closes": expected.closes, "recovers": expected.recovers}
    yield from differing(Part.LEDGER, expected.key, links, row)
    try:
        request = _read(expected.request, row["request"])
        shape = Reservation if expected.kind == "reserve" else Posted
        answer = dict(shape.model_validate(row["answer"]))
    except NOT_READ:
        yield Finding(part=Part.LEDGER, fault=Fault.UNREADABLE, what=expected.key, field="request, answer")
        return
    yield from differing(Part.LEDGER, expected.key, expected.request, request, _PERSONAL)
    if expected.answer:
        yield from differing(Part.LEDGER, expected.key, dict(expected.answer), answer)
    if expected.kind == "reserve":  # the others are booked where their reservation is
        period = {name: expected.request[name] for name in ("product", "policy_number", "period_from")}
        yield from differing(Part.LEDGER, expected.key, period, row, _PERSONAL)


def _read(like: Mapping[str, object], stored: Mapping[str, str]) -> dict[str, object]:
    """The fields of a stored request as what they are."""
    return {name: _as(value, stored[name]) for name, value in like.items()}


def _as(value: object, text: str) -> object:
    if isinstance(value, Decimal):
        return Decimal(text)
    return date.fromisoformat(text) if isinstance(value, date) else text


def _sum_insured(reserve: Posting, row: Row) -> Iterator[Finding]:
    stored = row["request"].get("sum_insured")
    if stored is None or Decimal(stored) != reserve.sum_insured:
        yield Finding(
            part=Part.LEDGER,
            fault=Fault.OTHER,
            what=row["key"],
            field="sum_insured",
            history=told(reserve.sum_insured),
            database=str(stored),
        )


def _entries(row: Row, there: Mapping[str, Row]) -> dict[str, Decimal] | None:
    """What a posting moves by its answer; None for those that follow the sum insured: these move what they must."""
    answer = row["answer"]
    match row["kind"]:
        case "reserve":
            granted = Decimal(answer["granted"])
            moved = {"available": -granted, "reserved": granted}
        case "commit" | "release":
            held, paid = Decimal(there[row["closes"]]["answer"]["granted"]), Decimal(answer["committed"])
            moved = {"available": held - paid, "reserved": -held, "committed": paid}
        case "recover":
            back = Decimal(answer["released"])
            moved = {"available": back, "committed": -back}
        case _:
            return None
    return {account: amount for account, amount in moved.items() if amount}


def _moves(entries: Mapping[str, Decimal]) -> str:
    signed = ((account, "" if amount.is_signed() else "+", amount) for account, amount in sorted(entries.items()))
    return ", ".join(f"{account} {sign}{told(amount)}" for account, sign, amount in signed) or "–"

"""Vouchers, held against what the journey issued, checked, renewed and closed."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from audit.reconcile.beside import differing, unmatched
from audit.reconcile.finding import Finding, Part
from audit.reconcile.postings import Posting
from audit.reconcile.rows import Row
from audit.reconcile.told import Said
from audit.story import Asked
from schemas.ledger import IssueVoucher, Voucher, VoucherCheck, VoucherRenewal, VoucherStanding

_STANDING = frozenset({"standing", "closed_by", "code_keys"})
"""What changes in the life of a voucher."""


class _Issued(NamedTuple):
    order: IssueVoucher
    voucher: Voucher


def vouchers(said: Said, postings: Iterable[Posting], rows: Iterable[Row]) -> Iterator[Finding]:
    """Every difference in the vouchers of a journey."""
    orders = [each for each in said.asked if each.kind == "ledger.issue_voucher"]
    perhaps = {IssueVoucher.model_validate(each.request).key for each in orders if not each.answer}
    issued = {each.voucher.voucher_id: each for each in map(_issued, filter(_answered, orders))}
    there = {row["voucher_id"]: row for row in rows}
    possible = [voucher_id for voucher_id, row in there.items() if row["key"] in perhaps]
    yield from unmatched(Part.VOUCHER, issued, there, possible, surplus=said.whole)
    closing = {each.closes: each for each in postings if each.closes and each.answer}
    for voucher_id in issued.keys() & there.keys():
        expected = _expected(issued[voucher_id], closing, said.asked)
        for found in differing(Part.VOUCHER, voucher_id, expected, there[voucher_id]):
            changes = found.field in _STANDING
            if said.whole or not changes:
                yield found.model_copy(update={"passing": changes})


def _answered(asked: Asked) -> bool:
    return asked.answer is not None


def _issued(asked: Asked) -> _Issued:
    return _Issued(IssueVoucher.model_validate(asked.request), Voucher.model_validate(asked.answer))


def _expected(issued: _Issued, closing: dict[str, Posting], asked: Iterable[Asked]) -> dict[str, object]:
    order, voucher = issued
    days = {"issued_on": voucher.issued_on, "last_day": voucher.last_day} if voucher.issued_on else {}
    closed = closing.get(order.reserve.key)
    standing, code_keys = _standing(voucher.voucher_id, asked)
    if closed:
        standing = "redeemed" if closed.handed_over else "void"
    return {
        "key": order.key,
        "reservation": order.reserve.key,
        **days,
        "drug_id": order.drug_id or None,
        "prescribed_on": order.prescribed_on,
        "standing": standing,
        "closed_by": closed.key if closed else None,
        "code_keys": code_keys,
    }


def _standing(voucher_id: str, asked: Iterable[Asked]) -> tuple[str, list[str]]:
    """As the counter left it while it was open, and under which keys it got another code."""
    standing, code_keys = "issued", list[str]()
    for each in filter(_answered, asked):
        if each.kind == "ledger.check_voucher" and VoucherCheck.model_validate(each.request).voucher_id == voucher_id:
            told = VoucherStanding.model_validate(each.answer).standing
            standing = told if told == "locked" else standing
        elif each.kind == "ledger.renew_voucher":
            renewal = VoucherRenewal.model_validate(each.request)
            if renewal.voucher_id == voucher_id:
                standing = VoucherStanding.model_validate(each.answer).standing
                code_keys.append(renewal.key)
    return standing, code_keys

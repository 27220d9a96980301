"""Who pays what: exact arithmetic in yuan, rounded once at the end."""

from dataclasses import dataclass
from decimal import Decimal

from products.model import PaymentRule
from rules.context import Context
from schemas.decision import Amounts, SettlementFacts
from schemas.money import ZERO, to_fen

FULL = Decimal(1)
SETTLED_ELSEWHERE = Decimal("0.60")
"""Enrolled in social insurance but not compensated through it (chinalife-cancer-rider/PAY-4)."""


@dataclass(frozen=True, slots=True)
class Share:
    """The insurer's ratio; `certain` False where the table has no row, and the ratio is only a proposal."""

    ratio: Decimal
    certain: bool = True


def share_of(facts: SettlementFacts, context: Context) -> Share | None:
    """The ratio, or None where neither document nor contract nor a person tells it."""
    by_person = None if facts.ratio_by_person is None else Share(facts.ratio_by_person)
    if context.value(context.terms.payment_rule) is PaymentRule.POLICY_RATIO:
        of_policy = None if facts.reimbursement_ratio is None else Share(facts.reimbursement_ratio)
        return by_person or of_policy
    of_table = _table_share(facts)
    return of_table if of_table and of_table.certain else by_person or of_table


def _table_share(facts: SettlementFacts) -> Share | None:
    """The printed table by social insurance; without a catalogue status only where every row agrees.

    chinalife-cancer-rider/PAY-1 PAY-3 PAY-4 PAY-5; the combination the table leaves out is paid in full after
    deduction, on a person's word.
    """
    if facts.in_catalogue is False:
        return Share(FULL)
    enrolled, settled = facts.social_insurance_enrolled, facts.social_insurance_settled
    if not settled and facts.social_insurance_compensation > ZERO:
        return None
    if enrolled and not settled:
        return Share(SETTLED_ELSEWHERE) if facts.in_catalogue else None
    return Share(FULL, certain=enrolled or not settled)


def reckon_amounts(facts: SettlementFacts, ratio: Decimal) -> Amounts:
    """Cost less every other compensation, times the ratio, at most what the limit holds; the rest is the own share.

    Payments from the personal social-insurance account are the insured's own and no compensation (PAY-6).
    """
    compensation = min(facts.cost, facts.social_insurance_compensation + facts.other_compensation)
    payable = to_fen((facts.cost - compensation) * ratio)
    pays = min(payable, facts.available)
    return Amounts(
        cost=facts.cost,
        other_compensation=compensation,
        ratio=ratio,
        insurer_pays=pays,
        own_share=facts.cost - compensation - pays,
        over_limit=payable - pays,
    )

"""Who pays what: exact arithmetic in yuan, rounded once at the end."""

from dataclasses import dataclass, replace
from decimal import Decimal

from products.model import PaymentRule
from rules.context import Context
from schemas.car_t_facts import CarTSettlementFacts
from schemas.decision import Amounts, SettlementFacts
from schemas.facts import PaymentFacts
from schemas.money import ZERO, to_fen

FULL = Decimal(1)
SETTLED_ELSEWHERE = Decimal("0.60")
"""Enrolled in social insurance but not compensated through it (chinalife-cancer-rider/PAY-4)."""
_ROWS = ("PAY-3", "PAY-4", "PAY-5")
"""The table of ratios for a drug in the catalogue."""


@dataclass(frozen=True, slots=True)
class Share:
    """The insurer's ratio; `certain` False where the table has no row, and the ratio is only a proposal."""

    ratio: Decimal
    certain: bool = True
    silent: tuple[str, ...] = ()
    """Clauses on ratios that are not the one that tells it."""


def share_of(facts: SettlementFacts | CarTSettlementFacts, context: Context) -> Share | None:
    """The ratio, or None where neither document nor contract nor a person tells it."""
    by_person = None if facts.ratio_by_person is None else Share(facts.ratio_by_person)
    if context.value(context.terms.payment_rule) is PaymentRule.POLICY_RATIO:
        of_policy = None if facts.reimbursement_ratio is None else Share(facts.reimbursement_ratio)
        return by_person or of_policy
    of_table = _table_share(facts) if isinstance(facts, SettlementFacts) else _car_t_share(facts, context)
    return of_table if of_table and of_table.certain else by_person or of_table


def _table_share(facts: SettlementFacts) -> Share | None:
    """The printed table by social insurance; without a catalogue status only where every row agrees.

    chinalife-cancer-rider/PAY-1 PAY-3 PAY-4 PAY-5; the combination the table leaves out is paid in full after
    deduction, on a person's word.
    """
    if facts.in_catalogue is False:
        return Share(FULL, silent=("PAY-2", *_ROWS))
    if _contradictory(facts):
        return None
    if _settled_elsewhere(facts):
        return Share(SETTLED_ELSEWHERE, silent=_all_but("PAY-4")) if facts.in_catalogue else None
    full = _full_share(facts)
    silent = _all_but("PAY-3" if facts.social_insurance_enrolled else "PAY-5")
    return replace(full, silent=silent) if facts.in_catalogue else full


def _all_but(row: str) -> tuple[str, ...]:
    """The clauses of a drug outside the catalogue, and the other rows of the table for one in it."""
    return ("PAY-1", *(each for each in _ROWS if each != row))


def _car_t_share(facts: CarTSettlementFacts, context: Context) -> Share | None:
    """The one ratio printed for CAR-T, else in full: no catalogue is asked. chinalife-cancer-rider/CART-3."""
    if _contradictory(facts):
        return None
    if _settled_elsewhere(facts):
        ratio = context.value(context.terms.car_t_unsettled_ratio)
        return None if ratio is None else Share(ratio)
    return _full_share(facts)


def _contradictory(facts: PaymentFacts) -> bool:
    return not facts.social_insurance_settled and facts.social_insurance_compensation > ZERO


def _settled_elsewhere(facts: PaymentFacts) -> bool:
    return facts.social_insurance_enrolled and not facts.social_insurance_settled


def _full_share(facts: PaymentFacts) -> Share:
    """Settled through social insurance without being enrolled is a row that no table has."""
    return Share(FULL, certain=facts.social_insurance_enrolled or not facts.social_insurance_settled)


def reckon_amounts(facts: PaymentFacts, ratio: Decimal) -> Amounts:
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

"""The costs of a therapy as its bills tell them: each once, with what others paid of it and how it was settled."""

from collections.abc import Iterator, Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from schemas.car_t_actions import SubmitCosts
    from schemas.car_t_facts import CostItem
    from schemas.decision import Amounts
    from schemas.money import ZERO, Yuan, to_fen


def told_once(bills: Sequence[SubmitCosts]) -> tuple[CostItem, ...]:
    """Every cost by its number; one that comes again replaces what was told of it before, compensation included."""
    return tuple({item.number: item for bill in bills for item in _completed(bill)}.values())


def by_settlement(items: Sequence[CostItem]) -> tuple[tuple[CostItem, ...], ...]:
    """Those settled through social insurance and those not, as far as there are any: each has its own ratio. CART-3."""
    parts = (tuple(item for item in items if item.settled_by_social_insurance is how) for how in (True, False))
    return tuple(part for part in parts if total(part))


def total(items: Sequence[CostItem]) -> Yuan:
    """What they cost together."""
    return sum((item.amount for item in items), ZERO)


def compensated(items: Sequence[CostItem]) -> tuple[Yuan, Yuan]:
    """What social insurance paid of them, and what others did."""
    social = sum((item.social_insurance_compensation or ZERO for item in items), ZERO)
    return social, sum((item.other_compensation or ZERO for item in items), ZERO)


def all_own_share(items: Sequence[CostItem]) -> Amounts:
    """Who pays them where nothing of them is owed: whoever compensated, and the insured person the rest."""
    cost, by_others = total(items), sum(compensated(items), ZERO)
    return Amounts(
        cost=cost,
        other_compensation=by_others,
        ratio=ZERO,
        insurer_pays=ZERO,
        own_share=cost - by_others,
        over_limit=ZERO,
    )


def at_odds(bill: SubmitCosts) -> str:
    """What cannot be right about a bill, `field: reason`; empty where nothing is.

    A number stands on a bill once: an item sent again replaces the one before, and within one bill that would lose one.
    """
    numbers = [item.number for item in bill.items]
    for index, number in enumerate(numbers):
        if number in numbers[:index]:
            return f"items.{index}.number: {number} stands on the bill twice; give each item its own"
    for name in ("social_insurance_compensation", "other_compensation"):
        if getattr(bill, name) > total([item for item in bill.items if getattr(item, name) is None]):
            return f"{name}: is more than the items cost that do not tell their own"
    for index, item in enumerate(_completed(bill)):
        if sum(compensated([item])) > item.amount:
            return f"items.{index}: others paid more of it than it costs"
    return ""


def _completed(bill: SubmitCosts) -> Iterator[CostItem]:
    """Its items with what the bill says of all of them; what it says as a sum is spread over them by amount."""
    social = _spread(bill, "social_insurance_compensation")
    other = _spread(bill, "other_compensation")
    for item, by_social, by_others in zip(bill.items, social, other, strict=True):
        told = item.settled_by_social_insurance
        yield item.model_copy(
            update={
                "settled_by_social_insurance": bill.settled_by_social_insurance if told is None else told,
                "social_insurance_compensation": by_social,
                "other_compensation": by_others,
            }
        )


def _spread(bill: SubmitCosts, name: str) -> Iterator[Yuan]:
    """What each item tells itself, else its share of the bill's sum; to the fen, and together the whole of it."""
    silent = total([item for item in bill.items if getattr(item, name) is None])
    reached = ZERO
    for item in bill.items:
        told: Yuan | None = getattr(item, name)
        if told is not None or not silent:
            yield told or ZERO
            continue
        before, reached = reached, reached + item.amount
        sum_of_bill = getattr(bill, name)
        yield to_fen(sum_of_bill * reached / silent) - to_fen(sum_of_bill * before / silent)

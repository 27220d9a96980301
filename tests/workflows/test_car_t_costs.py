"""The costs of a therapy: each once, with its own compensation, and what a bill cannot say. CART-3."""

from decimal import Decimal
from typing import Any

import pytest

from schemas.car_t_actions import SubmitCosts
from schemas.car_t_facts import CostItem, CostKind
from schemas.money import ZERO
from schemas.people import ActorRole
from tests import people
from workflows.car_t_costs import at_odds, by_settlement, compensated, told_once, total

HUNDRED = Decimal("100.00")


def item(number: str, amount: Decimal = HUNDRED, **told: Any) -> CostItem:
    """One cost."""
    return CostItem(
        number=number, kind=CostKind.BED, amount=amount, incurred_on=people.today(), site="示范医院", **told
    )


def bill(*items: CostItem, **told: Any) -> SubmitCosts:
    """One bill."""
    return SubmitCosts(**people.by(ActorRole.HOSPITAL), items=items, **told)


def test_a_bill_sent_again_changes_nothing() -> None:
    """The same items under the same numbers: neither cost nor compensation counts twice."""
    first = bill(item("A"), item("B"), social_insurance_compensation=Decimal("50.00"))
    assert told_once([first, first]) == told_once([first])
    assert compensated(told_once([first, first])) == (Decimal("50.00"), ZERO)


def test_a_corrected_item_replaces_what_was_told_of_it() -> None:
    """Amount, settlement and compensation alike; the other items keep theirs."""
    first = bill(item("A"), item("B"), other_compensation=Decimal("50.00"), settled_by_social_insurance=True)
    costs = told_once([first, bill(item("A", Decimal("60.00")))])
    assert (total(costs), compensated(costs)) == (Decimal("160.00"), (ZERO, Decimal("25.00")))
    assert [each.number for part in by_settlement(costs) for each in part] == ["B", "A"]


def test_a_sum_is_spread_by_amount_to_the_fen() -> None:
    """An item that tells its own takes no share; the shares come to the whole sum."""
    told = item("D", other_compensation=Decimal("7.00"))
    costs = told_once([bill(item("A"), item("B"), item("C"), told, other_compensation=HUNDRED)])
    shares = [str(each.other_compensation) for each in costs]
    assert shares == ["33.33", "33.34", "33.33", "7.00"]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (bill(item("A")), ""),
        (bill(), ""),
        (bill(other_compensation=HUNDRED), "other_compensation:"),
        (bill(item("A"), social_insurance_compensation=Decimal("100.01")), "social_insurance_compensation:"),
        (bill(item("A", other_compensation=ZERO), other_compensation=Decimal("0.01")), "other_compensation:"),
        (bill(item("A"), item("B", other_compensation=Decimal("100.01"))), "items.1:"),
        (bill(item("A"), social_insurance_compensation=HUNDRED, other_compensation=Decimal("0.01")), "items.0:"),
        (bill(item("A"), item("B"), item("A")), "items.2.number: A stands on the bill twice"),
    ],
)
def test_what_cannot_be_right_about_a_bill_is_refused(told: SubmitCosts, field: str) -> None:
    """Nobody compensates more than there is, a sum belongs to items, and no item takes the place of another."""
    assert at_odds(told).startswith(field)
    assert bool(at_odds(told)) == bool(field)

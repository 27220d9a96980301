"""What a rule sees besides the facts: the product, its terms in force, its drugs, institutions and pharmacies."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from products.loader import in_force
from products.model import Dated, Drug, PharmacyCity, Product, Terms
from products.sites import SiteFound
from schemas.clinical import DrugName

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Context:
    """One product on the day its policy took effect: that day, not today, picks the terms."""

    product: Product
    policy_effective_on: date
    find_drugs: Callable[[DrugName, date | None], tuple[Drug, ...]]
    """On the list of that day; None: on that of any day."""
    find_car_t_drugs: Callable[[DrugName, date | None], tuple[Drug, ...]]
    """The same among the designated CAR-T products."""
    find_site: Callable[[str, str], SiteFound]
    """By table and name."""
    find_pharmacy_city: Callable[[str, str], PharmacyCity | None]
    """By province (empty: any) and city."""

    @property
    def terms(self) -> Terms:
        """The dated terms; read one with `value`."""
        return self.product.terms

    def value(self, history: tuple[Dated[T], ...]) -> T:
        """The value of a term that was in force when the policy took effect."""
        return self.dated(history).value

    def dated(self, history: tuple[Dated[T], ...]) -> Dated[T]:
        """The same with the rule that sets it."""
        return in_force(history, self.policy_effective_on)

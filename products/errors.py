"""What can go wrong with the products, and what to do about it."""

from collections.abc import Sequence
from datetime import date

_NAMED = 5
"""How many days a message names."""


class ProductError(Exception):
    """The product data is broken: correct what the message lists, each problem as `file:line: field: reason`."""


class UnknownProductError(ProductError):
    """No product has this id. Ask for one of those the message lists, or add a folder under products/."""

    def __init__(self, product_id: str, known: tuple[str, ...]) -> None:
        """`product_id` is what was asked for, `known` what there is."""
        super().__init__(f"product: {product_id!r} is unknown; known products: {', '.join(known)}")
        self.product_id = product_id
        self.known = known


class TermsNotInForceError(ProductError):
    """The day lies before the first known value of a term. Decide by hand, or append the older text as dated values."""

    def __init__(self, on: date, since: date) -> None:
        """`on` is the day asked for, `since` the first day for which a value is known."""
        super().__init__(
            f"terms: none are known for {on.isoformat()}; the oldest are in force since {since.isoformat()}"
        )
        self.on = on
        self.since = since


class AlreadyAnnouncedError(ProductError):
    """The table has the year with other days. Look at the notice: if it was changed, replace the year on purpose."""

    def __init__(self, year: int, changed: Sequence[date]) -> None:
        """`changed` are the days on which the table and the announcement differ, at least one."""
        named = ", ".join(day.isoformat() for day in changed[:_NAMED])
        more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
        super().__init__(f"days: {year} would change days that the table has or lacks: {named}{more}")
        self.year = year
        self.changed = tuple(changed)

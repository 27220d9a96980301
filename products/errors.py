"""What can go wrong with the products, and what to do about it."""

from datetime import date


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

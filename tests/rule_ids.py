"""Rule ids as code, data and tests write them: in full, and the further ones of the same product by number alone."""

import re
from collections.abc import Iterator

from products.loader import load_products

_RULE = r"[A-Z]+-\d+"
_NAMED = re.compile(rf"\b([a-z][a-z0-9-]+)/({_RULE}(?:\s+{_RULE})*)")


def ids_in(text: str) -> frozenset[str]:
    """The ids that a text names: `axa-excellence/DD-1 DD-5` are two."""
    return frozenset(_named(text))


def _named(text: str) -> Iterator[str]:
    products = load_products().ids
    for product, rules in _NAMED.findall(text):
        if product in products:
            yield from (f"{product}/{rule}" for rule in rules.split())

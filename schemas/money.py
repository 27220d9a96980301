"""Amounts of renminbi: yuan as Decimal with at most two places (fen), as strings in JSON."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import Field

FEN = Decimal("0.01")
ZERO = Decimal("0.00")

Yuan = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2, allow_inf_nan=False)]
"""A non-negative amount in yuan; fractions of a fen are refused, never rounded away."""

Ratio = Annotated[Decimal, Field(ge=0, le=1, max_digits=5, decimal_places=4, allow_inf_nan=False)]
"""A share between 0 and 1."""


def to_fen(amount: Decimal) -> Decimal:
    """Round once, half up, to the fen: the last step of a reckoning, never an intermediate one."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)

"""Voucher and identity at the counter."""

import pytest

from tests.rules.cases import ALL, ask, counter, finding


@pytest.mark.parametrize("product", ALL)
@pytest.mark.parametrize(
    ("changes", "name"),
    [({"voucher_verified": False}, "voucher_presented"), ({"identity_verified": False}, "identity_verified")],
)
def test_no_drug_without_voucher_and_identity(product: str, changes: dict[str, object], name: str) -> None:
    """Each refuses the hand-over and says what to show."""
    decision = ask(product, counter(**changes))
    assert decision.verdict == "refused"
    assert finding(decision, name).next_step is not None

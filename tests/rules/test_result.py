"""Facts in words, as an agent reads them."""

from datetime import date
from decimal import Decimal

import pytest

from rules.result import in_words
from schemas.decision import News


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "unknown"),
        (True, "true"),
        (False, "false"),
        (News.DEATH, "death"),
        (date(2026, 3, 2), "2026-03-02"),
        (Decimal("1000.00"), "1000.00"),
        (("one", None, True), "one, unknown, true"),
        ((), ""),
    ],
)
def test_in_words(value: object, words: str) -> None:
    """ISO dates, exact amounts, small letters, and `unknown` where nobody knows."""
    assert in_words(value) == words

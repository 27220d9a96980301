"""Coverage rules as pure functions: facts and a product's terms in, findings with citations out. No I/O, no clock."""

from rules.version import RULES_VERSION

__all__ = ["RULES_VERSION"]

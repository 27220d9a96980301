"""What can go wrong around a decision; none of it is a verdict about a patient."""


class RuleError(Exception):
    """The rules could not be asked. Correct the request or the product's data; trying again changes nothing."""


class NoSuchProductError(RuleError):
    """The request names a product that is not loaded. The message lists those that are."""


class NoGateError(RuleError):
    """The product binds no rules to this question. Add the gate to its product.toml, or ask another question."""


class NoSuchRuleError(RuleError):
    """A gate of product.toml names a function that rules/ does not have, or one for other facts. Correct the name."""


class NoSectionError(RuleError):
    """A gate cites a rule id that the product's sections do not list, so no clause could be shown. Add the section."""


class NoTermsError(RuleError):
    """The policy took effect before the product's first known terms. A person decides by the older text."""


class DuplicateRuleError(RuleError):
    """Two functions were registered under one name. Rename one of them."""


class DeadlineError(RuleError):
    """A deadline cannot be reckoned: a stop of the clock ends before it begins. Correct the stop."""

"""The whole rule book: importing this registers every rule, so the engine finds each by name."""

from rules import (
    appropriateness,
    charity,
    counter,
    diagnosis,
    disease_exclusions,
    drug,
    fulfilment,
    medication_term,
    papers,
    pharmacy,
    policy,
    prescription,
    settlement,
    standing,
    waiting_period,
)

CHAPTERS = (
    policy,
    waiting_period,
    diagnosis,
    disease_exclusions,
    drug,
    medication_term,
    papers,
    prescription,
    appropriateness,
    charity,
    pharmacy,
    fulfilment,
    counter,
    settlement,
    standing,
)
"""In the order in which a claim meets them; news that ends it may come at any time."""
